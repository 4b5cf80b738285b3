namespace Croft.Libvirt;

/// <summary>What happened to a domain.</summary>
public enum DomainEventKind
{
    /// <summary>It was defined, or its definition changed.</summary>
    Defined = 0,

    /// <summary>Its definition went.</summary>
    Undefined = 1,

    /// <summary>It started.</summary>
    Started = 2,

    /// <summary>It was paused.</summary>
    Suspended = 3,

    /// <summary>It went on.</summary>
    Resumed = 4,

    /// <summary>It stopped.</summary>
    Stopped = 5,

    /// <summary>Its guest has shut down; it is about to stop.</summary>
    Shutdown = 6,

    /// <summary>Its guest went to sleep.</summary>
    PMSuspended = 7,

    /// <summary>It crashed.</summary>
    Crashed = 8,
}
