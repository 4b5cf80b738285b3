namespace Croft.Libvirt;

/// <summary>Which snapshots to list; none means all.</summary>
[Flags]
public enum SnapshotListFlags
{
    /// <summary>Every snapshot.</summary>
    All = 0,

    /// <summary>Those without a parent.</summary>
    Roots = 1 << 0,

    /// <summary>Those that hinder undefining the domain.</summary>
    Metadata = 1 << 1,

    /// <summary>Those without children.</summary>
    Leaves = 1 << 2,

    /// <summary>Those with children.</summary>
    NoLeaves = 1 << 3,

    /// <summary>Those without libvirt's metadata.</summary>
    NoMetadata = 1 << 4,

    /// <summary>Those taken while shut off.</summary>
    Inactive = 1 << 5,

    /// <summary>Those with memory.</summary>
    Active = 1 << 6,

    /// <summary>Those taken of disks while running.</summary>
    DiskOnly = 1 << 7,

    /// <summary>Those inside the disk image.</summary>
    Internal = 1 << 8,

    /// <summary>Those in files of their own.</summary>
    External = 1 << 9,

    /// <summary>Parents before children.</summary>
    Topological = 1 << 10,
}
