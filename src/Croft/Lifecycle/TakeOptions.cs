namespace Croft.Lifecycle;

/// <summary>What a snapshot keeps.</summary>
public enum Keep
{
    /// <summary>Memory and disks where the machine runs, disks where it is off.</summary>
    Present,

    /// <summary>Memory and disks.</summary>
    Memory,

    /// <summary>Disks, with the file systems of a running guest frozen by its agent.</summary>
    Disks,

    /// <summary>Disks, with the machine shut down first and started again.</summary>
    Offline,
}

/// <summary>How snapshots are taken.</summary>
/// <param name="Together">All at one instant: they stand still meanwhile, and all are taken or none.</param>
public sealed record TakeOptions(Keep Keep = Keep.Present, bool Together = false);
