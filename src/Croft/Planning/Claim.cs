using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>
/// What becomes of a machine that claims its room, when several controllers start machines on one hypervisor at once. The claim stands in
/// the machine's record.
/// A machine keeps its room only after a look, later than its claim, in which everything fits: so whoever claimed last saw all others, and
/// no
/// clock has a part in it. That nobody leaves in vain is decided by age: the younger leave at once, the elder look again.
/// </summary>
enum Claim
{
    /// <summary>Everything fits: it stays.</summary>
    Holds,

    /// <summary>It fits when the younger ones have left.</summary>
    Waits,

    /// <summary>It has no room even without the younger ones.</summary>
    Lost,
}

/// <summary>The machines of one hypervisor, and those among them that claim room.</summary>
static class Claims
{
    const int MostNamed = 3;

    /// <summary>Judges one machine by all that are there.</summary>
    public static Claim Of(string machine, HypervisorSpec spec, HypervisorState state)
    {
        if (Fits(spec, state, state.Machines))
            return Claim.Holds;
        if (state.Machines.FirstOrDefault(m => m.Name == machine) is not { } own)
            return Claim.Lost;
        var mine = AgeOf(own);
        return Fits(spec, state, state.Machines.Where(m => AgeOf(m).CompareTo(mine) <= 0)) ? Claim.Waits : Claim.Lost;
    }

    /// <summary>Why it has no room, for people: who has it, those with most first.</summary>
    public static string Loss(MachineRecord machine, HypervisorSpec spec, HypervisorState state)
    {
        var own = state.Machines.FirstOrDefault(m => IsSame(m.Record, machine));
        var others = state.Machines.Where(m => Room.Counts(m) && m != own).ToList();
        var lack = own is null ? null : Room.LeftOf(spec, state, others).Lack(Room.Of(own), Room.TotalOf(spec, state));
        var first = others
            .GroupBy(m => m.Record?.Farm)
            .OrderByDescending(g => g.Sum(m => m.Memory))
            .Select(g => g.First().Record)
            .Select(record =>
                record is null ? "other machines"
                : record.Farm == machine.Farm ? "this farm's other machines"
                : $"farm \"{record.Farm}\" in {record.Folder}"
            );
        return $"hypervisor \"{spec.Name}\" has no room for machine \"{machine.Name}\" any more: {string.Join(", ", first.Take(MostNamed))} came first"
            + (lack is null ? "" : $"; {lack}");
    }

    static bool IsSame(MachineRecord? one, MachineRecord other) => one is not null && one.Farm == other.Farm && one.Name == other.Name;

    static bool Fits(HypervisorSpec spec, HypervisorState state, IEnumerable<MachineState> machines) =>
        Room.LeftOf(spec, state, machines) is { Memory: >= 0, Vcpus: >= 0 };

    /// <summary>A machine that runs is older than all that claim.</summary>
    static (DateTimeOffset Since, Guid Uuid) AgeOf(MachineState machine) =>
        (machine.Record?.Claim?.Began ?? DateTimeOffset.MinValue, machine.Uuid);
}
