namespace Croft.Libvirt;

/// <summary>How a domain started: the detail of a Started event.</summary>
public enum StartedDetail
{
    /// <summary>It booted.</summary>
    Booted = 0,

    /// <summary>It came from another host.</summary>
    Migrated = 1,

    /// <summary>It was restored from a file.</summary>
    Restored = 2,

    /// <summary>A snapshot was restored.</summary>
    FromSnapshot = 3,

    /// <summary>It woke up.</summary>
    Wakeup = 4,
}
