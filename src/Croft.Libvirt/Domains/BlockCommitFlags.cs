namespace Croft.Libvirt;

/// <summary>How a disk's overlays are merged down.</summary>
[Flags]
public enum BlockCommitFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>The active layer is merged; ends by a pivot.</summary>
    Active = 1 << 2,
}
