namespace Croft.Libvirt;

/// <summary>What a volume is.</summary>
public enum VolumeType
{
    /// <summary>A file.</summary>
    File = 0,

    /// <summary>A device of blocks.</summary>
    Block = 1,

    /// <summary>A folder.</summary>
    Directory = 2,

    /// <summary>Something on another host.</summary>
    Network = 3,
}
