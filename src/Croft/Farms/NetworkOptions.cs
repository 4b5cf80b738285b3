using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Croft.Farms;

/// <summary>What a network that Croft makes has beside subnet and names. Another option makes it anew.</summary>
public sealed record NetworkOptions
{
    /// <summary>Nothing.</summary>
    public static NetworkOptions None { get; } = new();

    /// <summary>The largest frame, in bytes; null is Ethernet's.</summary>
    public int? Mtu { get; init; }

    /// <summary>An IPv6 subnet beside the other; null is none.</summary>
    public IPNetwork? Ipv6 { get; init; }

    /// <summary>Addresses for whoever asks; null answers the farm's machines alone.</summary>
    public AddressRange? Range { get; init; }

    /// <summary>IPv6 addresses for whoever asks by DHCPv6, beside the range; null is none.</summary>
    public AddressRange? Range6 { get; init; }

    /// <summary>Name servers for what is not of the network; empty asks the hypervisor's.</summary>
    public ImmutableArray<IPAddress> Forwarders { get; init; } = [];

    /// <summary>Further names, each with an address or with the machine whose address it has.</summary>
    public ImmutableArray<(string Name, string Target)> Records { get; init; } = [];

    /// <summary>Names of which all names below have an address.</summary>
    public ImmutableArray<(string Name, string Target)> Wildcards { get; init; } = [];

    /// <summary>Ports of the hypervisor that connections from inside go out by; null is all.</summary>
    public PortRange? NatPorts { get; init; }

    /// <summary>What machines boot from it; null is nothing.</summary>
    public PxeSpec? Pxe { get; init; }

    /// <summary>libvirt's XML for all that Croft does not say of it; null is none.</summary>
    public OwnFile? Template { get; init; }

    /// <summary>As people read them, and as they are kept on a hypervisor; empty for none.</summary>
    public override string ToString() =>
        string.Join(
            "; ",
            new[]
            {
                Mtu is { } mtu ? string.Create(CultureInfo.InvariantCulture, $"mtu {mtu}") : "",
                Ipv6 is { } subnet ? $"ipv6 {subnet}" : "",
                Range is { } range ? $"range {range}" : "",
                Range6 is { } second ? $"range6 {second}" : "",
                List("forwarders", Forwarders.Select(f => f.ToString())),
                List("records", Records.Select(r => $"{r.Name}={r.Target}")),
                List("wildcards", Wildcards.Select(r => $"{r.Name}={r.Target}")),
                NatPorts is { } ports ? $"nat_ports {ports}" : "",
                Pxe is { } pxe ? $"pxe {pxe.File}" : "",
                Template is { } file
                    ? $"template {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file.Text)))[..12]}"
                    : "",
            }.Where(text => text.Length > 0)
        );

    static string List(string name, IEnumerable<string> items) => items.Any() ? $"{name} {string.Join(' ', items)}" : "";
}

/// <summary>Addresses of one family from the first to the last.</summary>
public readonly record struct AddressRange(IPAddress First, IPAddress Last)
{
    /// <summary>Whether an address is one of them.</summary>
    public bool Contains(IPAddress address) =>
        address.AddressFamily == First.AddressFamily
        && Reading.Ip.ToNumber(address) is var number
        && Reading.Ip.ToNumber(First) <= number
        && number <= Reading.Ip.ToNumber(Last);

    /// <inheritdoc/>
    public override string ToString() => $"{First}-{Last}";
}

/// <summary>A folder that a network gives out by TFTP.</summary>
/// <param name="Root">Full path on this host.</param>
/// <param name="File">What machines load first, as a path in it.</param>
public sealed record PxeSpec(string Root, string File);

/// <summary>Ports from the first to the last.</summary>
public readonly record struct PortRange(int First, int Last)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}
