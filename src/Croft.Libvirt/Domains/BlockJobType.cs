namespace Croft.Libvirt;

/// <summary>What a block job does.</summary>
public enum BlockJobType
{
    /// <summary>Something unknown.</summary>
    Unknown = 0,

    /// <summary>Pulls the base up.</summary>
    Pull = 1,

    /// <summary>Copies the disk.</summary>
    Copy = 2,

    /// <summary>Merges an inactive layer down.</summary>
    Commit = 3,

    /// <summary>Merges the active layer down.</summary>
    ActiveCommit = 4,

    /// <summary>Makes a backup.</summary>
    Backup = 5,
}
