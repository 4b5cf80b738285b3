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
            new XElement("metadata", new XElement(
                Croft + "network",
                new XAttribute(XNamespace.Xmlns + RecordXml.Prefix, RecordXml.Namespace),
                new XAttribute("farm", network.Farm),
                new XAttribute("owner", network.Owner),
                new XAttribute("folder", network.Folder),
                new XAttribute("name", network.Network),
                network.Made is { } made ? new XAttribute("made", RecordXml.Text(made)) : null)),
            network.Nat ? new XElement("forward", new XAttribute("mode", "nat")) : null,
            new XElement("bridge", new XAttribute("name", network.Bridge), new XAttribute("stp", "off"), new XAttribute("delay", "0")),
            new XElement("domain", new XAttribute("name", network.Farm), new XAttribute("localOnly", "yes")), // db and db.farm both resolve
            new XElement("dns", network.Reservations.Select(r => XElement.Parse(DnsHost(r)))),
            new XElement(
                "ip",
                new XAttribute("address", gateway),
                new XAttribute("prefix", cidr.PrefixLength),
                network.Dhcp && !network.Reservations.IsEmpty ? new XElement("dhcp", network.Reservations.Select(r => XElement.Parse(DhcpHost(r)))) : null)).ToString();
    }

    public static string DhcpHost(Reservation r) =>
        new XElement("host", new XAttribute("mac", r.Mac), new XAttribute("name", r.Host), new XAttribute("ip", r.Address)).ToString();

    public static string DnsHost(Reservation r) =>
        new XElement("host", new XAttribute("ip", r.Address), new XElement("hostname", r.Host)).ToString();

    public static NetworkState Read(string xml, bool active)
    {
        var root = XElement.Parse(xml);
        var mark = root.Element("metadata")?.Element(Croft + "network");
        var ip = root.Elements("ip").FirstOrDefault(e => (string?)e.Attribute("family") is null or "ipv4");
        var dhcp = (ip?.Element("dhcp")?.Elements("host") ?? []).Select(h => Entry((string?)h.Attribute("ip"), (string?)h.Attribute("mac"), (string?)h.Attribute("name")));
        var dns = (root.Element("dns")?.Elements("host") ?? []).Select(h => Entry((string?)h.Attribute("ip"), "", (string?)h.Element("hostname")));
        return new NetworkState(
            (string)root.Element("name")!,
            (string?)mark?.Attribute("farm"),
            (string?)mark?.Attribute("owner"),
            (string?)mark?.Attribute("folder"),
            (string?)mark?.Attribute("name"),
            ip is null ? null : Subnet(ip),
            active,
            (string?)root.Element("bridge")?.Attribute("stp") == "on",
            [.. dhcp.Concat(dns).OfType<Reservation>().GroupBy(r => r.Address).Select(g => g.First())])
        {
            Made = RecordXml.Time((string?)mark?.Attribute("made")),
        };
    }

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
