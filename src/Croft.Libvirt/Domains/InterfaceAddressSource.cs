namespace Croft.Libvirt;

/// <summary>Who tells the addresses of a domain.</summary>
public enum InterfaceAddressSource
{
    /// <summary>libvirt's DHCP server.</summary>
    Lease = 0,
}
