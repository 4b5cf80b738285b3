using System.Net;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>A machine's cards: their MACs, addresses and ports.</summary>
public sealed partial class Planner
{
    Nic PlanNic(MachineSpec spec, NicSpec nic, int card, HypervisorState? hypervisor, MachineRecord? record)
    {
        var book = BookOf(nic, spec);
        var before = record?.Nics.ElementAtOrDefault(card) is { } kept && kept.Network == nic.Network ? kept : null;
        var isSwitched = IsSwitched(hypervisor) || book.Spec.Mode == NetworkMode.Vde;
        var isWay = IsWay(spec, card, IsSwitched(hypervisor));
        var made = book.Definition;
        var maker = made is null ? null : MakerOf(nic.Network, hypervisor?.Name);
        var planned = new Nic(
            nic.Network,
            book.Spec.IsOutside ? book.Spec.Source
                : made is null ? null
                : Present(nic.Network, maker)?.Name ?? made.Name,
            MacOf(spec, nic, card, before),
            made is null ? null : AddressOf(spec, nic, book, before),
            isWay || (made is null && !book.Spec.IsOutside && card == 0) ? PortOf(spec, nic) : null
        )
        {
            Model = nic.Model,
            Forwards = string.Join(' ', nic.Forwards),
            DefaultRoute = RouteOf(spec, nic),
            Filter = book.Spec.Filter,
            AsksNames = card == AskingOf(spec),
        };
        if (book.Spec.IsOutside)
            return planned with { Source = Outside.SourceOf(book.Spec.Mode), Seen = before?.Seen, IsClosed = isWay && !LeadsOut(spec) };
        return made is null
            ? planned
            : planned with
            {
                Source = isSwitched ? NicSource.Switch : NicSource.Network,
                Parent = maker == hypervisor?.Name ? null : Present(nic.Network, maker)?.Device ?? made.Bridge,
                IsClosed = isWay && !LeadsOut(spec),
                Address6 = planned.Address is { } address ? made.Second(address) : null,
            };
    }

    /// <summary>Whether networks on a hypervisor are switches of the user's.</summary>
    bool IsSwitched(HypervisorState? hypervisor) =>
        hypervisor is not null && EngineCapabilities.Of(Farm.Hypervisors.First(h => h.Name == hypervisor.Name), hypervisor).Switches;

    bool LeadsOut(MachineSpec spec) => spec.Networks.Any(n => BookOf(n, spec).Definition?.LeadsOut == true);

    /// <summary>
    /// Whether the port to a machine's ssh is of that card, where all of its cards are on switches, and no address leads to it: its first
    /// user card, else its first on a switch.
    /// </summary>
    bool IsWay(MachineSpec spec, int card, bool isSwitched)
    {
        var all = spec.Networks.Select(n => BookOf(n, spec).Spec).ToList();
        var switches = all.Select(n => n.Mode == NetworkMode.Vde || (isSwitched && n.IsMade)).ToList();
        return switches.Contains(true)
            && all.Zip(switches).All(n => n.Second || n.First.Mode is NetworkMode.User or NetworkMode.Tap)
            && card == (all.FindIndex(n => n.Mode == NetworkMode.User) is >= 0 and var user ? user : switches.IndexOf(true));
    }

    /// <summary>Where a machine says which card has it, the others have none.</summary>
    static bool? RouteOf(MachineSpec spec, NicSpec nic) =>
        spec.Networks.Any(n => n.DefaultRoute == true) ? nic.DefaultRoute == true : nic.DefaultRoute;

    /// <summary>The card by which a guest asks for names: its way out, else the first with a name server; -1 for none of Croft's.</summary>
    int AskingOf(MachineSpec spec)
    {
        var made = spec.Networks.Select(n => BookOf(n, spec).Definition).ToList();
        var way = made.Index().FirstOrDefault(m => m.Item?.LeadsOut == true && (RouteOf(spec, spec.Networks[m.Index]) ?? m.Index == 0));
        return way.Item is null ? made.FindIndex(m => m is not null) : way.Index;
    }

    IPAddress? AddressOf(MachineSpec spec, NicSpec nic, AddressBook book, Nic? before)
    {
        if (book.IsStranger(spec.Name))
            Refuse(
                nic.At ?? spec.At,
                $"vms.{spec.Name}.networks",
                $"another farm has a machine \"{spec.Name}\" in network \"{nic.Network}\"",
                "give this one another name",
                isWorld: true
            );
        if (nic.Address is null && before?.Address is { } old && book.Definition!.Cidr.Contains(old))
            book.Keep(old, spec.Name);
        var address = nic.Address ?? book.Take(spec.Name);
        if (address is null)
            Refuse(
                book.Spec.At ?? nic.At,
                $"networks.{nic.Network}",
                $"{book.Definition!.Cidr} has no address left for machine \"{spec.Name}\"{(book.Spec.Options.Range is { } range ? $" beside the range {range}, which DHCP gives to others" : "")}",
                book.Spec.Options.Range is null ? "give the network a larger cidr" : "a shorter range; or a larger cidr"
            );
        return address;
    }

    string MacOf(MachineSpec spec, NicSpec nic, int card, Nic? before)
    {
        if (nic.Mac is not { } given)
            return TakeMac(spec.Name, card, before);
        if (!ownMacs.Remove(given) && !macs.Add(given))
            Refuse(
                nic.At ?? spec.At,
                $"vms.{spec.Name}.networks",
                $"{given} is the MAC of another machine's card already",
                "give this one another, or leave mac out"
            );
        return given;
    }

    string TakeMac(string machine, int card, Nic? before)
    {
        if (before is not null && ownMacs.Remove(before.Mac))
            return before.Mac;
        for (var attempt = 0; ; attempt++)
        {
            var mac = Identity.Mac(Farm.Name, machine, card, attempt);
            if (!promised.Contains(mac) && macs.Add(mac))
                return mac;
        }
    }

    /// <summary>A machine keeps its port unless somebody took it while it was off; one that runs is itself what listens there.</summary>
    void KeepPorts()
    {
        foreach (
            var (name, (_, machine)) in existing
                .OrderBy(m => m.Value.Machine.Power is PowerState.Off or PowerState.Crashed)
                .ThenBy(m => m.Key, StringComparer.Ordinal)
        )
        {
            if (
                machine.Record!.Nics.Select(n => n.Port).FirstOrDefault(p => p is not null) is { } port
                && (ports.Add(port) || (machine.IsOn && !keptPorts.ContainsValue(port)))
            )
                keptPorts[name] = port;
        }
    }

    /// <summary>The port that leads to its ssh: one that the user forwards there, or the one it has, or a free one.</summary>
    int? PortOf(MachineSpec spec, NicSpec nic) =>
        nic.Forwards.FirstOrDefault(f => f is { Guest: 22, Udp: false } && IPAddress.IsLoopback(f.Address)) is { Port: > 0 and var given }
            ? given
        : keptPorts.TryGetValue(spec.Name, out var port) ? port
        : TakePort(spec);

    int? TakePort(MachineSpec machine)
    {
        var first = Identity.Pick("port " + machine.Name, Farm.Name, PortCount);
        for (var i = 0; i < PortCount; i++)
        {
            var port = FirstPort + (first + i) % PortCount;
            if (ports.Add(port))
                return port;
        }

        Refuse(
            machine.At,
            $"vms.{machine.Name}.networks",
            $"no port from {FirstPort} to {FirstPort + PortCount - 1} is left for the ssh of machine \"{machine.Name}\"",
            "give it a network that is not mode: user"
        );
        return null;
    }
}
