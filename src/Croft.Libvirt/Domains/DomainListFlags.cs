namespace Croft.Libvirt;

/// <summary>Which domains to list; none means all.</summary>
[Flags]
public enum DomainListFlags
{
    /// <summary>Every domain.</summary>
    All = 0,

    /// <summary>Those that run or are paused.</summary>
    Active = 1 << 0,

    /// <summary>Those that are shut off.</summary>
    Inactive = 1 << 1,

    /// <summary>Those that run without a definition.</summary>
    Transient = 1 << 3,

    /// <summary>Those that are paused.</summary>
    Paused = 1 << 5,
}
