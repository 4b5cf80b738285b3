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

    /// <summary>Those that are defined.</summary>
    Persistent = 1 << 2,

    /// <summary>Those that vanish when they stop.</summary>
    Transient = 1 << 3,

    /// <summary>Those that run.</summary>
    Running = 1 << 4,

    /// <summary>Those that are paused.</summary>
    Paused = 1 << 5,

    /// <summary>Those that are shut off.</summary>
    Shutoff = 1 << 6,

    /// <summary>Those in any other state.</summary>
    Other = 1 << 7,

    /// <summary>Those with a managed save image.</summary>
    ManagedSave = 1 << 8,

    /// <summary>Those without one.</summary>
    NoManagedSave = 1 << 9,

    /// <summary>Those that start with the host.</summary>
    Autostart = 1 << 10,

    /// <summary>Those that do not.</summary>
    NoAutostart = 1 << 11,

    /// <summary>Those with snapshots.</summary>
    HasSnapshot = 1 << 12,

    /// <summary>Those without snapshots.</summary>
    NoSnapshot = 1 << 13,
}
