namespace Croft.Libvirt;

/// <summary>How a domain starts.</summary>
[Flags]
public enum DomainStartFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>Created, its processors held.</summary>
    Paused = 1 << 0,

    /// <summary>Destroyed when the connection closes.</summary>
    AutoDestroy = 1 << 1,

    /// <summary>NVRAM is made anew from its template.</summary>
    ResetNvram = 1 << 5,
}
