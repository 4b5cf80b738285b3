namespace Croft.Libvirt;

/// <summary>What a pool does.</summary>
public enum PoolState
{
    /// <summary>Is stopped.</summary>
    Inactive = 0,

    /// <summary>Is being built.</summary>
    Building = 1,

    /// <summary>Runs.</summary>
    Running = 2,

    /// <summary>Runs with less redundancy.</summary>
    Degraded = 3,

    /// <summary>Runs, but cannot be reached.</summary>
    Inaccessible = 4,
}
