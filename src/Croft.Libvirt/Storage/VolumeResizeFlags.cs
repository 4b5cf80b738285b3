namespace Croft.Libvirt;

/// <summary>How a volume changes its size.</summary>
[Flags]
public enum VolumeResizeFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,
}
