using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>A hypervisor in the making of a plan: what is left of it, and how loaded it is.</summary>
sealed class Host
{
    readonly HashSet<string> groups = new(StringComparer.Ordinal);
    readonly List<(Candidates Among, int Seat)> seats = [];
    double load;

    /// <param name="others">The machines there that are not in this plan.</param>
    public Host(HypervisorSpec spec, HypervisorState state, IReadOnlyCollection<MachineState> others)
    {
        Spec = spec;
        State = state;
        Total = Room.TotalOf(spec, state);
        Left = Room.LeftOf(spec, state, others);
        Processors = Total.Vcpus < long.MaxValue ? Total.Vcpus : Math.Max(0, state.Vcpus);
        load = others.Where(Room.Counts).Sum(m => (double)m.Vcpus);
        InUse = others.Any(m => m.Record is not null);
    }

    public HypervisorSpec Spec { get; }

    public HypervisorState State { get; }

    public Room Total { get; }

    public Room Left { get; private set; }

    /// <summary>What the load is a share of; 0 when nobody knows.</summary>
    public double Processors { get; }

    /// <summary>Whether a machine of Croft's is there.</summary>
    public bool InUse { get; private set; }

    /// <summary>
    /// The free part of its memory and of its processors, as far as they are known. An emulated machine weighs as many processors as it is
    /// slower.
    /// </summary>
    public (double Memory, double Processors) Free =>
        (Total.Memory == long.MaxValue ? 1 : Left.Memory / (double)Total.Memory, Processors == 0 ? 1 : (Processors - load) / Processors);

    /// <summary>The share of memory or processors, whichever is less, that stays free with one more machine.</summary>
    public double FreeWith(MachineSpec machine, string virtType) =>
        Math.Min(
            Free.Memory - (Total.Memory == long.MaxValue ? 0 : machine.Memory / (double)Total.Memory),
            Free.Processors - (Processors == 0 ? 0 : machine.Vcpus * State.SlownessOf(machine.Arch, virtType) / Processors)
        );

    /// <summary>Whether it has a machine of an <c>apart</c> group.</summary>
    public bool Has(string group) => groups.Contains(group);

    public EngineCapabilities Can => EngineCapabilities.Of(Spec, State);

    public bool Offers(string arch, string type) => State.VirtTypes.TryGetValue(arch, out var types) && types.Contains(type);

    public string? Lack(MachineSpec machine) => Left.Lack(Room.Of(machine), Total);

    /// <summary>What is missing for a machine that is here and declared larger now; null when it fits or does not grow.</summary>
    public string? LackOfGrowth(MachineSpec machine, MachineState state) =>
        (Left.Memory >= 0 || machine.Memory <= state.Memory) && (Left.Vcpus >= 0 || machine.Vcpus <= state.Vcpus)
            ? null
            : Left.With(Room.Of(machine)).Lack(Room.Of(machine), Total);

    public void Take(MachineSpec machine, string? virtType)
    {
        Left = Left.Without(Room.Of(machine));
        load += machine.Vcpus * State.SlownessOf(machine.Arch, virtType);
        InUse = true;
        if (machine.Apart is { } group && groups.Add(group))
            seats.ForEach(s => s.Among.Joined(group));
        seats.ForEach(s => s.Among.Changed(s.Seat));
    }

    /// <summary>Has it tell the candidates, of which it is one, what changes.</summary>
    public void Sit(Candidates among, int seat) => seats.Add((among, seat));
}
