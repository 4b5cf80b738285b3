namespace Croft.Libvirt;

/// <summary>Who tells the addresses of a domain.</summary>
public enum InterfaceAddressSource
{
    /// <summary>libvirt's DHCP server.</summary>
    Lease = 0,

    /// <summary>The guest's agent.</summary>
    Agent = 1,

    /// <summary>The host's table of neighbours.</summary>
    Arp = 2,
}
