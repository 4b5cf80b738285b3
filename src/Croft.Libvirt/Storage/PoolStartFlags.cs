namespace Croft.Libvirt;

/// <summary>How a pool starts.</summary>
[Flags]
public enum PoolStartFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,
}
