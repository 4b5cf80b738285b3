namespace Croft.Libvirt;

/// <summary>How a snapshot is taken.</summary>
[Flags]
public enum SnapshotCreateFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>Only written down; its files exist.</summary>
    Redefine = 1 << 0,

    /// <summary>libvirt forgets it at once.</summary>
    NoMetadata = 1 << 2,

    /// <summary>Without memory.</summary>
    DiskOnly = 1 << 4,

    /// <summary>Overlay files exist already.</summary>
    ReuseExternal = 1 << 5,

    /// <summary>File systems are frozen by the guest agent meanwhile.</summary>
    Quiesce = 1 << 6,

    /// <summary>All disks or none.</summary>
    Atomic = 1 << 7,
}
