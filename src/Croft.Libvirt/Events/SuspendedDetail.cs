namespace Croft.Libvirt;

/// <summary>Why a domain was paused: the detail of a Suspended event.</summary>
public enum SuspendedDetail
{
    /// <summary>By the user.</summary>
    Paused = 0,

    /// <summary>For migration.</summary>
    Migrated = 1,

    /// <summary>By an input or output error, such as a full disk.</summary>
    IOError = 2,

    /// <summary>By its watchdog.</summary>
    Watchdog = 3,

    /// <summary>It was restored paused.</summary>
    Restored = 4,

    /// <summary>A snapshot was restored paused.</summary>
    FromSnapshot = 5,

    /// <summary>After a failed call.</summary>
    ApiError = 6,
}
