using System.Collections.Immutable;
using System.Net;
using System.Xml.Linq;
using Croft.Farms;

namespace Croft.Engines.Libvirt;

/// <summary>libvirt's network XML, written and read. Format: https://libvirt.org/formatnetwork.html.</summary>
static class NetworkXml
{
    static readonly XNamespace Croft = RecordXml.Namespace;
    static readonly XNamespace Dnsmasq = "http://libvirt.org/schemas/network/dnsmasq/1.0";

    /// <summary>Croft's own, with what the user's template has besides.</summary>
    public static string Write(NetworkDefinition network)
    {
        var own = Own(network);
        if (network.Options.Template is { } template)
            Add(own, XElement.Parse(template.Text));
        return own.ToString();
    }

    /// <summary>What Croft decides stays; what it does not say is taken.</summary>
    static void Add(XElement own, XElement template)
    {
        foreach (var attribute in template.Attributes().Where(a => own.Attribute(a.Name) is null && a.Name != "netmask"))
            own.Add(new XAttribute(attribute));
        foreach (var child in template.Elements().Where(c => c.Name != "uuid" && c.Name.Namespace != Croft))
        {
            var same = own.Elements(child.Name).Where(e => Family(e) == Family(child));
            if (Once.Contains(child.Name.LocalName) && same.FirstOrDefault() is { } there)
                Add(there, child);
            else
                own.Add(new XElement(child));
        }
    }

    static readonly string[] Once =
    [
        "name",
        "metadata",
        "forward",
        "nat",
        "bridge",
        "mtu",
        "domain",
        "dns",
        "ip",
        "dhcp",
        "options",
        "mac",
    ];

    static string Family(XElement element) => (string?)element.Attribute("family") ?? "ipv4";

    static XElement Own(NetworkDefinition network)
    {
        return new XElement(
            "network",
            new XElement("name", network.Name),
            new XElement(
                "metadata",
                new XElement(
                    Croft + "network",
                    new XAttribute(XNamespace.Xmlns + RecordXml.Prefix, RecordXml.Namespace),
                    new XAttribute("farm", network.Farm),
                    new XAttribute("owner", network.Owner),
                    new XAttribute("folder", network.Folder),
                    new XAttribute("name", network.Network),
                    network.Made is { } made ? new XAttribute("made", RecordXml.Text(made)) : null,
                    network.Mode == NetworkMode.Vde ? new XAttribute("mode", "vde") : null,
                    network.Options.ToString() is { Length: > 0 } options ? new XAttribute("options", options) : null
                )
            ),
            Forward(network),
            new XElement("bridge", new XAttribute("name", network.Bridge), new XAttribute("stp", "off"), new XAttribute("delay", "0")),
            network.Options.Mtu is { } mtu ? new XElement("mtu", new XAttribute("size", mtu)) : null,
            new XElement("domain", new XAttribute("name", network.Zone), new XAttribute("localOnly", "yes")),
            new XElement(
                "dns",
                new XAttribute("forwardPlainNames", "no"), // a guest's own names are no question for the world, which may be far
                network.Options.Forwarders.Select(f => new XElement("forwarder", new XAttribute("addr", f))),
                network.Reservations.Concat(network.Names).Select(r => XElement.Parse(DnsHost(r, network.Farm))),
                network.Reservations.Select(r =>
                    network.Second(r.Address) is { } second ? XElement.Parse(SecondHost(second, r.Host, network.Zone)) : null
                )
            ),
            IpOf(
                network.Cidr,
                network.Options.Pxe is null ? null : new("tftp", new XAttribute("root", TftpFolder(network.Name))),
                DhcpOf(network)
            ),
            network.Options.Ipv6 is { } subnet
                ? IpOf(subnet, null, network.Options.Range6 is { } some ? new("dhcp", RangeOf(some)) : null)
                : null,
            NamesOf(network)
        );
    }

    /// <summary>Where a network's files are that machines boot from, on its host: dnsmasq has a user of its own.</summary>
    public static string TftpFolder(string network) => "/var/lib/croft-pxe/" + network;

    /// <summary>Whether machines boot from files of a network.</summary>
    public static bool HasTftp(string xml) => XElement.Parse(xml).Descendants("tftp").Any();

    static XElement IpOf(IPNetwork subnet, XElement? tftp, XElement? dhcp) =>
        new(
            "ip",
            Subnets.IsSix(subnet.BaseAddress) ? new XAttribute("family", "ipv6") : null,
            new XAttribute("address", Subnets.Host(subnet, 1)),
            new XAttribute("prefix", subnet.PrefixLength),
            tftp,
            dhcp
        );

    static XElement RangeOf(AddressRange range) => new("range", new XAttribute("start", range.First), new XAttribute("end", range.Last));

    static XElement? Forward(NetworkDefinition network) =>
        network.Mode switch
        {
            NetworkMode.Nat => new(
                "forward",
                new XAttribute("mode", "nat"),
                !network.HasSix && network.Options.NatPorts is null
                    ? null
                    : new XElement(
                        "nat",
                        network.HasSix ? new XAttribute("ipv6", "yes") : null,
                        network.Options.NatPorts is { } ports
                            ? new XElement("port", new XAttribute("start", ports.First), new XAttribute("end", ports.Last))
                            : null
                    )
            ),
            NetworkMode.Routed => new("forward", new XAttribute("mode", "route")),
            _ => null,
        };

    static XElement? DhcpOf(NetworkDefinition network)
    {
        var hosts = network.Reservations.Where(r => r.Mac.Length > 0).Select(r => XElement.Parse(DhcpHost(r))).ToList();
        var range = network.Options.Range is { } some ? RangeOf(some) : null;
        return network.Dhcp && (hosts.Count > 0 || range is not null)
            ? new("dhcp", range, hosts, network.Options.Pxe is { } pxe ? new XElement("bootp", new XAttribute("file", pxe.File)) : null)
            : null;
    }

    /// <summary>
    /// Further names are dnsmasq's own options: an entry of libvirt's may share neither name nor address with a machine's, which comes
    /// later.
    /// </summary>
    static XElement? NamesOf(NetworkDefinition network)
    {
        var options = network
            .Options.Records.Select(r =>
                IPAddress.TryParse(r.Target, out _)
                    ? $"host-record={r.Name},{r.Name}.{network.Zone},{r.Target}"
                    : $"cname={r.Name},{r.Name}.{network.Zone},{r.Target}"
            )
            .Concat(network.Options.Wildcards.Select(w => $"address=/{w.Name}/{w.Target}"))
            .ToList();
        return options.Count == 0
            ? null
            : new(
                Dnsmasq + "options",
                new XAttribute(XNamespace.Xmlns + "dnsmasq", Dnsmasq),
                options.Select(o => new XElement(Dnsmasq + "option", new XAttribute("value", o)))
            );
    }

    /// <summary>DHCPv6 knows guests by their names: they make up what else it has of them.</summary>
    public static string DhcpHost(Reservation r) =>
        new XElement(
            "host",
            Subnets.IsSix(r.Address) ? null : new XAttribute("mac", r.Mac),
            new XAttribute("name", r.Host),
            new XAttribute("ip", r.Address)
        ).ToString();

    /// <summary>
    /// A machine's IPv6 address in a network that has both. libvirt takes no two entries with one name, so it has the whole name, to which
    /// guests complete the others.
    /// </summary>
    static string SecondHost(IPAddress address, string host, string zone) =>
        new XElement("host", new XAttribute("ip", address), new XElement("hostname", $"{host}.{zone}")).ToString();

    /// <summary>The entry of a machine's IPv6 address; null where the network has not both.</summary>
    public static string? SecondHost(string xml, Reservation reservation)
    {
        var root = XElement.Parse(xml);
        return
            Second(root) is { } six
            && Subnet(Ip(root)!) is { } four
            && four.Contains(reservation.Address)
            && (string?)root.Element("domain")?.Attribute("name") is { } zone
            ? SecondHost(Subnets.Host(six, Subnets.Number(four, reservation.Address)), reservation.Host, zone)
            : null;
    }

    /// <summary>Whether a network has an entry of an address and name.</summary>
    public static bool HasEntry(string xml, string entry)
    {
        var wanted = XElement.Parse(entry);
        return (XElement.Parse(xml).Element("dns")?.Elements("host") ?? []).Any(h =>
            IPAddress.TryParse((string?)h.Attribute("ip"), out var address)
            && address.Equals(IPAddress.Parse((string)wanted.Attribute("ip")!))
            && (string?)h.Element("hostname") == (string?)wanted.Element("hostname")
        );
    }

    /// <summary>db and db.farm both resolve; to libvirt, an entry with one of these names or the address is the entry.</summary>
    public static string DnsHost(Reservation r, string? farm) =>
        new XElement(
            "host",
            new XAttribute("ip", r.Address),
            new XElement("hostname", r.Host),
            farm is null ? null : new XElement("hostname", $"{r.Host}.{farm}"),
            r.Zone is null ? null : new XElement("hostname", $"{r.Host}.{r.Zone}")
        ).ToString();

    /// <summary>An entry that a network has for a moment only.</summary>
    public static string Passing(string xml) =>
        new XElement(
            "host",
            new XAttribute("ip", (string?)Ip(XElement.Parse(xml))?.Attribute("address") ?? "127.0.0.1"),
            new XElement("hostname", "croft-was-here")
        ).ToString();

    /// <summary>Reads what is stored of a network, and of what runs; null when it does not run.</summary>
    public static NetworkState Read(string xml, string? live)
    {
        var read = Read(xml, live is not null);
        if (live is null)
            return read;
        var running = XElement.Parse(live);
        var (published, names) = (Whole(running).ToHashSet(), NamesBeside(running).ToHashSet());
        return read with
        {
            Cards = (int?)running.Attribute("connections") ?? 0,
            Published = [.. read.Published.Where(published.Contains)],
            Names = [.. read.Names.Where(names.Contains)],
        };
    }

    /// <summary>Which of its two parts a network has of a host entry.</summary>
    public static (bool Dns, bool Dhcp) Has(string xml, Reservation reservation)
    {
        var root = XElement.Parse(xml);
        return (DnsHosts(root).Concat(NamesBeside(root)).Any(reservation.IsKeptBy), DhcpHosts(root).Any(reservation.IsKeptBy));
    }

    /// <summary>The farm that a network says it is of.</summary>
    public static string? FarmOf(string xml) =>
        (string?)XElement.Parse(xml).Element("metadata")?.Element(Croft + "network")?.Attribute("farm");

    public static NetworkState Read(string xml, bool active)
    {
        var root = XElement.Parse(xml);
        var name = (string)root.Element("name")!;
        var mark = root.Element("metadata")?.Elements(Croft + "network").FirstOrDefault(m => IsNamedBy(m, name));
        var ip = Ip(root);
        var (dhcp, dns) = (DhcpHosts(root).ToList(), DnsHosts(root).ToList());
        return new NetworkState
        {
            Name = name,
            Farm = (string?)mark?.Attribute("farm"),
            Owner = (string?)mark?.Attribute("owner"),
            Folder = (string?)mark?.Attribute("folder"),
            Network = (string?)mark?.Attribute("name"),
            Device = (string?)root.Element("bridge")?.Attribute("name"),
            Cidr = ip is null ? null : Subnet(ip),
            Cidr6 = Second(root),
            Mtu = (int?)root.Element("mtu")?.Attribute("size"),
            Active = active,
            SpanningTree = (string?)root.Element("bridge")?.Attribute("stp") == "on",
            Reservations = [.. dhcp.Concat(dns).GroupBy(r => r.Address).Select(g => g.First())],
            Made = RecordXml.Time((string?)mark?.Attribute("made")),
            Mode = (string?)root.Element("forward")?.Attribute("mode") switch
            {
                "nat" => NetworkMode.Nat,
                "route" => NetworkMode.Routed,
                _ => (string?)mark?.Attribute("mode") == "vde" ? NetworkMode.Vde : NetworkMode.Isolated,
            },
            Options = (string?)mark?.Attribute("options") ?? "",
            Dhcp =
                dhcp.Count > 0 ? true
                : dns.Count > 0 ? false
                : null,
            Zone = (string?)root.Element("domain")?.Attribute("name"),
            Names = [.. NamesBeside(root)],
            Published = [.. Whole(root)],
        };
    }

    /// <summary>Not so is what somebody made of a network's definition, who took its mark along. 0.1.0 wrote a dash for the dot.</summary>
    static bool IsNamedBy(XElement mark, string name) =>
        ((string?)mark.Attribute("farm"), (string?)mark.Attribute("name")) is ({ } farm, { } network)
        && (name == NetworkDefinition.NameOf(farm, network) || name == $"{farm}-{network}");

    /// <summary>Entries of which no part is missing: the command that wrote them may have been killed between.</summary>
    static IEnumerable<Reservation> Whole(XElement root)
    {
        var (dhcp, dns) = (DhcpHosts(root).ToList(), DnsHosts(root).ToList());
        var names = dns.Select(r => (r.Address, r.Host)).ToHashSet();
        return dhcp.Count == 0 ? dns : dhcp.Where(r => names.Contains((r.Address, r.Host)));
    }

    /// <summary>The first of IPv4, or of IPv6 where it has no other.</summary>
    static XElement? Ip(XElement root) => root.Elements("ip").FirstOrDefault(e => Family(e) == "ipv4") ?? root.Element("ip");

    static IPNetwork? Second(XElement root) =>
        Ip(root) is { } first && Family(first) == "ipv4" && root.Elements("ip").FirstOrDefault(e => Family(e) == "ipv6") is { } second
            ? Subnet(second)
            : null;

    static IEnumerable<Reservation> DhcpHosts(XElement root) =>
        (Ip(root)?.Element("dhcp")?.Elements("host") ?? [])
            .Select(h => Entry((string?)h.Attribute("ip"), (string?)h.Attribute("mac"), (string?)h.Attribute("name")))
            .OfType<Reservation>();

    static IEnumerable<Reservation> DnsHosts(XElement root) => AllDnsHosts(root).Where(r => !IsBeside(root, r));

    static IEnumerable<Reservation> NamesBeside(XElement root) => AllDnsHosts(root).Where(r => IsBeside(root, r));

    /// <summary>Whether an entry is of a machine on another network.</summary>
    static bool IsBeside(XElement root, Reservation entry) =>
        Ip(root) is { } ip && Subnet(ip) is { } subnet && !subnet.Contains(entry.Address);

    static IEnumerable<Reservation> AllDnsHosts(XElement root) =>
        (root.Element("dns")?.Elements("host") ?? [])
            .Select(h => Entry((string?)h.Attribute("ip"), "", (string?)h.Element("hostname")))
            .OfType<Reservation>()
            .Where(r => Second(root) is not { } second || !second.Contains(r.Address));

    static Reservation? Entry(string? address, string? mac, string? host) =>
        IPAddress.TryParse(address, out var parsed) ? new(parsed, mac ?? "", host ?? "") : null;

    static IPNetwork? Subnet(XElement ip)
    {
        if (!IPAddress.TryParse((string?)ip.Attribute("address"), out var address))
            return null;
        var bits = (int?)ip.Attribute("prefix")
            ?? (IPAddress.TryParse((string?)ip.Attribute("netmask"), out var mask) ? mask.GetAddressBytes().Sum(b => int.PopCount(b)) : 24);
        return Subnets.Of(address, bits);
    }
}
