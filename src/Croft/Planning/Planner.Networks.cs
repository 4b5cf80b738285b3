using System.Collections.Immutable;
using System.Net;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>Networks: what may be made, where, with which addresses.</summary>
public sealed partial class Planner
{
    void CheckNetworks()
    {
        if (Farm.Hypervisors.Any(h => !h.IsSession))
            return; // placement keeps such machines off the others
        foreach (var network in Farm.Networks.Where(n => n.Mode != NetworkMode.User && Farm.Machines.Any(m => m.Networks.Any(nic => nic.Network == n.Name))))
        {
            unmakeable.Add(network.Name);
            problems.Add(new(
                network.At, $"networks.{network.Name}.mode",
                $"an ordinary user's libvirt ({Farm.Hypervisors[0].Uri}) cannot make networks, and {network.Name} is {network.Mode.ToString().ToLowerInvariant()}",
                "mode: user gives every machine its way out and a forwarded ssh port, no way to other machines; or run croft as root", IsWorld: true));
        }
    }

    AddressBook BookOf(NicSpec nic, MachineSpec machine) => books[(nic.Network, InnerOf(HomeOf(machine)))];

    /// <summary>The networks of the machines in a machine.</summary>
    void OpenBooks(HypervisorSpec hypervisor)
    {
        var used = Farm.Machines.Where(m => HomeOf(m) == hypervisor.Name).SelectMany(m => m.Networks).Select(n => n.Network).ToHashSet(StringComparer.Ordinal);
        foreach (var network in Farm.Networks.Where(n => used.Contains(n.Name)))
            books[(network.Name, hypervisor.Name)] = OpenBook(network, hypervisor);
    }

    AddressBook OpenBook(NetworkSpec network, HypervisorSpec? within)
    {
        if (network.Mode == NetworkMode.User)
            return new(network, null, [], _ => true);
        var name = network.Shared is { } shared ? shared.Replace('.', '-') : NetworkDefinition.NameOf(Farm.Name, network.Name);
        var there = input.Inventory.Hypervisors.Where(h => InnerOf(h.Name) == within?.Name).ToList();
        var present = (from h in there from n in h.Networks where n.Name == name select n).ToList();
        if (network.Shared is not null && present.Count == 0)
            problems.Add(new(network.At, $"networks.{network.Name}.shared", $"no hypervisor has the network {network.Shared}", "bring up the farm that owns it first"));
        var cidr = present.Select(n => n.Cidr).FirstOrDefault() ?? network.Cidr ?? FreeSubnet(network, within?.Name);
        if (network.Shared is null)
            CheckClash(network, cidr, name, there);
        if (within is not null)
            CheckInside(network, cidr, within.Machine!);
        if (network.Cidr is { } wanted && wanted != cidr)
            problems.Add(new(network.At, $"networks.{network.Name}.cidr", $"the network exists with {cidr}", "croft destroy removes it; or keep the old cidr"));
        var definition = new NetworkDefinition(
            network.Shared is { } s ? s[..s.IndexOf('.', StringComparison.Ordinal)] : Farm.Name,
            input.Owner ?? "", Farm.Directory,
            network.Shared is { } s2 ? s2[(s2.IndexOf('.', StringComparison.Ordinal) + 1)..] : network.Name,
            Identity.Bridge(Farm.Name, network.Name), network.Mode == NetworkMode.Nat, network.Dhcp, cidr, []);
        var foreign = others.Where(n => n.Bridge == name && n.Address is not null).Select(n => n.Address!).ToHashSet();
        return new(network, definition, present, r => !foreign.Contains(r.Address) && (network.Shared is null || IsOurs(r)));
    }

    /// <summary>Whether a reservation in another farm's network was made by this farm: for a machine that exists, or that was not finished.</summary>
    bool IsOurs(Reservation reservation) =>
        existing.TryGetValue(reservation.Host, out var found) && found.Machine.Record!.Nics.Any(n => reservation.Address.Equals(n.Address))
        || Enumerable.Range(0, MostCards).Any(card => reservation.Mac == Identity.Mac(Farm.Name, reservation.Host, card, 0));

    /// <summary>A machine cannot be on a network and make another one of the same addresses.</summary>
    void CheckInside(NetworkSpec network, IPNetwork cidr, string machine)
    {
        var host = Farm.Machines.FirstOrDefault(m => m.Name == machine);
        if (host?.Networks.FirstOrDefault(nic => BookOf(nic, host).Definition is { } own && Subnets.Overlap(own.Cidr, cidr)) is { } clash)
            problems.Add(new(
                network.At, $"networks.{network.Name}.cidr",
                $"machine \"{machine}\" is connected to {BookOf(clash, host).Definition!.Cidr} of network \"{clash.Network}\", and cannot make {cidr} inside itself for the machines that it runs",
                $"leave the cidr out, and each hypervisor inside the farm gets one of its own; or give the machines in {machine} another network"));
    }

    void CheckClash(NetworkSpec network, IPNetwork cidr, string name, IEnumerable<HypervisorState> there)
    {
        foreach (var hypervisor in there)
        {
            if (hypervisor.Networks.FirstOrDefault(n => n.Name != name && n.Cidr is { } other && Subnets.Overlap(other, cidr)) is { } clash)
            {
                problems.Add(clash.Farm is { } farm
                    ? new(network.At, $"networks.{network.Name}.cidr", $"{cidr} overlaps {clash.Cidr} of network \"{clash.Network}\" of farm \"{farm}\" in {clash.Folder}", farm == Farm.Name ? null : $"choose another cidr, or say shared: {farm}.{clash.Network}", true)
                    : new(network.At, $"networks.{network.Name}.cidr", $"{cidr} overlaps {clash.Cidr} of libvirt's network {clash.Name} on hypervisor \"{hypervisor.Name}\"", "choose another cidr", true));
                return;
            }

            var own = hypervisor.Networks.Select(n => n.Cidr).OfType<IPNetwork>().ToList();
            var host = hypervisor.Addresses.Where(a => !own.Contains(a)).Cast<IPNetwork?>().FirstOrDefault(a => Subnets.Overlap(a!.Value, cidr));
            if (host is not null)
                problems.Add(new(network.At, $"networks.{network.Name}.cidr", $"{cidr} overlaps {host}, which hypervisor \"{hypervisor.Name}\" itself is connected to", "choose another cidr", true));
        }
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
        var taken = input.Inventory.Hypervisors.SelectMany(h => h.Addresses.Concat(h.Networks.Select(n => n.Cidr).OfType<IPNetwork>()))
            .Concat(Farm.Networks.Select(n => n.Cidr).OfType<IPNetwork>())
            .Concat(books.Values.Select(b => b.Definition?.Cidr).OfType<IPNetwork>()).ToList();
        var block = Subnets.Of(IPAddress.Parse("10.64.0.0"), 10);
        var start = Identity.Pick("subnet " + network.Name + (within is null ? "" : " in " + within), Farm.Name, count);
        for (var i = 0; i < count; i++)
        {
            var candidate = new IPNetwork(Subnets.Host(block, (uint)((start + i) % count) * step), prefix);
            if (!taken.Any(t => Subnets.Overlap(t, candidate)))
                return candidate;
        }

        problems.Add(new(network.At, $"networks.{network.Name}", "no free subnet is left in 10.64.0.0/10", "give the network a cidr"));
        return new(Subnets.Host(block, 0), prefix);
    }

    void FixAddresses(MachineSpec machine)
    {
        foreach (var (card, nic) in machine.Networks.Index())
        {
            if (card > 0 && BookOf(nic, machine).Definition is null)
                problems.Add(new(nic.At, $"vms.{machine.Name}.networks", $"user network \"{nic.Network}\" of machine \"{machine.Name}\" is not its first network", "name one user network, before all others"));
            if (nic.Address is { } address && BookOf(nic, machine).Fix(address, machine.Name) is { } other)
                problems.Add(new(nic.At, $"vms.{machine.Name}.networks", $"{address} in network \"{nic.Network}\" is taken by {other}", "choose another address"));
        }
    }

    /// <summary>The networks that the placed machines need, with their reservations, on each hypervisor that has such a machine.</summary>
    ImmutableArray<PlannedNetwork> PlanNetworks(ImmutableArray<PlannedMachine> machines)
    {
        var needed = from machine in machines
                     where machine.Hypervisor is not null
                     from nic in machine.Nics
                     where nic.Bridge is not null && nic.Address is not null
                     group new Reservation(nic.Address!, nic.Mac, machine.Spec.Name) by (machine.Hypervisor!, nic.Network) into g
                     select (g.Key.Item1, g.Key.Network, Reservations: g.ToImmutableArray());
        var present = (from h in input.Inventory.Hypervisors from n in h.Networks select (h.Name, n.Name)).ToHashSet();
        return
        [
            .. from n in needed
               let definition = books[(n.Network, InnerOf(n.Item1))].Definition! with { Reservations = n.Reservations }
               select new PlannedNetwork(n.Item1, definition, present.Contains((n.Item1, definition.Name))),
        ];
    }
}
