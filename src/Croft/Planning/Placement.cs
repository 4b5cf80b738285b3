using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>
/// Decides which hypervisor runs each machine. <c>fair</c> is vm_dispatcher's rule: one pool per architecture in declared order; the first priority
/// domain that any hypervisor offers gives the candidates; item i goes to candidate i mod n. A machine that exists stays where it is and has had
/// its turn, so that a farm that grows is spread like one that was made at once. A candidate that lacks room passes its turn to the next.
/// <c>spread</c> and <c>pack</c> take the candidate with the most, or the least, free share of memory that is enough.
/// </summary>
sealed class Placement
{
    readonly PlanInput input;
    readonly ImmutableArray<Host> hosts;
    readonly Dictionary<(string Arch, string Constraint), (ImmutableArray<Host> Hosts, string VirtType)?> candidates = [];
    readonly Dictionary<string, int> turns = [];

    public Placement(PlanInput input)
    {
        this.input = input;
        var declared = input.Farm.Machines.ToDictionary(m => m.Name, StringComparer.Ordinal);
        hosts =
        [
            .. from spec in input.Farm.Hypervisors
               join state in input.Inventory.Hypervisors on spec.Name equals state.Name
               select new Host(spec, state, input.Farm.Name, declared),
        ];
    }

    /// <summary>Places a machine; the reason is for people in either case.</summary>
    public (HypervisorState? Hypervisor, string? VirtType, string Reason) Place(MachineSpec machine, HypervisorState? existing, MachineState? state)
    {
        var turn = turns.GetValueOrDefault(machine.Arch);
        if (existing is not null && hosts.FirstOrDefault(h => h.State.Name == existing.Name) is { } home)
        {
            turns[machine.Arch] = turn + 1;
            return home.LackOfGrowth(machine, state!) is { } lack ? (null, null, $"{existing.Name}: {lack}") : (existing, VirtTypeAt(home, machine), "exists there");
        }

        if (Candidates(machine) is not { } offer)
            return (null, null, Refusals(machine));
        if (InOrder(machine, offer.Hosts, turn).FirstOrDefault(h => h.Lack(machine) is null) is not { } chosen)
            return (null, null, Refusals(machine));
        var count = offer.Hosts.Length;
        turns[machine.Arch] = turn + 1 + (offer.Hosts.IndexOf(chosen) - turn % count + count) % count;
        chosen.Take(machine);
        return (chosen.State, offer.VirtType, machine.Hypervisor is not null ? "asked for" : count == 1 ? $"the only one with {offer.VirtType}" : $"{offer.VirtType}, {Why}");
    }

    string Why => input.Farm.Dispatch.Policy switch
    {
        DispatchPolicy.Spread => "most room",
        DispatchPolicy.Pack => "least room that is enough",
        _ => "its turn",
    };

    /// <summary>The hypervisors that a machine is offered to, best first; those that hold a machine of its <c>apart</c> group last.</summary>
    IEnumerable<Host> InOrder(MachineSpec machine, ImmutableArray<Host> offered, int turn)
    {
        var ranked = input.Farm.Dispatch.Policy switch
        {
            DispatchPolicy.Spread => offered.OrderByDescending(h => h.FreeShare(machine)),
            DispatchPolicy.Pack => offered.OrderBy(h => h.FreeShare(machine)),
            _ => Enumerable.Range(0, offered.Length).Select(i => offered[(turn + i) % offered.Length]),
        };
        return machine.Apart is { } group ? ranked.OrderBy(h => h.Holds(group)) : ranked;
    }

    (ImmutableArray<Host> Hosts, string VirtType)? Candidates(MachineSpec machine)
    {
        var constraint = $"{machine.Hypervisor}|{machine.VirtType}|{string.Join(',', machine.Require.Select(r => r.Key + "=" + r.Value))}|{MadeNetwork(machine)?.Name}";
        if (candidates.TryGetValue((machine.Arch, constraint), out var known))
            return known;
        (ImmutableArray<Host>, string)? found = null;
        var allowed = hosts.Where(h => Bars(h, machine) is null).ToImmutableArray();
        foreach (var type in machine.VirtType is { } only ? [only] : input.Farm.Dispatch.PriorityDomains)
        {
            var offering = allowed.Where(h => h.Offers(machine.Arch, type)).ToImmutableArray();
            if (!offering.IsEmpty)
            {
                found = (offering, type);
                break;
            }
        }

        return candidates[(machine.Arch, constraint)] = found;
    }

    string? VirtTypeAt(Host host, MachineSpec machine) =>
        (machine.VirtType is { } only ? [only] : input.Farm.Dispatch.PriorityDomains).FirstOrDefault(type => host.Offers(machine.Arch, type));

    /// <summary>Why a hypervisor may not run a machine, whatever its room; null when it may.</summary>
    string? Bars(Host host, MachineSpec machine)
    {
        if (host.State.Unreachable is { } silent)
            return silent;
        if (machine.Hypervisor is { } wanted && wanted != host.Spec.Name)
            return $"the machine asks for {wanted}";
        if (host.Spec.IsSession && MadeNetwork(machine) is { } network)
            return $"an ordinary user's libvirt cannot make the network {network.Name}";
        foreach (var (label, value) in machine.Require)
        {
            if (host.Spec.Labels.GetValueOrDefault(label) != value)
                return $"lacks label {label}={value}";
        }

        return null;
    }

    /// <summary>The first of a machine's networks that libvirt has to make; null when user networking is all it has.</summary>
    NetworkSpec? MadeNetwork(MachineSpec machine) => input.Farm.Networks.FirstOrDefault(n => n.Mode != NetworkMode.User && machine.Networks.Any(nic => nic.Network == n.Name));

    string Refusals(MachineSpec machine)
    {
        var chosen = Candidates(machine);
        var types = machine.VirtType is { } only ? only : string.Join(" or ", input.Farm.Dispatch.PriorityDomains);
        return string.Join("; ", hosts.Select(h => $"{h.Spec.Name}: {Bars(h, machine) ?? (
            chosen is { } offer && offer.Hosts.Contains(h) ? h.Lack(machine)
            : h.OffersAny(machine, input.Farm.Dispatch) ? $"no {chosen!.Value.VirtType}, which others offer"
            : $"no {machine.Arch} by {types}")}"));
    }

    /// <summary>A hypervisor and what is left of it.</summary>
    sealed class Host
    {
        readonly int? vcpus;
        readonly long memory;
        readonly HashSet<string> groups = new(StringComparer.Ordinal);
        long memoryLeft;
        int vcpusLeft;

        /// <summary>A limit is for Croft's machines; the host's memory is for everybody's. What exists of this farm has its room from the start.</summary>
        public Host(HypervisorSpec spec, HypervisorState state, string farm, Dictionary<string, MachineSpec> declared)
        {
            Spec = spec;
            State = state;
            vcpus = spec.Limits.Vcpus;
            var own = state.Machines.Where(m => m.Record?.Farm == farm && declared.ContainsKey(m.Record.Name)).ToHashSet();
            var others = state.Machines.Where(m => m.Power != PowerState.Off && (m.Record is not null || m.Power != PowerState.Crashed) && !own.Contains(m)).ToList();
            var croft = others.Where(m => m.Record is not null).ToList();
            memoryLeft = Math.Min(
                (state.Memory > 0 ? state.Memory : long.MaxValue) - others.Sum(m => m.Memory),
                (spec.Limits.Memory ?? long.MaxValue) - croft.Sum(m => m.Memory));
            memory = Math.Min(state.Memory > 0 ? state.Memory : long.MaxValue, spec.Limits.Memory ?? long.MaxValue);
            vcpusLeft = (vcpus ?? int.MaxValue) - croft.Sum(m => m.Vcpus);
            foreach (var machine in own)
                Take(declared[machine.Record!.Name]);
        }

        public HypervisorSpec Spec { get; }

        public HypervisorState State { get; }

        /// <summary>The part of its memory that is free with one more machine.</summary>
        public double FreeShare(MachineSpec machine) => (memoryLeft - machine.Memory) / (double)memory;

        /// <summary>Whether it has a machine of an <c>apart</c> group.</summary>
        public bool Holds(string group) => groups.Contains(group);

        public bool Offers(string arch, string type) => State.VirtTypes.TryGetValue(arch, out var types) && types.Contains(type);

        public bool OffersAny(MachineSpec machine, DispatchRules rules) =>
            (machine.VirtType is { } only ? [only] : rules.PriorityDomains).Any(type => Offers(machine.Arch, type));

        /// <summary>What is missing for one more machine; null when it fits.</summary>
        public string? Lack(MachineSpec machine) =>
            machine.Memory > memoryLeft ? $"{Size(Math.Max(0, memoryLeft))} of memory free, {Size(machine.Memory)} needed"
            : machine.Vcpus > vcpusLeft ? $"{Math.Max(0, vcpusLeft)} of {vcpus} vcpus free, {machine.Vcpus} needed"
            : null;

        /// <summary>What is missing for a machine that is here and declared larger now; null when it fits or does not grow.</summary>
        public string? LackOfGrowth(MachineSpec machine, MachineState state)
        {
            if ((memoryLeft >= 0 || machine.Memory <= state.Memory) && (vcpusLeft >= 0 || machine.Vcpus <= state.Vcpus))
                return null;
            GiveBack(machine);
            var lack = Lack(machine);
            Take(machine);
            return lack;
        }

        void GiveBack(MachineSpec machine)
        {
            memoryLeft += machine.Memory;
            vcpusLeft += machine.Vcpus;
        }

        public void Take(MachineSpec machine)
        {
            if (machine.Apart is { } group)
                groups.Add(group);
            memoryLeft -= machine.Memory;
            vcpusLeft -= machine.Vcpus;
        }

        static string Size(long bytes) => bytes >= 1L << 30 ? $"{bytes / (double)(1L << 30):0.#} GiB" : $"{bytes >> 20} MiB";
    }
}
