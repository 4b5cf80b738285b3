namespace Croft.Libvirt;

/// <summary>How a domain goes back.</summary>
[Flags]
public enum SnapshotRevertFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>It runs afterwards.</summary>
    Running = 1 << 0,

    /// <summary>It is paused afterwards.</summary>
    Paused = 1 << 1,

    /// <summary>Risky changes are allowed.</summary>
    Force = 1 << 2,

    /// <summary>NVRAM is made anew from its template.</summary>
    ResetNvram = 1 << 3,
}
