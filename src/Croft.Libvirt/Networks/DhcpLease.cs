namespace Croft.Libvirt;

/// <summary>An address that a network's DHCP server has given out.</summary>
/// <param name="Mac">The client's hardware address; null for some IPv6 clients.</param>
/// <param name="Family">IPv4 or IPv6.</param>
/// <param name="Address">The address.</param>
/// <param name="Prefix">The length of its network part.</param>
/// <param name="HostName">The name the client gave itself.</param>
/// <param name="Expiry">When it ends; null for never.</param>
public sealed record DhcpLease(string? Mac, IPAddressFamily Family, string Address, int Prefix, string? HostName, DateTimeOffset? Expiry);
