namespace Croft.Libvirt;

/// <summary>A network interface of a domain.</summary>
/// <param name="Name">The host's name for it (leases, ARP) or the guest's (agent).</param>
/// <param name="Mac">The hardware address.</param>
/// <param name="Addresses">Its addresses.</param>
public sealed record DomainInterface(string Name, string? Mac, IReadOnlyList<InterfaceAddress> Addresses);

/// <summary>An address of a network interface.</summary>
/// <param name="Family">IPv4 or IPv6.</param>
/// <param name="Address">The address.</param>
/// <param name="Prefix">The length of its network part.</param>
public readonly record struct InterfaceAddress(IPAddressFamily Family, string Address, int Prefix);
