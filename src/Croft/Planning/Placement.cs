using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>
/// Decides which hypervisor runs each machine. <c>fair</c> is vm_dispatcher's rule: one pool per architecture in declared order; the first
/// priority
/// domain that any hypervisor offers gives the candidates; item i goes to candidate i mod n. A machine that exists stays where it is and
/// has had
/// its turn, so that a farm that grows is spread like one that was made at once. A candidate that lacks room passes its turn to the next.
/// <c>spread</c> and <c>pack</c> take the candidate on which the most, or the least, share of memory and processors stays free.
/// </summary>
sealed class Placement
{
    /// <summary>How many hypervisors a refusal names; <c>--explain</c> names all.</summary>
    const int MostNamed = 50;

    readonly PlanInput input;
    readonly ImmutableArray<Host> hosts;
    readonly Dictionary<string, Host> byName;
    readonly bool lacksNetworks;
    readonly List<NetworkSpec> outside;
    readonly Dictionary<
        (string Arch, string? VirtType, string? Hypervisor, string Require, bool Network, string Outside, (Firmware, bool, bool) Boot),
        Candidates?
    > candidates = [];
    readonly Dictionary<string, int> turns = [];
    readonly HashSet<string> homeless = new(StringComparer.Ordinal);

    public Placement(PlanInput input)
    {
        this.input = input;
        var declared = input.Farm.Machines.ToDictionary(m => m.Name, StringComparer.Ordinal);
        hosts =
        [
            .. from spec in input.Farm.Hypervisors
            join state in input.Inventory.Hypervisors on spec.Name equals state.Name
            select Open(spec, state, m =>
                m.Record is { } record && record.Farm == input.Farm.Name ? declared.GetValueOrDefault(record.Name) : null
            ),
        ];
        outside = [.. input.Farm.Networks.Where(n => n.IsOutside)];
        lacksNetworks = hosts.Any(h => !h.Can.OwnNetworks);
        byName = hosts.ToDictionary(h => h.Spec.Name, StringComparer.Ordinal);
    }

    /// <summary>How the machine that <see cref="PlanInput.Explain"/> names was placed.</summary>
    public Decision? Decision { get; private set; }

    DispatchPolicy Policy => input.Farm.Dispatch.Policy;

    /// <summary>Places a machine; the reason is for people in either case.</summary>
    public (HypervisorState? Hypervisor, string? VirtType, string Reason) Place(
        MachineSpec machine,
        HypervisorState? existing,
        MachineState? state
    )
    {
        var turn = turns.GetValueOrDefault(machine.Arch);
        if (existing is not null && byName.TryGetValue(existing.Name, out var home))
        {
            turns[machine.Arch] = turn + 1;
            return
                (
                    KindOf(home, machine)
                    ?? ContainerLack.Of(machine, home.State)
                    ?? LackOfOutside(home, machine)
                    ?? home.LackOfGrowth(machine, state!)
                )
                    is { } lack
                ? Decided(machine, turn, null, null, $"{existing.Name}: {lack}", existing.Name)
                : Decided(machine, turn, home, VirtTypeAt(home, machine), "exists there", existing.Name);
        }

        if (
            Offered(machine) is not { } offer
            || (Policy == DispatchPolicy.Fair ? offer.Next(machine, turn) : offer.Best(machine)) is not (>= 0 and var seat)
        )
            return Decided(machine, turn, null, null, Refusals(machine));
        var (chosen, count) = (offer.Hosts[seat], offer.Hosts.Length);
        turns[machine.Arch] = turn + 1 + (seat - turn % count + count) % count;
        var placed = Decided(
            machine,
            turn,
            chosen,
            offer.VirtType,
            machine.Hypervisor is not null ? "asked for"
                : count == 1 ? $"the only one with {offer.VirtType}"
                : $"{offer.VirtType}, {Why}"
        );
        chosen.Take(machine, offer.VirtType);
        return placed;
    }

    string Why =>
        Policy switch
        {
            DispatchPolicy.Spread => "most room",
            DispatchPolicy.Pack => "least room that is enough",
            _ => "its turn",
        };

    /// <summary>What exists of this farm has its room from the start, as large as it is declared now.</summary>
    Host Open(HypervisorSpec spec, HypervisorState state, Func<MachineState, MachineSpec?> declared)
    {
        var host = new Host(spec, state, [.. state.Machines.Where(m => declared(m) is null)]);
        foreach (var own in state.Machines.Select(declared).OfType<MachineSpec>())
            host.Take(own, VirtTypeAt(host, own));
        return host;
    }

    ImmutableArray<string> Types(MachineSpec machine) =>
        machine.IsContainer ? [DispatchRules.Container]
        : machine.VirtType is { } only ? [only]
        : input.Farm.Dispatch.PriorityDomains.Remove(DispatchRules.Container);

    string? VirtTypeAt(Host host, MachineSpec machine) => Types(machine).FirstOrDefault(type => host.Offers(machine.Arch, type));

    Candidates? Offered(MachineSpec machine)
    {
        var require = machine.Require.IsEmpty ? "" : string.Join(',', machine.Require.Select(r => r.Key + "=" + r.Value));
        var key = (
            machine.Arch,
            machine.IsContainer ? DispatchRules.Container : machine.VirtType,
            machine.Hypervisor,
            require
                + (machine.Login.Connection == ConnectionKind.Engine ? "|engine" : "")
                + (UserNetwork(machine) is null ? "" : "|user")
                + MadeNetwork(machine)?.Options,
            lacksNetworks && MadeNetwork(machine) is not null,
            string.Join(',', OutsideOf(machine).Select(n => n.Name)),
            (machine.Firmware, machine.SecureBoot, machine.Tpm)
        );
        if (candidates.TryGetValue(key, out var known))
            return known;
        var allowed = hosts.Where(h => Bars(h, machine) is null).ToList();
        var type = Types(machine).FirstOrDefault(type => allowed.Any(h => h.Offers(machine.Arch, type)));
        return candidates[key] = type is null
            ? null
            : new([.. allowed.Where(h => h.Offers(machine.Arch, type))], machine.Arch, type, Policy);
    }

    /// <summary>Why a hypervisor may not run a machine, whatever its room and its types; null when it may.</summary>
    string? Bars(Host host, MachineSpec machine)
    {
        if (host.State.Unreachable is { } silent)
            return silent;
        if (machine.Hypervisor is { } wanted && wanted != host.Spec.Name)
            return $"the machine asks for {wanted}";
        if (host.Spec.Machine is { } inside && machine.Hypervisor is null)
            return $"is machine {inside}, which runs only what asks for it";
        if (host.Spec.Machine is { } lost && homeless.Contains(lost))
            return $"is machine {lost}, which has no place itself";
        if (Misfit(host, machine) is { } misfit)
            return misfit;
        if (!host.Can.OwnNetworks && MadeNetwork(machine) is { } network)
            return host.Spec.IsSession
                ? $"an ordinary user's libvirt cannot make the network {network.Name}"
                : $"cannot make the network {network.Name}";
        if (LackOfOutside(host, machine) is { } absent)
            return absent;
        var lacks = machine.Require.Where(r => host.Spec.Labels.GetValueOrDefault(r.Key) != r.Value).ToList();
        if (
            lacks is [var (label, value), ..]
            && host.State.MembersWith(lacks)?.Any(m => machine.Container?.Member is not { } named || named == m) != true
        )
            return $"lacks label {label}={value}";

        return machine.Firmware == Firmware.Kernel && !host.Can.KernelBoot
                ? "cannot boot a kernel without firmware (firmware: bios or uefi boots the image's disk)"
            : (machine.Firmware == Firmware.Uefi || machine.Tpm) && !host.Can.Firmware ? "has neither UEFI nor TPMs to choose"
            : LackOfBoot(host.State, machine);
    }

    /// <summary>What the host has not installed to boot the machine; null when it has all, or was not asked.</summary>
    static string? LackOfBoot(HypervisorState host, MachineSpec machine)
    {
        if (host.Boot?.GetValueOrDefault(machine.Arch) is not { } boot)
            return null;
        return machine.Firmware == Firmware.Uefi && !boot.Uefi
                ? $"has no UEFI for {machine.Arch} (install {(machine.Arch == "aarch64" ? "qemu-efi-aarch64" : "ovmf")} there, with libvirt 8.1 or later)"
            : machine.SecureBoot && !boot.SecureBoot ? $"has no UEFI with Secure Boot for {machine.Arch} (install ovmf there)"
            : machine.Tpm && !boot.Tpm ? "has no emulated TPM (install swtpm and swtpm-tools there)"
            : null;
    }

    /// <summary>The first of a machine's networks that libvirt has to make; null when user networking is all it has.</summary>
    NetworkSpec? MadeNetwork(MachineSpec machine) =>
        input.Farm.Networks.FirstOrDefault(n => n.IsMade && machine.Networks.Any(nic => nic.Network == n.Name));

    /// <summary>What of a machine this kind of hypervisor never does; null when it can do all.</summary>
    string? Misfit(Host host, MachineSpec machine) =>
        KindOf(host, machine)
        ?? (
            machine.Login.Connection == ConnectionKind.Engine && !host.Can.Channel ? "has no way of its own into guests (connection: ssh)"
            : !host.Can.UserNetworks && UserNetwork(machine) is { } user
                ? $"cannot give a machine the user network {user.Name} (mode: nat can)"
            : host.Spec.IsLxd
            && Planner.Beside(input, host.Spec) is null
            && MadeNetwork(machine) is { Options: { } options } made
            && options.ToString() != NetworkOptions.None.ToString()
                ? $"makes networks without {options}, which {made.Name} has"
            : ContainerLack.Of(machine, host.State)
        );

    static string? KindOf(Host host, MachineSpec machine) =>
        machine.IsContainer == host.Spec.IsLxd ? null
        : machine.IsContainer ? "is libvirt, which runs no containers (LXD and Incus do: uri: lxd://)"
        : "runs containers only (runtime: container)";

    NetworkSpec? UserNetwork(MachineSpec machine) =>
        input.Farm.Networks.FirstOrDefault(n => n.Mode == NetworkMode.User && machine.Networks.Any(nic => nic.Network == n.Name));

    /// <summary>A machine's networks that others made.</summary>
    IEnumerable<NetworkSpec> OutsideOf(MachineSpec machine) =>
        outside.Count == 0 ? [] : outside.Where(n => machine.Networks.Any(nic => nic.Network == n.Name));

    string? LackOfOutside(Host host, MachineSpec machine) =>
        OutsideOf(machine).Select(n => Outside.Lack(n, host.Spec, host.State)).FirstOrDefault(l => l is not null) is { } lack
            ? $"{lack.What} ({lack.Cure})"
            : null;

    string Refusals(MachineSpec machine)
    {
        var offer = Offered(machine);
        var named = string.Join("; ", hosts.Take(MostNamed).Select(h => $"{h.Spec.Name}: {Barred(h, machine, offer)}"));
        return hosts.Length > MostNamed
            ? $"{named}; and {hosts.Length - MostNamed} more, which croft plan --explain {machine.Name} names"
            : named;
    }

    /// <summary>Why a hypervisor cannot take a machine now; null when it can.</summary>
    string? Barred(Host host, MachineSpec machine, Candidates? offer) =>
        Bars(host, machine)
        ?? (
            offer is not null && host.Offers(machine.Arch, offer.VirtType) ? host.Lack(machine)
            : VirtTypeAt(host, machine) is null ? $"no {machine.Arch} by {string.Join(" or ", Types(machine))}"
            : $"no {offer!.VirtType}, which others offer"
        );

    /// <param name="existing">The hypervisor that has the machine already.</param>
    (HypervisorState?, string?, string) Decided(
        MachineSpec machine,
        int turn,
        Host? chosen,
        string? virtType,
        string reason,
        string? existing = null
    )
    {
        if (chosen is null)
            homeless.Add(machine.Name);
        if (machine.Name == input.Explain)
            Decision = new()
            {
                Machine = machine,
                Policy = Policy,
                Types = Types(machine),
                VirtType = virtType ?? Offered(machine)?.VirtType,
                Slowness = chosen?.State.SlownessOf(machine.Arch, virtType) ?? 1,
                Turn = turn,
                Hypervisor = chosen?.Spec.Name,
                Reason = reason,
                Weighed = Weigh(machine, turn, chosen is not null && chosen.Spec.Name == existing ? chosen : null),
            };

        return (chosen?.State, virtType, reason);
    }

    /// <summary>Every hypervisor with what speaks for and against it, in the order in which they are asked.</summary>
    /// <param name="home">Where the machine is already.</param>
    ImmutableArray<Weighed> Weigh(MachineSpec machine, int turn, Host? home)
    {
        var offer = Offered(machine);
        var asked = offer is null
            ? []
            : offer
                .Hosts.Select((host, seat) => (Host: host, Seat: seat))
                .OrderBy(h => machine.Apart is { } group && h.Host.Has(group))
                .ThenByDescending(h => Policy == DispatchPolicy.Fair ? 0 : offer.Score(h.Seat, machine))
                .ThenBy(h =>
                    Policy == DispatchPolicy.Fair ? (h.Seat - turn % offer.Hosts.Length + offer.Hosts.Length) % offer.Hosts.Length : h.Seat
                )
                .Select(h => h.Host)
                .ToList();
        return
        [
            .. asked
                .Concat(hosts.Except(asked))
                .Select(
                    (host, i) =>
                    {
                        var before = host == home ? host.Left.With(Room.Of(machine)) : host.Left;
                        var after = before.Without(Room.Of(machine));
                        var ranked = offer is not null && i < asked.Count;
                        return new Weighed(
                            host.Spec.Name,
                            host.State.VirtTypes.GetValueOrDefault(machine.Arch, []),
                            host == home ? null : Barred(host, machine, offer),
                            ranked ? i + 1 : null,
                            ranked && host != home && Policy != DispatchPolicy.Fair ? host.FreeWith(machine, offer!.VirtType) : null,
                            machine.Apart is { } group && host.Has(group),
                            before,
                            after
                        );
                    }
                ),
        ];
    }
}
