namespace Croft.Libvirt;

/// <summary>How a volume is deleted.</summary>
[Flags]
public enum VolumeDeleteFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,
}
