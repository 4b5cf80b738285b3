namespace Croft.Libvirt;

/// <summary>Which element of a network is updated.</summary>
public enum NetworkUpdateSection
{
    /// <summary>The bridge.</summary>
    Bridge = 1,

    /// <summary>The DNS domain.</summary>
    Domain = 2,

    /// <summary>An address of the host.</summary>
    IP = 3,

    /// <summary>A DHCP host, in ip/dhcp.</summary>
    IPDhcpHost = 4,

    /// <summary>A DHCP range, in ip/dhcp.</summary>
    IPDhcpRange = 5,

    /// <summary>The forward mode.</summary>
    Forward = 6,

    /// <summary>An interface to forward to.</summary>
    ForwardInterface = 7,

    /// <summary>A physical function to forward to.</summary>
    ForwardPF = 8,

    /// <summary>A port group.</summary>
    PortGroup = 9,

    /// <summary>A DNS host.</summary>
    DnsHost = 10,

    /// <summary>A DNS text record.</summary>
    DnsTxt = 11,

    /// <summary>A DNS service record.</summary>
    DnsSrv = 12,
}
