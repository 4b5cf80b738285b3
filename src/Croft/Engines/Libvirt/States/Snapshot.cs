using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Croft.Engines.Libvirt.States;

/// <summary>
/// A state that a machine can be put back to: files that no machine ever writes again, a frozen disk per disk of the machine, a copy of its
/// UEFI
/// variables and, where it ran, its saved memory. This record is its manifest, written last, as a volume beside them: without a readable
/// manifest there is no snapshot.
/// A layer is a snapshot that the lifecycle made, found by its key instead of by a name.
/// </summary>
/// <param name="Name">The user's name, or the layer's: <c>clean</c>, <c>dependencies</c>, <c>init</c>.</param>
/// <param name="Key">Of a layer: SHA-256 of everything that went into it; null when the user made it.</param>
/// <param name="Memory">Volume of the saved memory, a libvirt save image; null when it holds disks only.</param>
/// <param name="Record">The machine as it was, with the volumes that are frozen now.</param>
/// <param name="Definition">The machine's definition, as libvirt keeps it.</param>
sealed record Snapshot(string Name, string? Key, string? Memory, MachineRecord Record, string Definition, DateTimeOffset Made)
{
    /// <summary>The manifest's bytes.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, SnapshotJson.Default.Snapshot);

    /// <summary>Reads a manifest; null when it is torn or not one.</summary>
    /// <param name="isOthers">Takes whether it is whole, but in a form that this version does not know: that of a newer one.</param>
    public static Snapshot? FromJson(ReadOnlySpan<byte> json, out bool isOthers)
    {
        isOthers = false;
        try
        {
            return JsonSerializer.Deserialize(json, SnapshotJson.Default.Snapshot) is { Record: not null, Definition: not null } snapshot
                ? snapshot
                : null;
        }
        catch (JsonException)
        {
            isOthers = IsWhole(json);
            return null;
        }
    }

    static bool IsWhole(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read()) { }
            return json.Length > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    Converters = [typeof(AddressConverter)]
)]
[JsonSerializable(typeof(Snapshot))]
sealed partial class SnapshotJson : JsonSerializerContext;
