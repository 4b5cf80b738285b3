using System.Net;

namespace Croft.Farms.Reading;

static class NetworkKeys
{
    public static readonly Field<NetworkMode> Mode = new(
        "mode",
        new ChoiceShape<NetworkMode>(
            ("nat", NetworkMode.Nat),
            ("isolated", NetworkMode.Isolated),
            ("routed", NetworkMode.Routed),
            ("user", NetworkMode.User),
            ("bridge", NetworkMode.Bridge),
            ("direct", NetworkMode.Direct),
            ("existing", NetworkMode.Existing),
            ("vde", NetworkMode.Vde),
            ("tap", NetworkMode.Tap)
        ),
        "How the network reaches the outside: through the hypervisor, not at all, through it with its own addresses, or by QEMU's user networking, which needs no privileges. Or what it is that others made: a bridge of the hypervisor, its network card, a network of libvirt's, a VDE switch or a tap device."
    )
    {
        DefaultText = "`nat`; without root `user`, unless `cidr` or another key of a shared network is given",
    };

    public static readonly Field<IPNetwork> Cidr = new(
        "cidr",
        new CidrShape(),
        "The subnet. Its first host address is the hypervisor's. One of IPv6 makes a network without IPv4."
    )
    {
        DefaultText = "a free one, chosen by the plan",
    };

    public static readonly Field<bool> Dhcp = new(
        "dhcp",
        new BoolShape(),
        "Whether the network answers DHCP. Without DHCP the guest gets its address from its seed."
    )
    {
        DefaultText = "`true`",
    };

    public static readonly Field<string> Shared = new(
        "shared",
        new TextShape(
            "another farm's network",
            "farm.network, such as base.mgmt",
            "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.[A-Za-z0-9][A-Za-z0-9._-]{0,62}$",
            text =>
                text.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
                && Rules.DnsLabel.Holds(text[..dot])
                && Rules.Name.Holds(text[(dot + 1)..])
        ),
        "Uses the network of another farm, written `farm.network`."
    );

    public static readonly Field<string> Bridge = new(
        "bridge",
        Rules.Device,
        "With `mode: bridge`, the hypervisor's bridge, such as `br0`."
    );

    public static readonly Field<string> Uplink = new(
        "uplink",
        Rules.Device,
        "With `mode: direct`, the hypervisor's network card, such as `eth0`."
    );

    public static readonly Field<string> Network = new(
        "network",
        Rules.Name,
        "With `mode: existing`, libvirt's name of the network, such as `default`."
    );

    public static readonly Field<string> Socket = new(
        "socket",
        Rules.AbsolutePath,
        "Where the switch is that others started, such as `/run/vde/lab`."
    )
    {
        DefaultText = "a switch that Croft starts",
    };

    public static readonly Field<MapReading> Vde = new(
        "vde",
        new MapShape("a VDE switch", [Socket], Socket),
        "With `mode: vde`, the switch; a bare path is its socket."
    );

    public static readonly Field<string> Tap = new(
        "tap",
        Rules.Device,
        "With `mode: tap`, a tap device of the hypervisor, such as `tap0`, for one machine's card."
    );

    /// <summary>Which key says what a network is on the hypervisor, by its mode.</summary>
    public static readonly IReadOnlyDictionary<NetworkMode, Field<string>> Sources = new Dictionary<NetworkMode, Field<string>>
    {
        [NetworkMode.Bridge] = Bridge,
        [NetworkMode.Direct] = Uplink,
        [NetworkMode.Existing] = Network,
        [NetworkMode.Tap] = Tap,
    };

    public static readonly Field<string> Domain = new(
        "domain",
        Rules.HostName,
        "The domain of its names, such as `lab.example`. Others' names in it are not asked for outside."
    )
    {
        DefaultText = "`<farm>.croft.internal`",
    };

    public static readonly Field<int> Mtu = new("mtu", new NumberShape(68, 65521), "The largest frame, in bytes; guests learn of it.")
    {
        DefaultText = "1500",
    };

    public static readonly Field<IPNetwork> Ipv6 = new(
        "ipv6",
        new Cidr6Shape(),
        "An IPv6 subnet beside the IPv4 one. A machine's number in it is that in the other."
    );

    public static readonly Field<AddressRange> Range = new(
        "range",
        new AddressRangeShape(),
        "Addresses that DHCP gives to guests that are no machines of the farm."
    );

    public static readonly Field<AddressRange> Range6 = new(
        "range6",
        new AddressRangeShape(),
        "With `ipv6`, addresses of it that DHCPv6 gives to guests that are no machines of the farm, such as `fd00:80::1000-fd00:80::1fff`."
    );

    public static readonly Field<PortRange> NatPorts = new(
        "nat_ports",
        new PortRangeShape(),
        "With `mode: nat`, the hypervisor's ports that connections go out by."
    );

    public static readonly Field<string> Define = new(
        "define",
        Rules.HostPath,
        "With `mode: existing`, a file of the project with libvirt's XML of the network, which `up` defines where the network is missing."
    );

    public static readonly Field<string> Filter = new(
        "filter",
        Rules.Name,
        "libvirt's filter of packets (nwfilter) that the machines' cards have, such as `clean-traffic`."
    );

    public static readonly Field<string> Template = new(
        "template",
        Rules.HostPath,
        "A file of the project with libvirt's network XML. Croft writes its own name, bridge, addresses and names into it."
    );

    public static readonly Field<MapReading> Pxe = new(
        "pxe",
        PxeKeys.Map,
        "What machines without a system get from the network, by DHCP and TFTP; a bare path is its folder. Machines with `boot: [ network, disk ]` ask for it."
    );

    public static readonly Field<MapReading> Dns = new("dns", DnsKeys.Map, "What the network's name server says besides.");

    /// <summary>What only a network that Croft makes can have.</summary>
    public static readonly Field[] Options = [Domain, Mtu, Ipv6, Range, Range6, NatPorts, Dns, Template, Pxe];

    public static readonly MapShape Map = new(
        "a network",
        [
            Mode,
            Cidr,
            Dhcp,
            Shared,
            Bridge,
            Uplink,
            Network,
            Vde,
            Tap,
            Define,
            Filter,
            Domain,
            Mtu,
            Ipv6,
            Range,
            Range6,
            NatPorts,
            Dns,
            Template,
            Pxe,
        ]
    );
}
