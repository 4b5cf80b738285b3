namespace Croft.Libvirt;

/// <summary>How a pool's storage is made.</summary>
[Flags]
public enum PoolBuildFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,
}
