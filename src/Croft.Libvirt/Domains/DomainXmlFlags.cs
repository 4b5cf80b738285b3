namespace Croft.Libvirt;

/// <summary>Which description of a domain to write.</summary>
[Flags]
public enum DomainXmlFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>With passwords; needs a read and write connection.</summary>
    Secure = 1 << 0,

    /// <summary>As it will be at the next start.</summary>
    Inactive = 1 << 1,
}
