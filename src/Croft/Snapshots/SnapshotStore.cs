using System.Collections.Immutable;
using Croft.Engines;
using Croft.Journal;

namespace Croft.Snapshots;

/// <summary>The snapshots of one hypervisor: take, put machines on them, drop.</summary>
public sealed class SnapshotStore(IEngine engine, RunJournal journal, TimeProvider clock)
{
    internal const string MemoryEnd = ".mem";

    readonly SnapshotReader reader = new(engine);

    /// <summary>Freezes a machine's present state. It goes on, running or off as it was, on empty overlays over the frozen disks.</summary>
    /// <param name="name">The user's name, or the layer's.</param>
    /// <param name="key">Of a layer; null when the user asked for it.</param>
    /// <param name="volume">The manifest's volume; null takes the next one for the name.</param>
    /// <param name="memory">Whether the memory is kept; then the machine must run.</param>
    /// <returns>The machine's record with the volumes it writes to now.</returns>
    public async Task<MachineRecord> TakeAsync(MachineRecord record, string name, string? key, string? volume, bool memory, CancellationToken cancel)
    {
        var pending = await PrepareAsync(record, name, key, volume, memory, cancel);
        await pending.FreezeAsync(holdWrites: false, cancel);
        return await pending.FinishAsync();
    }

    /// <summary>Makes everything ready, so that the freezing itself takes no longer than it must.</summary>
    /// <inheritdoc cref="TakeAsync" path="/param"/>
    public async Task<PendingSnapshot> PrepareAsync(MachineRecord record, string name, string? key, string? volume, bool memory, CancellationToken cancel)
    {
        var domain = MachineDefinition.DomainNameOf(record.Farm, record.Name);
        var keepable = engine.CheckKeepableAsync(domain, memory, fork: false, cancel);
        var (listing, running) = (reader.VolumesOfAsync(record, cancel), engine.PowerAsync(domain, cancel));
        // Which disks it stands on is asked now: what was seen before may be older than the last snapshot.
        var (standing, definition) = (engine.RecordAsync(domain, cancel), engine.DefinitionAsync(domain, cancel));
        await Task.WhenAll(keepable, listing, running, standing, definition);
        var present = await listing;
        volume ??= Volumes.Snapshot(record.Farm, record.Name, name, present);
        var memoryVolume = memory ? volume[..^SnapshotReader.ManifestEnd.Length] + MemoryEnd : null;
        if (present.Contains(volume) || memoryVolume is not null && present.Contains(memoryVolume))
            await DropAsync(record, volume, cancel);
        var current = await standing;
        var now = record with { Disks = current.Disks, Nvram = current.Nvram };
        var frozen = now with { Nvram = now.Nvram is null ? null : Volumes.Nvram(record.Farm, record.Name, present) };
        var snapshot = new Snapshot(name, key, memoryVolume, frozen, await definition, clock.GetUtcNow());
        var pending = new PendingSnapshot(engine, volume, snapshot, [.. Next(now, present)], now.Nvram, await running is PowerState.Running or PowerState.Paused);
        foreach (var made in pending.Creates)
            journal.Intent("create", "volume", made, engine.Name, record.Name);
        try
        {
            await pending.CreateAsync(cancel);
            return pending;
        }
        catch
        {
            await pending.AbandonAsync();
            throw;
        }
    }

    /// <summary>Makes what a machine that is off goes on with from a snapshot: empty overlays on its disks, a copy of its UEFI variables.</summary>
    /// <returns>The snapshot's record with these.</returns>
    public async Task<MachineRecord> OverlaysAsync(Snapshot snapshot, CancellationToken cancel)
    {
        var record = snapshot.Record;
        var present = await reader.VolumesOfAsync(record, cancel);
        var overlays = Next(record, present).ToImmutableArray();
        foreach (var (frozen, overlay) in record.Disks.Zip(overlays))
        {
            journal.Intent("create", "volume", overlay.Volume, engine.Name, record.Name);
            await engine.CreateOverlayAsync(overlay.Volume, frozen.Volume, null, cancel);
        }

        if (record.Nvram is not { } variables)
            return record with { Disks = overlays };
        var nvram = Volumes.Nvram(record.Farm, record.Name, present);
        journal.Intent("create", "volume", nvram, engine.Name, record.Name);
        await engine.CopyNvramAsync(variables, nvram, cancel);
        return record with { Disks = overlays, Nvram = nvram };
    }

    /// <summary>Forgets a snapshot, and removes what nobody needs any more.</summary>
    public async Task DropAsync(MachineRecord record, string volume, CancellationToken cancel)
    {
        await ForgetAsync(record, volume, cancel);
        await TidyAsync(record, cancel);
    }

    /// <summary>Forgets a snapshot; its files stay until the next <see cref="TidyAsync"/>.</summary>
    public async Task ForgetAsync(MachineRecord record, string volume, CancellationToken cancel)
    {
        journal.Intent("remove", "snapshot", volume, engine.Name, record.Name);
        await engine.DeleteVolumeAsync(volume, cancel);
    }

    /// <summary>
    /// Removes what neither a machine nor its snapshots need, directly or as backing: dropped disks, half-made memory, manifests that a newer one replaced.
    /// Then merges hidden files that only one other file still needs. Where others had their hands on the machine's disks, all files stay.
    /// </summary>
    public async Task TidyAsync(MachineRecord record, CancellationToken cancel)
    {
        var domain = MachineDefinition.DomainNameOf(record.Farm, record.Name);
        var present = await engine.FindRecordAsync(domain, cancel);
        var tree = await reader.TreeAsync(present ?? record, cancel);
        if (present is not null)
            await engine.ShowOnlyAsync(domain, tree.Shown, cancel);
        if (!tree.IsOwn)
            return;
        foreach (var unused in tree.Unused)
        {
            journal.Intent("remove", "volume", unused, engine.Name, record.Name);
            await engine.DeleteVolumeAsync(unused, cancel);
        }

        if (present is not null && !tree.Hidden.IsEmpty)
            await new HiddenFiles(engine, journal).MergeAsync(present, cancel);
    }

    static IEnumerable<DiskVolume> Next(MachineRecord record, ImmutableArray<string> present) =>
        record.Disks.Select(d => d with { Volume = Volumes.Disk(record.Farm, record.Name, d.Disk, Volumes.NextNumber(record.Farm, record.Name, d.Disk, present)) });
}
