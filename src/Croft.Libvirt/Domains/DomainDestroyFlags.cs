namespace Croft.Libvirt;

/// <summary>How a domain is stopped at once.</summary>
[Flags]
public enum DomainDestroyFlags
{
    /// <summary>By SIGTERM, then SIGKILL.</summary>
    Default = 0,
}
