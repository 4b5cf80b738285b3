using System.Collections.Immutable;

namespace Croft.Engines;

/// <summary>A kept state of a machine, as people see it.</summary>
/// <param name="Made">When, in UTC.</param>
sealed record KeptState(StateId Id, string Name, bool HasMemory, DateTimeOffset Made)
{
    public string? Key { get; init; }

    /// <summary>The state that it stands on; null for a root.</summary>
    public string? Parent { get; init; }

    /// <summary>Whether the machine came from it last.</summary>
    public bool IsCurrent { get; init; }

    /// <summary>Bytes that it takes; null where nobody can say.</summary>
    public long? Size { get; init; }

    public string Run { get; init; } = "";

    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>What it needs and is not there; one without is whole.</summary>
    public ImmutableArray<string> Missing { get; init; } = [];

    /// <summary>Who else stands on it: states, other machines.</summary>
    public ImmutableArray<string> UsedBy { get; init; } = [];

    public string Manifest { get; init; } = "";

    /// <summary>The machine's, in its engine's words.</summary>
    public string Definition { get; init; } = "";

    /// <summary>What the machine was; null where whoever kept it brings that back with it.</summary>
    public MachineRecord? Record { get; init; }

    /// <summary>Whether a machine is defined as it was then.</summary>
    public bool IsDefinedAs(MachineRecord now) =>
        Record is null || (Record.HardwareDigest == now.HardwareDigest && Record.DiskDigest == now.DiskDigest);

    /// <summary>Of one that was made past Croft: whether it is inside the disks that the machine writes to, and nowhere else.</summary>
    public bool IsInside { get; init; }
}

/// <summary>What only others hold of a machine.</summary>
/// <param name="HeldBy">States of this machine, the machine itself as <c>now</c>, other machines.</param>
sealed record HiddenFile(string File, long Size, ImmutableArray<string> HeldBy);

/// <summary>The kept states of one machine.</summary>
/// <param name="States">Oldest first.</param>
/// <param name="Foreign">Those that were made past Croft.</param>
sealed record StateTree(
    ImmutableArray<KeptState> States,
    ImmutableArray<KeptState> Foreign,
    ImmutableArray<HiddenFile> Hidden,
    ILookup<StateId?, KeptState> Children
)
{
    public KeptState? Current => States.FirstOrDefault(s => s.IsCurrent);

    /// <summary>The user's of a name, otherwise the newest layer, otherwise one that others made.</summary>
    public KeptState? Find(string name) =>
        States.Where(s => s.Name == name).MaxBy(s => (s.Key is null, s.Made)) ?? Foreign.FirstOrDefault(s => s.Name == name);

    public bool IsForeign(KeptState state) => Foreign.Contains(state);

    /// <summary>The state and all that stand on it, leaves first.</summary>
    public IEnumerable<KeptState> SubtreeOf(KeptState state) => Children[state.Id].SelectMany(SubtreeOf).Append(state);
}
