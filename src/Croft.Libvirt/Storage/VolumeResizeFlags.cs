namespace Croft.Libvirt;

/// <summary>How a volume changes its size.</summary>
[Flags]
public enum VolumeResizeFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>New space is allocated.</summary>
    Allocate = 1 << 0,

    /// <summary>The size is a difference.</summary>
    Delta = 1 << 1,

    /// <summary>It may become smaller.</summary>
    Shrink = 1 << 2,
}
