namespace Croft.Libvirt;

/// <summary>The part of libvirt that an error comes from.</summary>
public enum LibvirtErrorSource
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Error from domain config.</summary>
    Domain = 20,
}
