namespace Croft.Engines;

/// <summary>What snapshots are made of: states of a machine, and the files that they stand on.</summary>
public partial interface IEngine
{
    /// <summary>A machine's record, with the disks it stands on at this moment; null when there is none.</summary>
    Task<MachineRecord?> FindRecordAsync(string domain, CancellationToken cancel);

    /// <summary>A machine's record, with the disks it stands on at this moment.</summary>
    /// <exception cref="CroftException">There is no such machine.</exception>
    Task<MachineRecord> RecordAsync(string domain, CancellationToken cancel);

    /// <summary>A machine's definition as libvirt keeps it, as it would start.</summary>
    Task<string> DefinitionAsync(string domain, CancellationToken cancel);

    /// <summary>Puts a machine that is off on the disks and the seed of a record; the rest is as now, or as a definition of another time says.</summary>
    Task RefitAsync(MachineRecord record, string? definition, CancellationToken cancel);

    /// <summary>
    /// Freezes a running machine's disks: its present volumes are never written again, it goes on with the given empty overlays on them. With memory, that
    /// is saved at the same instant. An external snapshot without libvirt metadata (https://libvirt.org/formatsnapshot.html).
    /// </summary>
    /// <param name="overlays">For each disk in order, the volume it goes on with; made before.</param>
    /// <param name="memory">The volume that takes the memory, made before; null keeps disks only.</param>
    /// <param name="holdWrites">Have the guest's agent hold all writes at that instant. libvirt does it within the same call, so no guest stays held when this process dies.</param>
    Task FreezeAsync(string domain, IReadOnlyList<string> overlays, string? memory, bool holdWrites, CancellationToken cancel);

    /// <summary>Has the guest agent write everything out and hold all writes. A guest that is held already, by a controller that died, is released first.</summary>
    Task HoldWritesAsync(string domain, CancellationToken cancel);

    /// <summary>Lets the guest write again.</summary>
    Task ReleaseWritesAsync(string domain, CancellationToken cancel);

    /// <summary>Starts a machine that is off from saved memory, on the disks, seed, console and ports that it is defined with now.</summary>
    /// <param name="memory">Volume of the saved memory; it is only read.</param>
    Task RestoreAsync(MachineRecord record, string memory, CancellationToken cancel);

    /// <summary>For every volume that a running machine writes to, the machine's name here.</summary>
    Task<IReadOnlyDictionary<string, string>> WritersAsync(CancellationToken cancel);

    /// <summary>Copies what a disk of a running machine stands on into the disk that it writes to, down to <paramref name="onto"/>, on which that stands afterwards. All of it is on the disk then.</summary>
    /// <param name="volume">What it writes to.</param>
    /// <param name="onto">Null lets it stand alone.</param>
    Task PullAsync(string domain, string volume, string? onto, CancellationToken cancel);
}
