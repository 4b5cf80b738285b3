using System.Collections.Immutable;
using System.Net;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>Networks: what may be made, where, with which addresses.</summary>
public sealed partial class Planner
{
    /// <summary>Frames that vde_switch carries.</summary>
    const int LargestSwitched = 1500;

    const string UserCure =
        "mode: user gives every machine its way out and a forwarded ssh port, no way to other machines; or run croft as root";

    /// <summary>Of user cards.</summary>
    static readonly IPNetwork QemusOwn = IPNetwork.Parse("10.0.2.0/24");

    void CheckNetworks()
    {
        var states = input.Inventory.Hypervisors.ToDictionary(h => h.Name, StringComparer.Ordinal);
        var used = Farm.Machines.SelectMany(m => m.Networks).Select(nic => nic.Network).ToHashSet(StringComparer.Ordinal);
        foreach (var network in Farm.Networks.Where(n => n.IsOutside && used.Contains(n.Name)))
            CheckOutside(network, states);
        if (Farm.Hypervisors.Any(h => EngineCapabilities.Of(h, states.GetValueOrDefault(h.Name)).OwnNetworks))
            return; // placement keeps such machines off the others
        var first = Farm.Hypervisors[0];
        foreach (var network in Farm.Networks.Where(n => n.IsMade && used.Contains(n.Name)))
            RefuseUnmakeable(network, first, states.GetValueOrDefault(first.Name));
    }

    void RefuseUnmakeable(NetworkSpec network, HypervisorSpec hypervisor, HypervisorState? state)
    {
        var can = EngineCapabilities.Of(hypervisor, state);
        var others = string.Join(" or ", state?.Networks.Where(n => n.Farm is null).Select(n => n.Name) ?? []);
        unmakeable.Add(network.Name);
        var who = hypervisor.IsSession ? $"an ordinary user's libvirt ({hypervisor.Uri})" : $"hypervisor \"{hypervisor.Name}\"";
        Refuse(
            network.At,
            $"networks.{network.Name}.mode",
            $"{who} {can.NetworkLack ?? "cannot make networks"}, and {network.Name} is {network.Mode.ToString().ToLowerInvariant()}",
            $"{(can.NetworkCure is { } cure ? cure + "; or " : "")}{(can.UserNetworks ? UserCure : $"networks: {{ {network.Name}: {{ mode: existing, network: {(others.Length > 0 ? others : "NAME")} }} }}")}",
            isWorld: true
        );
    }

    /// <summary>A network that no hypervisor has which answers is one problem, not one of each machine.</summary>
    void CheckOutside(NetworkSpec network, Dictionary<string, HypervisorState> states)
    {
        var lacks = Farm
            .Hypervisors.Where(h => states.GetValueOrDefault(h.Name) is { Unreachable: null })
            .Select(h => (h.Name, Lack: Outside.Lack(network, h, states[h.Name])))
            .ToList();
        if (lacks.Count == 0 || lacks.Any(l => l.Lack is null))
            return;
        unmakeable.Add(network.Name);
        var (hypervisor, lack) = lacks[0];
        Refuse(network.At, $"networks.{network.Name}", $"hypervisor \"{hypervisor}\" {lack!.Value.What}", lack.Value.Cure, isWorld: true);
    }

    AddressBook BookOf(NicSpec nic, MachineSpec machine) => books[(nic.Network, InnerOf(HomeOf(machine)))];

    /// <summary>The networks of the machines in a machine.</summary>
    void OpenBooks(HypervisorSpec hypervisor)
    {
        var used = Farm
            .Machines.Where(m => HomeOf(m) == hypervisor.Name)
            .SelectMany(m => m.Networks)
            .Select(n => n.Network)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var network in Farm.Networks.Where(n => used.Contains(n.Name)))
            books[(network.Name, hypervisor.Name)] = OpenBook(network, hypervisor);
    }

    AddressBook OpenBook(NetworkSpec network, HypervisorSpec? within)
    {
        if (!network.IsMade)
            return new(network, null, [], _ => true, machines: 0);
        var (farm, own) = network.Shared?.Split('.', 2) is [var other, var theirs] ? (other, theirs) : (Farm.Name, network.Name);
        var there = input.Inventory.Hypervisors.Where(h => InnerOf(h.Name) == within?.Name).ToList();
        var present = (
            from h in there
            from n in h.Networks
            where n.Farm == farm && n.Network == own
            select (Hypervisor: h.Name, Network: n)
        ).ToList();
        foreach (var (hypervisor, known) in present)
            networks[(network.Name, hypervisor)] = known;
        var name = present.Select(p => p.Network.Name).FirstOrDefault() ?? NetworkDefinition.NameOf(farm, own);
        CheckName(network, name, there);
        var cidr = present.Select(p => p.Network.Cidr).FirstOrDefault() ?? network.Cidr ?? FreeSubnet(network, within?.Name);
        CheckBook(network, present.Count > 0, cidr, there, within);
        var made = network.Shared is null ? null : present.Select(p => p.Network).FirstOrDefault();
        var names = present.Select(p => p.Network.Name).Append(name).ToHashSet(StringComparer.Ordinal);
        var foreign = others
            .Where(n => n.Bridge is not null && names.Contains(n.Bridge) && n.Address is not null)
            .Select(n => n.Address!)
            .ToHashSet();
        return new(
            network,
            Definition(network, farm, own, made, cidr, name),
            present.Select(p => p.Network),
            r => !foreign.Contains(r.Address) && (network.Shared is null || IsOurs(r)),
            within is null ? cards.GetValueOrDefault(network.Name) : 0
        );
    }

    /// <summary>
    /// Whether all machines on a network are inside machines of the farm: no host outside makes it, and a route there may lead to it.
    /// </summary>
    bool IsInsideOnly(NetworkSpec network) =>
        inner.Count > 0
        && Farm.Machines.Where(m => m.Networks.Any(n => n.Network == network.Name)).ToList() is { Count: > 0 } on
        && on.All(m => InnerOf(HomeOf(m)) is not null);

    void CheckBook(NetworkSpec network, bool isThere, IPNetwork cidr, List<HypervisorState> there, HypervisorSpec? within)
    {
        if (network.Shared is not null && !isThere)
            Refuse(
                network.At,
                $"networks.{network.Name}.shared",
                $"no hypervisor has the network {network.Shared}",
                "bring up the farm that owns it first"
            );
        if (network.Shared is null)
        {
            if (within is not null || !IsInsideOnly(network))
                foreach (var subnet in new[] { cidr, network.Options.Ipv6 }.OfType<IPNetwork>())
                    CheckClash(network, subnet, there);
            CheckChange(network, there);
        }

        if (within is not null)
            CheckInside(network, cidr, within.Machine!);
        if (network.Cidr is { } wanted && wanted != cidr)
            Refuse(
                network.At,
                $"networks.{network.Name}.cidr",
                $"the network exists with {cidr}",
                "croft destroy removes it; or keep the old cidr"
            );
    }

    NetworkDefinition Definition(NetworkSpec network, string farm, string own, NetworkState? made, IPNetwork cidr, string name) =>
        new()
        {
            Farm = farm,
            Owner = made?.Owner ?? input.Owner ?? "",
            Folder = made?.Folder ?? Farm.Directory,
            Network = own,
            Bridge = Identity.Bridge(Farm.Name, network.Name),
            Mode = made?.Mode ?? network.Mode,
            Options = made is null ? network.Options : new() { Mtu = made.Mtu, Ipv6 = made.Cidr6 },
            Zone = made?.Zone ?? network.Zone!,
            Dhcp = made?.Dhcp ?? network.Dhcp,
            Cidr = cidr,
            Reservations = [],
            Name = name,
        };

    /// <summary>
    /// Whether a reservation in another farm's network was made by this farm: for a machine that exists, or that was not finished.
    /// </summary>
    bool IsOurs(Reservation reservation) =>
        existing.TryGetValue(reservation.Host, out var found) && found.Machine.Record!.Nics.Any(n => reservation.Address.Equals(n.Address))
        || Enumerable.Range(0, MostCards).Any(card => reservation.Mac == Identity.Mac(Farm.Name, reservation.Host, card, 0));

    /// <summary>A machine cannot be on a network and make another one of the same addresses.</summary>
    void CheckInside(NetworkSpec network, IPNetwork cidr, string machine)
    {
        var host = Farm.Machines.FirstOrDefault(m => m.Name == machine);
        if (host?.Networks.FirstOrDefault(nic => BookOf(nic, host).Definition is { } own && Subnets.Overlap(own.Cidr, cidr)) is { } clash)
            Refuse(
                network.At,
                $"networks.{network.Name}.cidr",
                $"machine \"{machine}\" is connected to {BookOf(clash, host).Definition!.Cidr} of network \"{clash.Network}\", and cannot make {cidr} inside itself for the machines that it runs",
                $"leave the cidr out, and each hypervisor inside the farm gets one of its own; or give the machines in {machine} another network"
            );
    }

    /// <summary>The network as it is on a hypervisor; null when it is not there.</summary>
    NetworkState? Present(string network, string? hypervisor) =>
        hypervisor is null ? null : networks.GetValueOrDefault((network, hypervisor));

    /// <summary>What carries a network's name and is not the network is left alone.</summary>
    void CheckName(NetworkSpec network, string name, IEnumerable<HypervisorState> there)
    {
        if (
            (
                from h in there
                where Present(network.Name, h.Name) is null
                from n in h.Networks
                where n.Name == name
                select (Hypervisor: h.Name, Network: n)
            ).FirstOrDefault() is
            ({ } hypervisor, { } foreign)
        )
            Refuse(
                network.At,
                $"networks.{network.Name}",
                $"hypervisor \"{hypervisor}\" has a network {name} that {(foreign.Farm is { } farm ? $"belongs to the farm \"{farm}\" in {foreign.Folder}" : "Croft did not make")}",
                $"give this one another name; or, if nobody needs that one: virsh net-destroy {name}; virsh net-undefine {name}",
                isWorld: true
            );
    }

    /// <summary>A subnet of 10.64.0.0/10 that nobody has: the farm's own place first, then the following ones.</summary>
    /// <param name="within">The hypervisor inside the farm for which it is.</param>
    IPNetwork FreeSubnet(NetworkSpec network, string? within)
    {
        var hosts = Farm.Machines.Where(m => InnerOf(HomeOf(m)) == within).Sum(m => m.Networks.Count(n => n.Network == network.Name)) + 16;
        var prefix = 24;
        while (prefix > 12 && (1L << (32 - prefix)) < hosts)
            prefix--;
        var count = 1 << (prefix - 10);
        var step = 1u << (32 - prefix);
        var taken = input
            .Inventory.Hypervisors.SelectMany(h => h.Addresses.Concat(h.Networks.Select(n => n.Cidr).OfType<IPNetwork>()))
            .Concat(Farm.Networks.Select(n => n.Cidr).OfType<IPNetwork>())
            .Concat(books.Values.Select(b => b.Definition?.Cidr).OfType<IPNetwork>())
            .ToList();
        var block = Subnets.Of(IPAddress.Parse("10.64.0.0"), 10);
        var start = Identity.Pick("subnet " + network.Name + (within is null ? "" : " in " + within), Farm.Name, count);
        var routes = input.Inventory.Hypervisors.SelectMany(h => h.Routes).ToList();
        // Best where no route leads. A company's VPN may have all of 10.0.0.0/8, of which it uses little.
        foreach (var isTaken in (Func<IPNetwork, IPNetwork, bool>[])[Subnets.Overlap, (route, wanted) => Subnets.Covers(wanted, route)])
        {
            for (var i = 0; i < count; i++)
            {
                var candidate = new IPNetwork(Subnets.Host(block, (uint)((start + i) % count) * step), prefix);
                if (!taken.Any(t => Subnets.Overlap(t, candidate)) && !routes.Any(r => isTaken(r, candidate)))
                    return candidate;
            }
        }

        Refuse(network.At, $"networks.{network.Name}", "no free subnet is left in 10.64.0.0/10", "give the network a cidr");
        return new(Subnets.Host(block, 0), prefix);
    }

    void FixAddresses(MachineSpec machine)
    {
        foreach (var nic in machine.Networks)
        {
            CheckForwards(machine, nic);
            if (nic.Address is not { } address)
                continue;
            if (existing.TryGetValue(machine.Name, out var there) && there.Machine.Record!.Nics.Any(n => address.Equals(n.Address)))
                BookOf(nic, machine).Keep(address, machine.Name);
            else if (BookOf(nic, machine).Fix(address, machine.Name) is { } other)
                Refuse(
                    nic.At,
                    $"vms.{machine.Name}.networks",
                    $"{address} in network \"{nic.Network}\" is taken by {other}",
                    "choose another address"
                );
        }
    }

    /// <summary>A port that somebody else listens on would fail the start.</summary>
    void CheckForwards(MachineSpec machine, NicSpec nic)
    {
        foreach (var forward in nic.Forwards)
        {
            ports.Add(forward.Port);
            var isIts =
                existing.TryGetValue(machine.Name, out var found)
                && found.Machine.IsOn
                && found.Machine.Record!.Nics.Any(n => n.Forwards.Split(' ').Contains(forward.ToString()));
            if (!forward.Udp && !isIts && input.Inventory.Hypervisors.FirstOrDefault(h => h.BusyPorts.Contains(forward.Port)) is { } host)
                Refuse(
                    nic.At,
                    $"vms.{machine.Name}.networks",
                    $"port {forward.Port} of hypervisor \"{host.Name}\" is in use",
                    "forward another port",
                    isWorld: true
                );
        }
    }

    /// <summary>The networks that the placed machines need, with their reservations, on each hypervisor that has such a machine.</summary>
    ImmutableArray<PlannedNetwork> PlanNetworks(ImmutableArray<PlannedMachine> machines)
    {
        var needed =
            from machine in machines
            where machine.Hypervisor is not null
            from nic in machine.Nics
            where nic.Bridge is not null && nic.Address is not null
            group new Reservation(nic.Address!, nic.Mac, machine.Spec.Name) by (
                MakerOf(nic.Network, machine.Hypervisor)!,
                nic.Network
            ) into g
            select (g.Key.Item1, g.Key.Network, Reservations: g.ToImmutableArray());
        return [.. needed.Select(n => PlanNetwork(n.Item1, books[(n.Network, InnerOf(n.Item1))], n.Reservations, machines))];
    }

    /// <summary>
    /// Machines that are not on a network, and share another one with guests that ask here: without these, their names would be unknown to
    /// those.
    /// </summary>
    ImmutableArray<Reservation> NamesBeside(AddressBook book, string maker, ImmutableArray<PlannedMachine> machines)
    {
        var here = machines.ToLookup(m => NicsAt(maker, m).Any(n => n.Network == book.Spec.Name));
        var beside = here[true]
            .Where(m => m.Nics.Any(n => n.AsksNames && n.Network == book.Spec.Name))
            .SelectMany(m => NicsAt(maker, m))
            .Select(n => n.Network)
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. from machine in here[false]
            let nic = NicsAt(maker, machine).FirstOrDefault(n => beside.Contains(n.Network))
            where nic is not null && !book.Spec.Options.Records.Any(r => r.Name == machine.Spec.Name)
            let zone = books[(nic.Network, InnerOf(maker))].Definition!.Zone
            select new Reservation(nic.Address!, "", machine.Spec.Name) { Zone = zone == book.Definition!.Zone ? null : zone },
        ];
    }

    /// <summary>The cards of a machine on networks that Croft made on a hypervisor.</summary>
    IEnumerable<Nic> NicsAt(string maker, PlannedMachine machine) =>
        machine.Hypervisor is null
            ? []
            : machine.Nics.Where(n => n.Bridge is not null && n.Address is not null && MakerOf(n.Network, machine.Hypervisor) == maker);

    /// <summary>What a network cannot be without root.</summary>
    void CheckSwitched(NetworkSpec network, NetworkDefinition definition, string hypervisor)
    {
        var (key, what, cure) =
            definition.Mode == NetworkMode.Routed ? ("mode", "is routed", "mode: nat")
            : definition.Options.Pxe is not null ? ("pxe", "has pxe", "leave pxe out")
            : definition.Options.NatPorts is not null ? ("nat_ports", "has nat_ports", "leave nat_ports out")
            : definition.Options.Mtu > LargestSwitched ? ("mtu", $"has frames of more than {LargestSwitched} bytes", "leave mtu out")
            : Subnets.Overlap(definition.Cidr, QemusOwn)
                ? ("cidr", $"is {definition.Cidr}, which QEMU's user networking has", "another cidr")
            : default;
        if (key is not null)
            Refuse(
                network.At,
                $"networks.{network.Name}.{key}",
                network.Mode == NetworkMode.Vde
                    ? $"network {network.Name} {what}, which a VDE switch cannot be"
                    : $"network {network.Name} {what}, which an ordinary user's networks on hypervisor \"{hypervisor}\" cannot be",
                network.Mode == NetworkMode.Vde ? cure : $"{cure}; or run croft as root"
            );
    }

    PlannedNetwork PlanNetwork(
        string hypervisor,
        AddressBook book,
        ImmutableArray<Reservation> reservations,
        ImmutableArray<PlannedMachine> machines
    )
    {
        var known = Present(book.Spec.Name, hypervisor);
        var (definition, shared) = (book.Definition!, book.Spec.Shared);
        var isSwitched =
            definition.Mode == NetworkMode.Vde || IsSwitched(input.Inventory.Hypervisors.FirstOrDefault(h => h.Name == hypervisor));
        if (isSwitched)
            CheckSwitched(book.Spec, definition, hypervisor);
        if (shared is not null && known is null && networks.Keys.Any(n => n.Network == book.Spec.Name))
            Refuse(
                book.Spec.At,
                $"networks.{book.Spec.Name}.shared",
                $"hypervisor \"{hypervisor}\" has no network {shared}",
                "bring up a machine of the farm that owns it there; or place this one where it is: hypervisor",
                isWorld: true
            );
        definition = definition with
        {
            Name = known?.Name ?? definition.Name,
            Reservations = reservations,
            Names = NamesBeside(book, hypervisor, machines),
        };
        return new(hypervisor, definition, known is not null)
        {
            IsShared = shared is not null,
            IsOff = isSwitched && known is { Active: false },
            IsMute = known is { IsMute: true },
            Change =
                known is null || shared is not null || IsUsed(known, input.Inventory.Hypervisors.First(h => h.Name == hypervisor))
                    ? null
                    : ChangeOf(book.Spec, known)
                        ?? (known.Zone is null || known.Zone == definition.Zone ? null : $"has the names of {definition.Zone} from now on"),
        };
    }
}
