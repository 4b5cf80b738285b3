using System.Collections.Immutable;
using Croft.Journal;

namespace Croft.Engines.Libvirt.States;

/// <summary>When a layer was last used is the time of its manifest: using one writes the same bytes over it.</summary>
sealed partial class LibvirtStates
{
    public async Task UseAsync(StateId layer, CancellationToken cancel)
    {
        var volume = Volumes.Manifest(layer);
        if (await host.DownloadAsync(volume, 0, cancel) is not { } json)
            return;
        using var same = new MemoryStream(json);
        await host.OverwriteAsync(volume, same, null, cancel);
    }

    public async Task EvictAsync(
        string farm,
        long keep,
        Func<Task<IReadOnlySet<StateId>>> needed,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        var files = await host.DiskFilesAsync(farm + ".", cancel);
        if (files.Names.Where(n => n.StartsWith(farm + ".", StringComparison.Ordinal)).Sum(files.Size) <= keep)
            return;
        var stay = (await needed()).Select(Volumes.Manifest).ToHashSet(StringComparer.Ordinal);
        var machines = (await host.ListMachinesAsync(cancel))
            .Select(m => m.Record)
            .OfType<MachineRecord>()
            .Where(r => r.Farm == farm)
            .ToList();
        while (await OldestAsync(machines, stay, keep, cancel) is var (record, layer, size))
        {
            journal.Note(
                record.Name,
                null,
                $"layer {layer.Snapshot.Name} of {layer.Snapshot.Made:yyyy-MM-dd HH:mm} is evicted, {size >> 20} MiB: the farm's layers take more than cache.keep"
            );
            await DropAsync(layer.Id, journal, cancel);
            await TidyAsync(record, journal, cancel);
        }
    }

    /// <summary>The layer that goes next; null when enough is gone, or nothing more may go.</summary>
    async Task<(MachineRecord Record, StoredSnapshot Layer, long Size)?> OldestAsync(
        IEnumerable<MachineRecord> machines,
        HashSet<string> needed,
        long keep,
        CancellationToken cancel
    )
    {
        var files = await host.DiskFilesAsync("", cancel);
        var layers = ImmutableArray.CreateBuilder<(MachineRecord Record, StoredSnapshot Layer, long Size, bool Free)>();
        foreach (var record in machines)
        {
            var tree = await SnapshotsAsync(record, cancel);
            layers.AddRange(
                tree.Snapshots.Where(s => s.Snapshot.Key is not null)
                    .Select(s => (record, s, tree.SizeOf(s), tree.IsOwn && !needed.Contains(s.Volume) && tree.IsFree(s)))
            );
        }

        if (layers.Sum(l => l.Size) <= keep)
            return null;
        return layers
            .Where(l => l.Free)
            .OrderBy(l => files.Changed(l.Layer.Volume))
            .Select(l => ((MachineRecord, StoredSnapshot, long)?)(l.Record, l.Layer, l.Size))
            .FirstOrDefault();
    }
}
