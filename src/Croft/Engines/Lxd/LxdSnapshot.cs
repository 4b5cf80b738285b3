using System.Collections.Immutable;
using Croft.Lxd;

namespace Croft.Engines.Lxd;

/// <summary>A snapshot of one of the instances that are a machine's.</summary>
/// <param name="Holder">Whose it is.</param>
sealed record LxdSnapshot(MachineId Machine, Instance Holder, Snapshot Snapshot)
{
    LxdStanding? Standing => field ??= LxdStanding.Of(Snapshot.Config);

    bool IsOwn => Standing?.Snapshot == Snapshot.Name;

    public StateId Id => LxdNames.StateOf(Machine, Snapshot.Name);

    /// <summary>As the service names it.</summary>
    public string Source => $"{Holder.Name}/{Snapshot.Name}";

    public string Path => $"1.0/instances/{Holder.Name}/snapshots/{Uri.EscapeDataString(Snapshot.Name)}";

    public string Name => IsOwn ? Standing!.Name : Id.UsersName;

    public string? Key => IsOwn ? Standing!.Key : null;

    /// <summary>What it stands on, the nearest first; others' snapshots stand on what their instance stood on.</summary>
    public ImmutableArray<string> Below => IsOwn ? Standing!.Below : Standing?.Path ?? [];

    /// <summary>What stands on it names so.</summary>
    public LxdStanding ToStand => IsOwn ? Standing! : new(Snapshot.Name, Name, null, Below);

    /// <summary>
    /// What it takes; null where nobody knows. The service leaves out what an instance still shares with it, so what its guest counted is
    /// the least.
    /// </summary>
    /// <param name="parent">What it stands on.</param>
    /// <param name="isShared">Whether the pool keeps once what several have.</param>
    public long? SizeOver(LxdSnapshot? parent, bool isShared)
    {
        var counted =
            !IsOwn ? null
            : isShared ? Standing?.Bytes - parent?.Standing?.Bytes
            : Standing?.Bytes;
        return counted is null && Snapshot.Size <= 0 ? null : Math.Max(counted ?? 0, Snapshot.Size);
    }

    /// <summary>When its layer was used last.</summary>
    public DateTimeOffset Used =>
        DateTimeOffset.TryParse(
            Holder.Config.GetValueOrDefault(LxdNames.Used + Snapshot.Name),
            System.Globalization.CultureInfo.InvariantCulture,
            out var used
        )
            ? used
            : Snapshot.CreatedAt;

    /// <summary>What of its definition people may want to compare, line by line.</summary>
    public static IEnumerable<string> Lines(
        IReadOnlyDictionary<string, string> config,
        IReadOnlyDictionary<string, Dictionary<string, string>> devices
    ) =>
        [
            .. config.Where(c => !IsInner(c.Key)).Select(c => $"{c.Key}: {c.Value}").Order(StringComparer.Ordinal),
            .. devices.SelectMany(d => d.Value.Select(c => $"{d.Key}.{c.Key}: {c.Value}")).Order(StringComparer.Ordinal),
        ];

    static bool IsInner(string key) =>
        LxdNames.IsServices(key) || key.StartsWith("image.", StringComparison.Ordinal) || key.StartsWith("user.", StringComparison.Ordinal);
}
