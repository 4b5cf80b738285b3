using System.Collections.Immutable;
using System.Net;
using System.Xml.Linq;

namespace Croft.Engines.Libvirt;

/// <summary>libvirt's network XML, written and read. Format: https://libvirt.org/formatnetwork.html.</summary>
static class NetworkXml
{
    static readonly XNamespace Croft = RecordXml.Namespace;

    public static string Write(NetworkDefinition network)
    {
        var cidr = network.Cidr;
        var gateway = network.Gateway;
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
                    network.Made is { } made ? new XAttribute("made", RecordXml.Text(made)) : null
                )
            ),
            network.Nat ? new XElement("forward", new XAttribute("mode", "nat")) : null,
            new XElement("bridge", new XAttribute("name", network.Bridge), new XAttribute("stp", "off"), new XAttribute("delay", "0")),
            new XElement("domain", new XAttribute("name", network.Zone), new XAttribute("localOnly", "yes")),
            new XElement("dns", network.Reservations.Select(r => XElement.Parse(DnsHost(r, network.Farm)))),
            new XElement(
                "ip",
                new XAttribute("address", gateway),
                new XAttribute("prefix", cidr.PrefixLength),
                network.Dhcp && network.Reservations.Any(r => r.Mac.Length > 0)
                    ? new XElement("dhcp", network.Reservations.Where(r => r.Mac.Length > 0).Select(r => XElement.Parse(DhcpHost(r))))
                    : null
            )
        ).ToString();
    }

    public static string DhcpHost(Reservation r) =>
        new XElement("host", new XAttribute("mac", r.Mac), new XAttribute("name", r.Host), new XAttribute("ip", r.Address)).ToString();

    /// <summary>db and db.farm both resolve; to libvirt, an entry with one of these names or the address is the entry.</summary>
    public static string DnsHost(Reservation r, string? farm) =>
        new XElement(
            "host",
            new XAttribute("ip", r.Address),
            new XElement("hostname", r.Host),
            farm is null ? null : new XElement("hostname", $"{r.Host}.{farm}")
        ).ToString();

    /// <summary>Reads what is stored of a network, and of what runs; null when it does not run.</summary>
    public static NetworkState Read(string xml, string? live)
    {
        var read = Read(xml, live is not null);
        if (live is null)
            return read;
        var running = XElement.Parse(live);
        var published = Whole(running).ToHashSet();
        return read with { Cards = (int?)running.Attribute("connections") ?? 0, Published = [.. read.Published.Where(published.Contains)] };
    }

    /// <summary>Which of its two parts a network has of a host entry.</summary>
    public static (bool Dns, bool Dhcp) Has(string xml, Reservation reservation)
    {
        var root = XElement.Parse(xml);
        return (DnsHosts(root).Any(reservation.IsKeptBy), DhcpHosts(root).Contains(reservation));
    }

    /// <summary>The farm that a network says it is of.</summary>
    public static string? FarmOf(string xml) =>
        (string?)XElement.Parse(xml).Element("metadata")?.Element(Croft + "network")?.Attribute("farm");

    public static NetworkState Read(string xml, bool active)
    {
        var root = XElement.Parse(xml);
        var mark = root.Element("metadata")?.Element(Croft + "network");
        var ip = Ip(root);
        var (dhcp, dns) = (DhcpHosts(root).ToList(), DnsHosts(root).ToList());
        return new NetworkState
        {
            Name = (string)root.Element("name")!,
            Farm = (string?)mark?.Attribute("farm"),
            Owner = (string?)mark?.Attribute("owner"),
            Folder = (string?)mark?.Attribute("folder"),
            Network = (string?)mark?.Attribute("name"),
            Cidr = ip is null ? null : Subnet(ip),
            Active = active,
            SpanningTree = (string?)root.Element("bridge")?.Attribute("stp") == "on",
            Reservations = [.. dhcp.Concat(dns).GroupBy(r => r.Address).Select(g => g.First())],
            Made = RecordXml.Time((string?)mark?.Attribute("made")),
            Nat = (string?)root.Element("forward")?.Attribute("mode") == "nat",
            Dhcp =
                dhcp.Count > 0 ? true
                : dns.Count > 0 ? false
                : null,
            Zone = (string?)root.Element("domain")?.Attribute("name"),
            Published = [.. Whole(root)],
        };
    }

    /// <summary>Entries of which no part is missing: the command that wrote them may have been killed between.</summary>
    static IEnumerable<Reservation> Whole(XElement root)
    {
        var (dhcp, dns) = (DhcpHosts(root).ToList(), DnsHosts(root).ToList());
        var names = dns.Select(r => (r.Address, r.Host)).ToHashSet();
        return dhcp.Count == 0 ? dns : dhcp.Where(r => names.Contains((r.Address, r.Host)));
    }

    static XElement? Ip(XElement root) => root.Elements("ip").FirstOrDefault(e => (string?)e.Attribute("family") is null or "ipv4");

    static IEnumerable<Reservation> DhcpHosts(XElement root) =>
        (Ip(root)?.Element("dhcp")?.Elements("host") ?? [])
            .Select(h => Entry((string?)h.Attribute("ip"), (string?)h.Attribute("mac"), (string?)h.Attribute("name")))
            .OfType<Reservation>();

    static IEnumerable<Reservation> DnsHosts(XElement root) =>
        (root.Element("dns")?.Elements("host") ?? [])
            .Select(h => Entry((string?)h.Attribute("ip"), "", (string?)h.Element("hostname")))
            .OfType<Reservation>();

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
