namespace Croft.Libvirt;

/// <summary>What a domain does.</summary>
public enum DomainState
{
    /// <summary>Not known.</summary>
    None = 0,

    /// <summary>Runs.</summary>
    Running = 1,

    /// <summary>Waits for a resource.</summary>
    Blocked = 2,

    /// <summary>Is held by the user or the host.</summary>
    Paused = 3,

    /// <summary>Is being shut down.</summary>
    ShuttingDown = 4,

    /// <summary>Does not run.</summary>
    Shutoff = 5,

    /// <summary>Has crashed.</summary>
    Crashed = 6,

    /// <summary>Was suspended by its own power management.</summary>
    PMSuspended = 7,
}
