namespace Croft.Libvirt;

/// <summary>How a pool starts.</summary>
[Flags]
public enum PoolStartFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>Built first.</summary>
    WithBuild = 1 << 0,

    /// <summary>Built first, over existing data.</summary>
    WithBuildOverwrite = 1 << 1,

    /// <summary>Built first, not over existing data.</summary>
    WithBuildNoOverwrite = 1 << 2,
}
