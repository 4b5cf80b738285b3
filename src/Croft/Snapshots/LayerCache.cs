using System.Collections.Immutable;
using Croft.Engines;
using Croft.Journal;

namespace Croft.Snapshots;

/// <summary>
/// The layers of one farm on one hypervisor, which together may take so much. When a layer was last used is the time of its manifest: using one writes the same
/// bytes over it.
/// </summary>
sealed class LayerCache(IEngine engine, RunJournal journal, TimeProvider clock)
{
    /// <summary>Notes that a layer is used now.</summary>
    public async Task UseAsync(string volume, CancellationToken cancel)
    {
        if (await engine.DownloadAsync(volume, 0, cancel) is not { } json)
            return;
        using var same = new MemoryStream(json);
        await engine.OverwriteAsync(volume, same, null, cancel);
    }

    /// <summary>Whether the farm's volumes, all together, take more.</summary>
    public async Task<bool> MayTakeMoreAsync(string farm, long keep, CancellationToken cancel)
    {
        var files = await engine.DiskFilesAsync(farm + ".", cancel);
        return files.Names.Where(n => n.StartsWith(farm + ".", StringComparison.Ordinal)).Sum(files.Size) > keep;
    }

    /// <summary>Drops layers, those first that were not used for the longest time, until the rest takes no more than <paramref name="keep"/>.</summary>
    /// <param name="needed">Manifests of layers that stay in any case.</param>
    public async Task EvictAsync(IReadOnlyCollection<MachineRecord> machines, IReadOnlySet<string> needed, long keep, CancellationToken cancel)
    {
        while (await OldestAsync(machines, needed, keep, cancel) is var (record, layer, size))
        {
            journal.Note(record.Name, null, $"layer {layer.Snapshot.Name} of {layer.Snapshot.Made:yyyy-MM-dd HH:mm} is evicted, {size >> 20} MiB: the farm's layers take more than cache.keep");
            await new SnapshotStore(engine, journal, clock).DropAsync(record, layer.Volume, cancel);
        }
    }

    /// <summary>The layer that goes next; null when enough is gone, or nothing more may go.</summary>
    async Task<(MachineRecord Record, StoredSnapshot Layer, long Size)?> OldestAsync(IEnumerable<MachineRecord> machines, IReadOnlySet<string> needed, long keep, CancellationToken cancel)
    {
        var files = await engine.DiskFilesAsync("", cancel);
        var layers = ImmutableArray.CreateBuilder<(MachineRecord Record, StoredSnapshot Layer, long Size, bool Free)>();
        foreach (var record in machines)
        {
            var tree = await new SnapshotReader(engine).TreeAsync(record, cancel);
            layers.AddRange(tree.Snapshots.Where(s => s.Snapshot.Key is not null).Select(s => (record, s, tree.SizeOf(s), tree.IsOwn && !needed.Contains(s.Volume) && tree.IsFree(s))));
        }

        if (layers.Sum(l => l.Size) <= keep)
            return null;
        return layers.Where(l => l.Free).OrderBy(l => files.Changed(l.Layer.Volume)).Select(l => ((MachineRecord, StoredSnapshot, long)?)(l.Record, l.Layer, l.Size)).FirstOrDefault();
    }
}
