namespace Croft.Libvirt;

/// <summary>What is deleted.</summary>
[Flags]
public enum SnapshotDeleteFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>The snapshot and all below it.</summary>
    Children = 1 << 0,

    /// <summary>Only what libvirt knows; data stays.</summary>
    MetadataOnly = 1 << 1,
}
