using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Croft.Engines;

namespace Croft.Snapshots;

/// <summary>
/// A cached phase result: files that no machine ever writes again, a frozen disk per disk of the machine and its saved memory.
/// This record is its manifest, written last, as a volume beside them: without a readable manifest there is no layer.
/// </summary>
/// <param name="Name"><c>clean</c>, <c>dependencies</c> or <c>init</c>.</param>
/// <param name="Key">SHA-256 of everything that went into it.</param>
/// <param name="Memory">Volume of the saved memory, a libvirt save image.</param>
/// <param name="Disks">The frozen volumes; the root disk first.</param>
/// <param name="HostKey">The public host key that the frozen guest has.</param>
/// <param name="Made">When, in UTC.</param>
public sealed record Layer(
    string Name,
    string Key,
    string Farm,
    string Machine,
    string Memory,
    ImmutableArray<DiskVolume> Disks,
    string HostKey,
    string Run,
    DateTimeOffset Made)
{
    /// <summary>The manifest's bytes.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, LayerJson.Default.Layer);

    /// <summary>Reads a manifest; null when it is torn or not one.</summary>
    public static Layer? FromJson(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, LayerJson.Default.Layer);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Layer))]
sealed partial class LayerJson : JsonSerializerContext;
