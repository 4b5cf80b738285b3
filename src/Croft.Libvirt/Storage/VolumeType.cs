namespace Croft.Libvirt;

/// <summary>What a volume is.</summary>
public enum VolumeType
{
    /// <summary>A file.</summary>
    File = 0,

    /// <summary>A block device.</summary>
    Block = 1,

    /// <summary>A directory.</summary>
    Directory = 2,

    /// <summary>A network volume.</summary>
    Network = 3,

    /// <summary>A network directory.</summary>
    NetworkDirectory = 4,

    /// <summary>A ploop directory.</summary>
    Ploop = 5,
}
