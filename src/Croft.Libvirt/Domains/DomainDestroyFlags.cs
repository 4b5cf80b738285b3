namespace Croft.Libvirt;

/// <summary>How a domain is stopped at once.</summary>
[Flags]
public enum DomainDestroyFlags
{
    /// <summary>By SIGTERM, then SIGKILL.</summary>
    Default = 0,

    /// <summary>By SIGTERM only; fails when that does not end it.</summary>
    Graceful = 1 << 0,

    /// <summary>Log files go as well (libvirt 8.3).</summary>
    RemoveLogs = 1 << 1,
}
