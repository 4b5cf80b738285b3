namespace Croft.Libvirt;

/// <summary>Which snapshots to list; none means all.</summary>
[Flags]
public enum SnapshotListFlags
{
    /// <summary>Every snapshot.</summary>
    All = 0,

    /// <summary>Those without a parent.</summary>
    Roots = 1 << 0,

    /// <summary>Parents before children.</summary>
    Topological = 1 << 10,
}
