using System.Collections.Immutable;
using System.Net;
using System.Xml.Linq;

namespace Croft.Engines.Libvirt;

/// <summary>What a network needs to run without root, out of its definition as libvirt keeps it.</summary>
/// <param name="Address">The network's own, with its prefix; null where it has no IPv4.</param>
/// <param name="Address6">Null where it has no IPv6.</param>
/// <param name="LeadsOut">Whether names of others are asked for outside.</param>
/// <param name="Files">By name, of its folder.</param>
sealed record SwitchConfig(string? Address, string? Address6, bool LeadsOut, ImmutableSortedDictionary<string, string> Files)
{
    /// <summary>What dnsmasq reads again when it is told to; all else is read when it starts.</summary>
    public static readonly ImmutableArray<string> Live = ["hosts", "dhcp-hosts"];

    static readonly XNamespace Dnsmasq = "http://libvirt.org/schemas/network/dnsmasq/1.0";

    /// <summary>Reads the definition.</summary>
    /// <param name="folder">Where the files will be.</param>
    public static SwitchConfig Of(string xml, string folder)
    {
        var root = XElement.Parse(xml);
        var state = NetworkXml.Read(xml, active: false);
        var cidr = state.Cidr!.Value;
        var (four, six) = (Ip(root, "ipv4"), Ip(root, "ipv6"));
        var leadsOut = root.Element("forward") is not null;
        return new(
            four is null ? null : $"{(string)four.Attribute("address")!}/{cidr.PrefixLength}",
            six is null ? null : $"{(string)six.Attribute("address")!}/{(string)six.Attribute("prefix")!}",
            leadsOut,
            ImmutableSortedDictionary.CreateRange(
                StringComparer.Ordinal,
                [
                    KeyValuePair.Create("name", state.Name + "\n"),
                    KeyValuePair.Create("dnsmasq.conf", Options(root, cidr, six, leadsOut, folder)),
                    KeyValuePair.Create("hosts", Names(root)),
                    KeyValuePair.Create("dhcp-hosts", Leases(four ?? six!)),
                ]
            )
        );
    }

    static XElement? Ip(XElement root, string family) =>
        root.Elements("ip").FirstOrDefault(e => ((string?)e.Attribute("family") ?? "ipv4") == family);

    /// <summary>As libvirt writes them, for a network that machines leave by another card.</summary>
    static string Options(XElement root, IPNetwork cidr, XElement? six, bool leadsOut, string folder) =>
        Text([
            .. Always,
            $"pid-file={folder}/dnsmasq.pid",
            $"addn-hosts={folder}/hosts",
            $"dhcp-hostsfile={folder}/dhcp-hosts",
            $"dhcp-leasefile={folder}/leases",
            .. NamesOf(root, leadsOut),
            .. AddressesOf(root, cidr, six),
            .. (root.Element(Dnsmasq + "options")?.Elements() ?? []).Attributes("value").Select(o => o.Value),
        ]);

    static readonly string[] Always =
    [
        "user=root",
        "group=", // a namespace of a user's has no right to choose one
        "interface=net0",
        "bind-dynamic",
        "except-interface=lo",
        "no-hosts",
        "no-resolv",
        "expand-hosts",
        "log-facility=-",
        "dhcp-no-override",
        "dhcp-authoritative",
        "no-ping",
        "dhcp-option=3",
    ];

    static IEnumerable<string> NamesOf(XElement root, bool leadsOut)
    {
        if ((string?)root.Element("domain")?.Attribute("name") is { } domain)
        {
            yield return $"domain={domain}";
            yield return $"local=/{domain}/";
        }

        var forwarders = (root.Element("dns")?.Elements("forwarder") ?? []).Attributes("addr").Select(a => a.Value).ToList();
        foreach (
            var server in forwarders.Count > 0 ? forwarders
            : leadsOut ? ["10.0.2.3"]
            : []
        )
            yield return $"server={server}";
    }

    static IEnumerable<string> AddressesOf(XElement root, IPNetwork cidr, XElement? six)
    {
        if (Ip(root, "ipv4")?.Element("dhcp") is { } dhcp)
            yield return dhcp.Element("range") is { } range
                ? $"dhcp-range={(string?)range.Attribute("start")},{(string?)range.Attribute("end")}"
                : $"dhcp-range={cidr.BaseAddress},static";
        if ((string?)root.Element("mtu")?.Attribute("size") is { } mtu)
            yield return $"dhcp-option=option:mtu,{mtu}";
        if (six is null)
            yield break;
        yield return "enable-ra";
        yield return "ra-param=net0,0,0";
        yield return six.Element("dhcp") is not { } dhcp6 ? $"dhcp-range={(string)six.Attribute("address")!},ra-only"
        : dhcp6.Element("range") is { } range6
            ? $"dhcp-range={(string?)range6.Attribute("start")},{(string?)range6.Attribute("end")},{(string?)six.Attribute("prefix")}"
        : $"dhcp-range={(string)six.Attribute("address")!},static,{(string?)six.Attribute("prefix")}";
    }

    static string Names(XElement root) =>
        Text(
            (root.Element("dns")?.Elements("host") ?? []).Select(h =>
                $"{(string?)h.Attribute("ip")} {string.Join(' ', h.Elements("hostname").Select(n => n.Value))}"
            )
        );

    static string Leases(XElement four) =>
        Text(
            (four.Element("dhcp")?.Elements("host") ?? []).Select(h =>
                h.Attribute("mac") is { } mac
                    ? $"{mac.Value},{(string?)h.Attribute("ip")},{(string?)h.Attribute("name")}"
                    : $"{(string?)h.Attribute("name")},[{(string?)h.Attribute("ip")}]"
            )
        );

    static string Text(IEnumerable<string> lines) => string.Concat(lines.Select(l => l + "\n"));
}
