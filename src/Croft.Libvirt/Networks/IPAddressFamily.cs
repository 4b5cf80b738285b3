namespace Croft.Libvirt;

/// <summary>The kind of an address.</summary>
public enum IPAddressFamily
{
    /// <summary>IPv4.</summary>
    IPv4 = 0,
}
