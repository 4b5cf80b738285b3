namespace Croft.Libvirt;

/// <summary>How a volume is deleted.</summary>
[Flags]
public enum VolumeDeleteFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>Overwritten with zeros.</summary>
    Zeroed = 1 << 0,

    /// <summary>With its snapshots.</summary>
    WithSnapshots = 1 << 1,
}
