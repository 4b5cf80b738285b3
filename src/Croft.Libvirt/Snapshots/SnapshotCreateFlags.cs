namespace Croft.Libvirt;

/// <summary>How a snapshot is taken.</summary>
[Flags]
public enum SnapshotCreateFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>Only written down; its files exist.</summary>
    Redefine = 1 << 0,

    /// <summary>A redefined one becomes current.</summary>
    Current = 1 << 1,

    /// <summary>libvirt forgets it at once.</summary>
    NoMetadata = 1 << 2,

    /// <summary>The domain stops afterwards.</summary>
    Halt = 1 << 3,

    /// <summary>Without memory.</summary>
    DiskOnly = 1 << 4,

    /// <summary>Overlay files exist already.</summary>
    ReuseExternal = 1 << 5,

    /// <summary>File systems are frozen by the guest agent meanwhile.</summary>
    Quiesce = 1 << 6,

    /// <summary>All disks or none.</summary>
    Atomic = 1 << 7,

    /// <summary>The guest runs while memory is saved.</summary>
    Live = 1 << 8,

    /// <summary>The XML is checked against the schema.</summary>
    Validate = 1 << 9,
}
