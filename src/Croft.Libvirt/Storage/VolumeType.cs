namespace Croft.Libvirt;

/// <summary>What a volume is.</summary>
public enum VolumeType
{
    /// <summary>A file.</summary>
    File = 0,
}
