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
        if (network.Mode is NetworkMode.Vde or NetworkMode.Tap && hypervisor.IsLxd)
            return (
                $"cannot join containers to {Name(network)}",
                "mode: bridge joins them to a bridge of the host, which the switch or device may be in"
            );
        if (network.Mode is NetworkMode.Vde or NetworkMode.Tap)
            return LackOfLink(network.Mode, network.Source, hypervisor.IsLocal ? state : null); // libvirt tells neither of another host
        if (!EngineCapabilities.Of(hypervisor, state).HostNetworks)
            return hypervisor.IsSession
                ? (
                    $"is an ordinary user's libvirt, which cannot join machines to {Name(network)}",
                    "mode: user gives every machine its way out and a forwarded ssh port; or run croft as root"
                )
                : ($"cannot join machines to {Name(network)}", "mode: nat");
        if (network.Mode == NetworkMode.Existing)
            return state?.Can is null || network.Source is not { } name || (IsMadeOfAFile(network, state) && !hypervisor.IsLxd)
                ? null
                : LackOfAccess(name, state.Containers)
                    ?? LackOf(name, state.Networks.FirstOrDefault(n => n.Name == name), state.Containers?.Tool);
        return network.Source is not { } device ? null
            : state?.Kinds?.TryGetValue(device, out var kind) == true ? LackOfKind(network.Mode, device, kind)
            : state?.Devices?.Contains(device) != false ? null
            : network.Mode == NetworkMode.Bridge
                ? (
                    $"has no bridge {device}",
                    state.Uplink is { } uplink
                        ? $"croft network bridge create {device} --uplink {uplink}"
                        : $"croft network bridge create {device} --uplink DEVICE, with the network card that leads to the LAN; on another host with --hypervisor {hypervisor.Name}"
                )
            : ($"has no network card {device}", "on it: ip link lists those that there are");
    }

    /// <summary>A project that allows some networks shows no others.</summary>
    static (string What, string Cure)? LackOfAccess(string name, ContainerHost? containers) =>
        ContainerRestrictions.OfNetwork(name, isManaged: true, containers?.Project) is { } key
            ? (
                $"has a project {containers!.Project!.Name} that is restricted and forbids network {name}",
                $"on it: {containers.Tool} project set {containers.Project.Name} {key}"
            )
            : null;

    /// <summary>What QEMU joins by itself, an ordinary user's too.</summary>
    static (string What, string Cure)? LackOfLink(NetworkMode mode, string? source, HypervisorState? state) =>
        source is null ? null
        : mode == NetworkMode.Vde
            ? state?.Sockets?.Contains(source) == false
                    ? ($"has no VDE switch at {source}", $"on it: vde_switch -d -s {source}; or leave vde out, and Croft starts one")
                : null
        : state?.Kinds?.TryGetValue(source, out var kind) == true && kind != DeviceKind.Tap
            ? ($"has {source}, which is no tap device", $"{MakesTap("NAME")}; then tap: NAME")
        : state?.Devices?.Contains(source) == false ? ($"has no tap device {source}", MakesTap(source))
        : null;

    static string MakesTap(string device) =>
        $"on it: ip tuntap add {device} mode tap; ip link set {device} up; with user NAME for an ordinary user";

    /// <summary>What is there under the name may be something else.</summary>
    static (string What, string Cure)? LackOfKind(NetworkMode mode, string device, DeviceKind kind) =>
        (mode, kind) switch
        {
            (NetworkMode.Bridge, DeviceKind.Bridge) => null,
            (NetworkMode.Bridge, DeviceKind.OpenVSwitch) => (
                $"has a bridge {device} of Open vSwitch, which mode: bridge does not join",
                $"mode: existing with define: FILE, a network of libvirt's with <forward mode='bridge'/>, <bridge name='{device}'/> and <virtualport type='openvswitch'/>"
            ),
            (NetworkMode.Bridge, DeviceKind.Card) => (
                $"has a network device {device} that is no bridge",
                $"croft network bridge create br0 --uplink {device} puts it into one, then bridge: br0; or mode: direct with uplink: {device}"
            ),
            (NetworkMode.Bridge, _) => (
                $"has a network device {device} that is no bridge",
                "on it: ip link show type bridge lists those that are; croft network bridge create makes one"
            ),
            (_, DeviceKind.Frameless) => (
                $"has a network device {device} that carries no Ethernet frames",
                "uplink: names the network card that leads to the LAN"
            ),
            (_, DeviceKind.Port) => (
                $"has a network card {device} that is in a bridge or bond already",
                "mode: bridge with that bridge; or uplink: names another card"
            ),
            (_, DeviceKind.Wireless) => (
                $"has a network card {device} of Wi-Fi, which sends no frames of other MACs",
                "mode: nat; or uplink: names a card with a cable"
            ),
            _ => null,
        };

    /// <summary>Whether it is missing or off, and the farm file says what to do about that.</summary>
    static bool IsMadeOfAFile(NetworkSpec network, HypervisorState state) =>
        network.Define is not null && state.Networks.FirstOrDefault(n => n.Name == network.Source) is null or { Farm: null, Active: false };

    static (string What, string Cure)? LackOf(string name, NetworkState? network, string? tool) =>
        network switch
        {
            null when tool is not null => (
                $"has no network {name}",
                $"on it: {tool} network list shows those that there are; {tool} network create {name}; define is of libvirt's XML"
            ),
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
