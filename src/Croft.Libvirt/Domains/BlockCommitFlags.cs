namespace Croft.Libvirt;

/// <summary>How a disk's overlays are merged down.</summary>
[Flags]
public enum BlockCommitFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>Only the file right below.</summary>
    Shallow = 1 << 0,

    /// <summary>Merged files are deleted.</summary>
    Delete = 1 << 1,

    /// <summary>The active layer is merged; ends by a pivot.</summary>
    Active = 1 << 2,

    /// <summary>Backing paths stay relative.</summary>
    Relative = 1 << 3,

    /// <summary>Bandwidth is in bytes per second, not MiB.</summary>
    BandwidthBytes = 1 << 4,
}
