using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>Engines of one host: libvirt makes the networks of both, and containers join its bridges.</summary>
public sealed partial class Planner
{
    /// <summary>The hypervisor that makes a network for the machines of another; a network that is there already stays its own.</summary>
    string? MakerOf(string network, string? hypervisor) =>
        hypervisor is null || Present(network, hypervisor) is not null
            ? hypervisor
            : Beside(input, Farm.Hypervisors.First(h => h.Name == hypervisor))?.Name ?? hypervisor;

    /// <summary>The libvirt on the host of an LXD that can make networks, too; null where there is none, or it does not answer.</summary>
    internal static HypervisorSpec? Beside(PlanInput input, HypervisorSpec lxd) =>
        lxd.IsLxd
            ? input.Farm.Hypervisors.FirstOrDefault(h =>
                !h.IsLxd
                && h.IsBeside(lxd)
                && input.Inventory.Hypervisors.FirstOrDefault(s => s.Name == h.Name) is { Unreachable: null } state
                && EngineCapabilities.Of(h, state) is { OwnNetworks: true, Switches: false }
            )
            : null;

    /// <summary>One host cannot have a network twice: what LXD made while it was alone there is no network of libvirt's.</summary>
    bool RefusedBeside(NetworkSpec network, HypervisorState hypervisor)
    {
        var spec = Farm.Hypervisors.First(h => h.Name == hypervisor.Name);
        if (
            Present(network.Name, hypervisor.Name) is not null
            || !Farm.Machines.Any(m => !m.IsContainer && m.Networks.Any(n => n.Network == network.Name))
            || Farm.Hypervisors.FirstOrDefault(h => Beside(input, h) == spec && Present(network.Name, h.Name) is not null) is not { } lxd
        )
            return false;
        Refuse(
            network.At,
            $"networks.{network.Name}",
            $"hypervisor \"{lxd.Name}\" made this network for its containers alone, so virtual machines of \"{hypervisor.Name}\" on the same host cannot join it",
            "croft destroy, then croft up: libvirt makes it then, for both; or give the virtual machines another network",
            isWorld: true
        );
        return true;
    }
}
