using System.Collections.Immutable;

namespace Croft.Farms;

/// <summary>How a network reaches the world.</summary>
public enum NetworkMode
{
    /// <summary>Through the hypervisor, with address translation.</summary>
    Nat,

    /// <summary>Not at all: the machines of the network and the hypervisor only.</summary>
    Isolated,

    /// <summary>Through the hypervisor, with its own addresses: whoever is to answer needs a route to it.</summary>
    Routed,

    /// <summary>QEMU's user networking with a forwarded ssh port; needs no privilege.</summary>
    User,

    /// <summary>A bridge of the hypervisor, such as one to the LAN.</summary>
    Bridge,

    /// <summary>
    /// A network card of the hypervisor, by macvtap: the machine is on the card's LAN, and the hypervisor itself does not reach it.
    /// </summary>
    Direct,

    /// <summary>A network of libvirt's that is there already.</summary>
    Existing,

    /// <summary>A VDE switch: one that Croft starts, which leads nowhere else, or one of others'.</summary>
    Vde,

    /// <summary>A tap device of the hypervisor, which one card takes.</summary>
    Tap,
}

/// <summary>A network of the farm.</summary>
/// <param name="Cidr">IPv4 subnet; null lets the plan choose a free one.</param>
/// <param name="Dhcp">Whether the network answers DHCP (host entries only, no dynamic range).</param>
/// <param name="Shared">The other farm's network that this one is, as <c>farm.network</c>; null when it is the farm's own.</param>
public sealed record NetworkSpec(string Name, NetworkMode Mode, System.Net.IPNetwork? Cidr, bool Dhcp, string? Shared, Location? At)
{
    /// <summary>What it has besides, when Croft makes it.</summary>
    public NetworkOptions Options { get; init; } = NetworkOptions.None;

    /// <summary>The domain of its names; null is one below a name that nobody owns.</summary>
    public string? Zone { get; init; }

    /// <summary>
    /// The bridge, the card, the tap device, libvirt's network or the switch's socket on the hypervisor that it is; null when Croft or QEMU
    /// makes it.
    /// </summary>
    public string? Source { get; init; }

    /// <summary>libvirt's XML, of which an existing network is made where it is missing; null leaves that to others.</summary>
    public OwnFile? Define { get; init; }

    /// <summary>The filter of packets that cards on it have; null is none.</summary>
    public string? Filter { get; init; }

    /// <summary>Whether Croft makes it and decides its addresses, or another farm does.</summary>
    public bool IsMade =>
        Mode is NetworkMode.Nat or NetworkMode.Isolated or NetworkMode.Routed || (Mode == NetworkMode.Vde && Source is null);

    /// <summary>Whether others made it and decide its addresses. Croft never changes it.</summary>
    public bool IsOutside => Mode != NetworkMode.User && !IsMade;
}

/// <summary>A connection of a machine to a network of the farm.</summary>
/// <param name="Address">Fixed address; null lets the plan choose.</param>
public sealed record NicSpec(string Network, System.Net.IPAddress? Address, Location? At)
{
    /// <summary>Lower case, colons; null lets the plan choose.</summary>
    public string? Mac { get; init; }

    /// <summary>What the guest sees; null is virtio.</summary>
    public string? Model { get; init; }

    /// <summary>Whether the way to everywhere else leads over it; null leaves that to the first card that has one.</summary>
    public bool? DefaultRoute { get; init; }

    /// <summary>Ports of the hypervisor that lead to the guest, on a user network.</summary>
    public ImmutableArray<PortForward> Forwards { get; init; } = [];
}

/// <summary>A port of the hypervisor that leads to a port of a guest.</summary>
/// <param name="Address">Where the hypervisor listens; loopback unless the user said otherwise.</param>
public readonly record struct PortForward(System.Net.IPAddress Address, int Port, int Guest, bool Udp)
{
    /// <summary>As QEMU writes it.</summary>
    public override string ToString() => $"{(Udp ? "udp" : "tcp")}:{Address}:{Port}-:{Guest}";
}
