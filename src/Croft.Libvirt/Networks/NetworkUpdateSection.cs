namespace Croft.Libvirt;

/// <summary>Which element of a network is updated.</summary>
public enum NetworkUpdateSection
{
    /// <summary>A DHCP host, in ip/dhcp.</summary>
    IPDhcpHost = 4,

    /// <summary>A DNS host.</summary>
    DnsHost = 10,
}
