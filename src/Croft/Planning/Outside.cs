using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>Networks that others made on a hypervisor, and what of them is not there.</summary>
static class Outside
{
    /// <summary>
    /// What a hypervisor lacks for a network, to be said after its name, with the cure; null when nothing is known to be missing.
    /// </summary>
    public static (string What, string Cure)? Lack(NetworkSpec network, HypervisorSpec hypervisor, HypervisorState? state)
    {
        if (network.Mode is NetworkMode.Vde or NetworkMode.Tap && !hypervisor.IsLxd)
            return LackOfLink(network.Mode, network.Source, hypervisor.IsLocal ? state : null); // libvirt tells neither of another host
        if (!EngineCapabilities.Of(hypervisor, state).HostNetworks)
            return hypervisor.IsSession
                ? (
                    $"is an ordinary user's libvirt, which cannot join machines to {Name(network)}",
                    "mode: user gives every machine its way out and a forwarded ssh port; or run croft as root"
                )
                : ($"cannot join machines to {Name(network)}", "mode: nat");
        if (network.Mode == NetworkMode.Existing)
            return state?.Can is null || network.Source is not { } name || IsMadeOfAFile(network, state)
                ? null
                : LackOf(name, state.Networks.FirstOrDefault(n => n.Name == name));
        return network.Source is not { } device || state?.Devices?.Contains(device) != false ? null
            : network.Mode == NetworkMode.Bridge
                ? (
                    $"has no bridge {device}",
                    state.Uplink is { } uplink
                        ? $"croft network bridge create {device} --uplink {uplink}"
                        : $"croft network bridge create {device} --uplink DEVICE, with the network card that leads to the LAN; on another host with --hypervisor {hypervisor.Name}"
                )
            : ($"has no network card {device}", "on it: ip link lists those that there are");
    }

    /// <summary>What QEMU joins by itself, an ordinary user's too.</summary>
    static (string What, string Cure)? LackOfLink(NetworkMode mode, string? source, HypervisorState? state) =>
        source is null ? null
        : mode == NetworkMode.Vde
            ? state?.Sockets?.Contains(source) == false
                    ? ($"has no VDE switch at {source}", $"on it: vde_switch -d -s {source}; or leave vde out, and Croft starts one")
                : null
        : state?.Devices?.Contains(source) == false
            ? (
                $"has no tap device {source}",
                $"on it: ip tuntap add {source} mode tap; ip link set {source} up; with user NAME for an ordinary user"
            )
        : null;

    /// <summary>Whether it is missing or off, and the farm file says what to do about that.</summary>
    static bool IsMadeOfAFile(NetworkSpec network, HypervisorState state) =>
        network.Define is not null && state.Networks.FirstOrDefault(n => n.Name == network.Source) is null or { Farm: null, Active: false };

    static (string What, string Cure)? LackOf(string name, NetworkState? network) =>
        network switch
        {
            null => (
                $"has no network {name}",
                "on it: virsh net-list --all lists those that there are; virsh net-define makes one of a file; or define: FILE here"
            ),
            { Farm: { } farm, Network: { } own } => ($"has a network {name} that is the farm {farm}'s", $"shared: {farm}.{own} uses it"),
            { Active: false } => ($"has a network {name} that is off", $"on it: virsh net-start {name}"),
            _ => null,
        };

    static string Name(NetworkSpec network) =>
        network.Mode switch
        {
            NetworkMode.Bridge => $"the bridge {network.Source}",
            NetworkMode.Direct => $"the network card {network.Source}",
            NetworkMode.Vde => $"the VDE switch {network.Source}",
            NetworkMode.Tap => $"the tap device {network.Source}",
            _ => $"the network {network.Source}",
        };

    /// <summary>What a card of a machine is connected to.</summary>
    public static NicSource SourceOf(NetworkMode mode) =>
        mode switch
        {
            NetworkMode.Bridge => NicSource.Bridge,
            NetworkMode.Direct => NicSource.Device,
            NetworkMode.Vde => NicSource.Switch,
            NetworkMode.Tap => NicSource.Tap,
            _ => NicSource.Network,
        };
}
