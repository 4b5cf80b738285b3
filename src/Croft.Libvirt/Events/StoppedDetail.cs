namespace Croft.Libvirt;

/// <summary>Why a domain stopped: the detail of a Stopped event.</summary>
public enum StoppedDetail
{
    /// <summary>Its guest shut down.</summary>
    Shutdown = 0,

    /// <summary>It was destroyed.</summary>
    Destroyed = 1,

    /// <summary>It crashed.</summary>
    Crashed = 2,

    /// <summary>It moved to another host.</summary>
    Migrated = 3,

    /// <summary>It was saved.</summary>
    Saved = 4,

    /// <summary>The hypervisor failed.</summary>
    Failed = 5,

    /// <summary>A snapshot without memory was restored.</summary>
    FromSnapshot = 6,
}
