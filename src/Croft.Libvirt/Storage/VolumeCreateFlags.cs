namespace Croft.Libvirt;

/// <summary>How a volume is made.</summary>
[Flags]
public enum VolumeCreateFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>qcow2 metadata is allocated.</summary>
    PreallocateMetadata = 1 << 0,

    /// <summary>Cloned by the file system (btrfs, xfs).</summary>
    Reflink = 1 << 1,

    /// <summary>The XML is checked against the schema (libvirt 8.10).</summary>
    Validate = 1 << 2,
}
