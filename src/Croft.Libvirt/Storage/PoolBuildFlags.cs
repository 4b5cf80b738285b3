namespace Croft.Libvirt;

/// <summary>How a pool's storage is made.</summary>
[Flags]
public enum PoolBuildFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>Repaired.</summary>
    Repair = 1 << 0,

    /// <summary>Extended.</summary>
    Resize = 1 << 1,

    /// <summary>Not over existing data.</summary>
    NoOverwrite = 1 << 2,

    /// <summary>Over existing data.</summary>
    Overwrite = 1 << 3,
}
