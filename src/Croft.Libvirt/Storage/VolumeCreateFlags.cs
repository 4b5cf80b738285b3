namespace Croft.Libvirt;

/// <summary>How a volume is made.</summary>
[Flags]
public enum VolumeCreateFlags
{
    /// <summary>Nothing in particular.</summary>
    None = 0,
}
