using System.Collections.Immutable;
using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Journal;

namespace Croft.Snapshots;

/// <summary>The snapshots of one hypervisor: take, find, put machines on them, drop.</summary>
public sealed class SnapshotStore(LibvirtEngine engine, RunJournal journal, TimeProvider clock)
{
    const string MemoryEnd = ".mem";

    readonly SnapshotReader reader = new(engine);

    /// <summary>The volume of the manifest of a snapshot that the user named.</summary>
    public static string VolumeOf(MachineRecord record, string name) => $"{Volumes.PrefixOf(record.Farm, record.Name)}snapshot-{name}{SnapshotReader.ManifestEnd}";

    /// <summary>Freezes a machine's present state. It goes on, running or off as it was, on empty overlays over the frozen disks.</summary>
    /// <param name="volume">The manifest's volume, which identifies the snapshot.</param>
    /// <param name="key">Of a layer; null when the user asked for it.</param>
    /// <param name="running">Whether the machine runs: then its memory is saved with its disks, at one instant.</param>
    /// <returns>The machine's record with the volumes it writes to now.</returns>
    public async Task<MachineRecord> TakeAsync(MachineRecord record, string name, string? key, string volume, bool running, CancellationToken cancel)
    {
        var memory = running ? MemoryOf(volume) : null;
        var present = await reader.VolumesOfAsync(record, cancel);
        if (present.Contains(volume) || memory is not null && present.Contains(memory))
            await DropAsync(record, volume, cancel);
        var next = Next(record, record.Disks, present);
        string[] created = [.. next.Select(d => d.Volume), .. memory is null ? [] : new[] { memory }];
        foreach (var made in created.Append(volume))
            journal.Intent("create", "volume", made, engine.Name, record.Name);
        var after = record with { Disks = next };
        try
        {
            foreach (var (now, then) in record.Disks.Zip(next))
                await engine.CreateOverlayAsync(then.Volume, now.Volume, null, cancel);
            // Before the disks change: were it after, a controller that dies in between would leave a record of disks that are about to be frozen.
            await engine.WriteRecordAsync(after, CancellationToken.None);
            var domain = MachineDefinition.DomainNameOf(record.Farm, record.Name);
            if (memory is null)
            {
                await engine.SwitchDisksAsync(domain, [.. next.Select(d => d.Volume)], cancel);
            }
            else
            {
                await engine.CreateFileAsync(memory, cancel);
                await engine.FreezeAsync(domain, [.. next.Select(d => d.Volume)], memory, cancel);
            }
        }
        catch
        {
            await engine.WriteRecordAsync(record, CancellationToken.None);
            foreach (var made in created)
                await engine.DeleteVolumeAsync(made, CancellationToken.None);
            throw;
        }

        using var manifest = new MemoryStream(new Snapshot(name, key, memory, record, clock.GetUtcNow()).ToJson());
        await engine.UploadAsync(volume, manifest, null, CancellationToken.None);
        return after;
    }

    /// <summary>Makes empty overlays on a snapshot's disks for a machine that is off.</summary>
    public async Task<ImmutableArray<DiskVolume>> OverlaysAsync(Snapshot snapshot, CancellationToken cancel)
    {
        var record = snapshot.Record;
        var overlays = Next(record, record.Disks, await reader.VolumesOfAsync(record, cancel));
        foreach (var (frozen, overlay) in record.Disks.Zip(overlays))
        {
            journal.Intent("create", "volume", overlay.Volume, engine.Name, record.Name);
            await engine.CreateOverlayAsync(overlay.Volume, frozen.Volume, null, cancel);
        }

        return overlays;
    }

    /// <summary>Forgets a snapshot: its manifest first, then its memory, then the disks that nothing of the machine stands on any more.</summary>
    public async Task DropAsync(MachineRecord record, string volume, CancellationToken cancel)
    {
        journal.Intent("remove", "snapshot", volume, engine.Name, record.Name);
        await engine.DeleteVolumeAsync(volume, cancel);
        await engine.DeleteVolumeAsync(MemoryOf(volume), cancel);
        await TidyAsync(record, cancel);
    }

    /// <summary>Removes what a machine's snapshots and its present disks do not use, directly or as backing: dropped disks, half-made memory.</summary>
    public async Task TidyAsync(MachineRecord record, CancellationToken cancel)
    {
        var volumes = await reader.VolumesOfAsync(record, cancel);
        var snapshots = await reader.ListAsync(record, cancel);
        var used = record.Disks.Concat(snapshots.SelectMany(s => s.Snapshot.Record.Disks)).Select(d => d.Volume).Concat(snapshots.Select(s => s.Snapshot.Memory).OfType<string>()).ToHashSet(StringComparer.Ordinal);
        used.UnionWith(await engine.DisksOfAsync(MachineDefinition.DomainNameOf(record.Farm, record.Name), cancel));
        used.UnionWith(await engine.BackingAsync([.. used.Where(IsDisk)], cancel));
        foreach (var unused in volumes.Where(v => (IsDisk(v) || v.EndsWith(MemoryEnd, StringComparison.Ordinal)) && !used.Contains(v)))
        {
            journal.Intent("remove", "volume", unused, engine.Name, record.Name);
            await engine.DeleteVolumeAsync(unused, cancel);
        }
    }

    static ImmutableArray<DiskVolume> Next(MachineRecord record, ImmutableArray<DiskVolume> disks, ImmutableArray<string> present) =>
        [.. disks.Select(d => d with { Volume = Volumes.Disk(record.Farm, record.Name, d.Disk, Volumes.NextNumber(record.Farm, record.Name, d.Disk, present)) })];

    static string MemoryOf(string volume) => volume[..^SnapshotReader.ManifestEnd.Length] + MemoryEnd;

    static bool IsDisk(string volume) => volume.EndsWith(".qcow2", StringComparison.Ordinal);
}
