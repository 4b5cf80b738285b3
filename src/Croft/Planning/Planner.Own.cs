using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>What networks have of libvirt's own: files of the project, and filters.</summary>
public sealed partial class Planner
{
    /// <summary>The existing networks that are made of a file, where they are missing or do not run.</summary>
    ImmutableArray<DefinedNetwork> PlanDefinitions(ImmutableArray<PlannedMachine> machines)
    {
        var used = UsedOn(machines);
        foreach (var (network, state) in used)
        {
            CheckOwn(network, state);
            CheckLinks(network, state, machines);
        }

        foreach (var machine in machines)
            CheckBoots(machine);

        return
        [
            .. from u in used
            where u.Network is { Define: not null, Source: not null }
            where u.State.Networks.FirstOrDefault(n => n.Name == u.Network.Source) is not { Active: true }
            select new DefinedNetwork(u.State.Name, u.Network.Source!, u.Network.Define!),
        ];
    }

    List<(NetworkSpec Network, HypervisorState State)> UsedOn(ImmutableArray<PlannedMachine> machines) =>
        [
            .. from pair in (
                from machine in machines
                where machine.Hypervisor is not null
                from nic in machine.Nics
                select (nic.Network, machine.Hypervisor)
            ).Distinct()
            from state in input.Inventory.Hypervisors
            where state.Name == pair.Hypervisor
            select (Farm.Networks.First(n => n.Name == pair.Network), state),
        ];

    void CheckOwn(NetworkSpec network, HypervisorState state)
    {
        var spec = Farm.Hypervisors.First(h => h.Name == state.Name);
        if (spec.IsLxd && network.Cidr is { } cidr && Subnets.IsSix(cidr.BaseAddress))
            Refuse(
                network.At,
                $"networks.{network.Name}.cidr",
                $"hypervisor \"{state.Name}\" is {spec.Uri.Split(':')[0]}, whose networks have IPv4 with Croft",
                "give cidr an IPv4 subnet"
            );
        else if (spec.IsLxd && (network.Filter is not null || network.Options.Template is not null))
            Refuse(
                network.At,
                $"networks.{network.Name}.{(network.Filter is null ? "template" : "filter")}",
                $"hypervisor \"{state.Name}\" is {spec.Uri.Split(':')[0]}, which knows neither libvirt's filters nor its XML",
                "leave filter and template out"
            );
        else if (
            spec.IsLxd
            && network is { IsMade: true, Shared: null }
            && network.Options.ToString() is { Length: > 0 } options
            && MakerOf(network.Name, state.Name) == state.Name
        )
            Refuse(
                network.At,
                $"networks.{network.Name}",
                $"network {network.Name} has {options}, and hypervisor \"{state.Name}\" is {spec.Uri.Split(':')[0]}, whose networks have none of that with Croft",
                "leave it out; or declare the libvirt of the same host too, which then makes the network for both"
            );
        else if (network.Filter is { } filter && state.Filters?.Contains(filter) == false)
            Refuse(
                network.At,
                $"networks.{network.Name}.filter",
                spec.IsSession
                    ? $"hypervisor \"{state.Name}\" is an ordinary user's libvirt, which has no filters"
                    : $"hypervisor \"{state.Name}\" has no filter {filter}{(state.Filters.IsEmpty ? "" : Similar(filter, state.Filters))}",
                spec.IsSession
                    ? "leave filter out; or run croft as root"
                    : "on it: virsh nwfilter-list shows those that there are; virsh nwfilter-define makes one of a file",
                isWorld: true
            );
    }

    /// <summary>A machine that boots from the network needs one that has something to boot from, where Croft made it.</summary>
    void CheckBoots(PlannedMachine machine)
    {
        if (!machine.Spec.Boots.Contains(BootDevice.Network) || machine.Hypervisor is null)
            return;
        var all = machine.Spec.Networks.Select(n => Farm.Networks.First(f => f.Name == n.Network)).ToList();
        if (machine.Nics.All(n => n.Bridge is null || n.Source == NicSource.Switch))
            Refuse(
                machine.Spec.At,
                $"vms.{machine.Spec.Name}.boot",
                $"machine \"{machine.Spec.Name}\" boots from the network, and has no card that can: those of user networks and switches have no program for it",
                "give it a network of mode: nat or bridge; or run croft as root",
                isWorld: true
            );
        else if (all.All(n => n is { IsMade: true, Shared: null, Options: { Pxe: null, Template: null } } or { Mode: NetworkMode.User }))
            Refuse(
                machine.Spec.At,
                $"vms.{machine.Spec.Name}.boot",
                $"machine \"{machine.Spec.Name}\" boots from the network, and none of its networks has anything to boot from",
                $"networks.{all.First(n => n.IsMade).Name}: {{ pxe: {{ root: FOLDER }} }}"
            );
    }

    /// <summary>A switch runs on this host; a tap device takes one card; and what libvirt does not know has its price.</summary>
    void CheckLinks(NetworkSpec network, HypervisorState state, ImmutableArray<PlannedMachine> machines)
    {
        var can = EngineCapabilities.Of(Farm.Hypervisors.First(h => h.Name == state.Name), state);
        if (network is { Mode: NetworkMode.Vde, IsMade: true, Shared: null } && (!can.OwnSwitches || can.NetworkLack is not null))
            Refuse(
                network.At,
                $"networks.{network.Name}.mode",
                can.OwnSwitches
                    ? $"hypervisor \"{state.Name}\" {can.NetworkLack}, and {network.Name} is vde"
                    : $"hypervisor \"{state.Name}\" is not on this host, where alone Croft starts VDE switches",
                can.OwnSwitches ? can.NetworkCure : "vde: { socket: PATH } joins one that runs there",
                isWorld: true
            );
        var on = machines.Where(m => m.Hypervisor == state.Name && m.Nics.Any(n => n.Network == network.Name)).ToList();
        if (network.Mode == NetworkMode.Tap && on.Sum(m => m.Nics.Count(n => n.Network == network.Name)) > 1)
            Refuse(
                network.At,
                $"networks.{network.Name}.tap",
                $"tap device {network.Source} takes one card, and {string.Join(", ", on.Select(m => m.Spec.Name))} are to be on it",
                "give each its own tap device and network; or put the device into a bridge: mode: bridge"
            );
        if (network.Mode == NetworkMode.Vde)
            notes.Add(
                $"network {network.Name} is a VDE switch, which libvirt does not know: virsh lists no card on it, none is plugged in or out while its machine runs, and machines on {(network.IsMade ? "it get their MACs anew when they are forked" : "it are not forked")}"
            );
    }

    static string Similar(string filter, IEnumerable<string> known) => Words.DidYouMean(filter, known) is { } hint ? $"; {hint}" : "";
}
