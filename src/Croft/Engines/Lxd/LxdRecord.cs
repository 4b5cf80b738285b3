using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Croft.Lxd;

namespace Croft.Engines.Lxd;

/// <summary>What Croft writes into an instance's configuration.</summary>
static class LxdRecord
{
    const string Protected = "security.protection.delete";

    public static string Write(MachineRecord record) => JsonSerializer.Serialize(record, LxdRecordJson.Default.MachineRecord);

    /// <summary>Null when an instance is not Croft's, or what was written is damaged.</summary>
    public static MachineRecord? Read(IReadOnlyDictionary<string, string> config)
    {
        if (!config.TryGetValue(LxdNames.Record, out var text))
            return null;
        try
        {
            return JsonSerializer.Deserialize(text, LxdRecordJson.Default.MachineRecord) is { Farm: not null, Name: not null } record
                ? record with
                {
                    Nics = record.Nics.IsDefault ? [] : record.Nics,
                    Disks = record.Disks.IsDefault ? [] : record.Disks,
                }
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The same of an instance; null of one that somebody copied from a machine's.</summary>
    public static MachineRecord? Of(Instance instance) =>
        Read(instance.Config) is { } record && LxdNames.IsOf(record.Id, instance.Name) ? record : null;

    /// <summary>Instances as machines. One that somebody renamed is what it was; a copy that somebody made of one is not.</summary>
    /// <param name="tool">The service's client, for cures.</param>
    public static ImmutableArray<MachineState> StatesOf(IReadOnlyCollection<Instance> instances, string tool)
    {
        var names = instances.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        return [.. instances.Select(i => Named(StateOf(i, tool), i)).OrderBy(m => m.Name, StringComparer.Ordinal)];

        MachineState Named(MachineState state, Instance instance) =>
            state.Record is null
            && Read(instance.Config) is { } record
            && LxdNames.InstanceOf(record.Id) is var name
            && !names.Contains(name)
            && IsItself(instance.Config)
                ? state with
                {
                    Record = record,
                    NameCure = $"{tool} move {instance.Name} {name}",
                }
                : state;
    }

    /// <summary>The service gives each copy an identity of its own; what Croft wrote down, it copies.</summary>
    static bool IsItself(Dictionary<string, string> config) =>
        config.GetValueOrDefault(LxdNames.Self) is not { Length: > 0 } own || own == config.GetValueOrDefault(LxdNames.OfTheService);

    /// <summary>An instance as a machine.</summary>
    public static MachineState StateOf(Instance instance, string tool)
    {
        var record = Of(instance);
        var uuid = instance.Config.GetValueOrDefault(LxdNames.Uuid) ?? instance.Config.GetValueOrDefault(LxdNames.OfTheService);
        return new(
            record?.Id.ToString() ?? instance.Name,
            Guid.TryParse(uuid, out var known) ? known : Guid.Empty,
            instance.Status switch
            {
                "Running" or "Ready" or "Stopping" => PowerState.Running,
                "Frozen" or "Freezing" or "Thawed" => PowerState.Paused,
                "Error" => instance.IsLost ? PowerState.Unknown : PowerState.Crashed,
                _ => PowerState.Off,
            },
            LxdUnits.Count(instance.ExpandedConfig.GetValueOrDefault("limits.cpu")),
            LxdUnits.Bytes(instance.ExpandedConfig.GetValueOrDefault("limits.memory")),
            record
        )
        {
            Unprotect = instance.ExpandedConfig.GetValueOrDefault(Protected) is "true" or "1"
                ? $"{tool} config set {instance.Name} {Protected}=false"
                : null,
            Lacks = record is null || instance.Name != LxdNames.InstanceOf(record.Id) ? [] : [.. LacksOf(instance, record)],
            Member = instance.Location is null or "" or "none" ? null : instance.Location,
        };
    }

    /// <summary>What somebody took out of a machine, in words.</summary>
    static IEnumerable<string> LacksOf(Instance instance, MachineRecord record) =>
        record
            .Nics.Index()
            .Where(card => !instance.Devices.ContainsKey($"{LxdNames.Card}{card.Index}"))
            .Select(card => $"card on network {card.Item.Network}")
            .Concat(
                LxdNames
                    .OwnOf(instance.Config)
                    .Where(word =>
                        word.StartsWith(LxdNames.Device, StringComparison.Ordinal)
                        && !instance.Devices.ContainsKey(word[LxdNames.Device.Length..])
                    )
            );
}

/// <summary>The form of a record in an instance.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    Converters = [typeof(AddressConverter)]
)]
[JsonSerializable(typeof(MachineRecord))]
sealed partial class LxdRecordJson : JsonSerializerContext;
