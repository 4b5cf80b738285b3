using System.Collections.Immutable;
using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Journal;

namespace Croft.Snapshots;

/// <summary>The layers of one hypervisor: take, find, put machines on them, drop.</summary>
public sealed class LayerStore(LibvirtEngine engine, RunJournal journal, TimeProvider clock)
{
    const string Memory = ".mem";
    const string Manifest = ".json";

    /// <summary>Freezes a running machine into a layer. It goes on running, on empty overlays over the frozen disks.</summary>
    /// <param name="volume">The manifest's volume, which names the layer.</param>
    /// <returns>The machine's record with the volumes it writes to now.</returns>
    public async Task<MachineRecord> TakeAsync(MachineRecord record, string name, string key, string volume, CancellationToken cancel)
    {
        var memory = MemoryOf(volume);
        var present = await VolumesOfAsync(record, cancel);
        if (present.Contains(volume) || present.Contains(memory))
            await DropAsync(record, volume, cancel);
        var next = record.Disks.Select(d => d with { Volume = Volumes.Disk(record.Farm, record.Name, d.Disk, Volumes.NextNumber(record.Farm, record.Name, d.Disk, present)) }).ToImmutableArray();
        foreach (var created in next.Select(d => d.Volume).Append(memory).Append(volume))
            journal.Intent("create", "volume", created, engine.Name, record.Name);
        try
        {
            await engine.CreateFileAsync(memory, cancel);
            foreach (var (now, then) in record.Disks.Zip(next))
                await engine.CreateOverlayAsync(then.Volume, now.Volume, null, cancel);
            await engine.FreezeAsync(MachineDefinition.DomainNameOf(record.Farm, record.Name), [.. next.Select(d => d.Volume)], memory, cancel);
        }
        catch
        {
            foreach (var created in next.Select(d => d.Volume).Append(memory))
                await engine.DeleteVolumeAsync(created, CancellationToken.None);
            throw;
        }

        var after = record with { Disks = next };
        await engine.WriteRecordAsync(after, cancel);
        var layer = new Layer(name, key, record.Farm, record.Name, memory, record.Disks, record.HostKey, record.Run, clock.GetUtcNow());
        using var content = new MemoryStream(layer.ToJson());
        await engine.UploadAsync(volume, content, null, cancel);
        return after;
    }

    /// <summary>Reads a layer; null when it is not there, or damaged.</summary>
    public async Task<Layer?> FindAsync(string volume, CancellationToken cancel) =>
        await engine.DownloadAsync(volume, 0, cancel) is { } json ? Layer.FromJson(json) : null;

    /// <summary>Makes empty overlays on a layer's disks for a machine that is off.</summary>
    public async Task<ImmutableArray<DiskVolume>> OverlaysAsync(MachineRecord record, Layer layer, CancellationToken cancel)
    {
        var present = await VolumesOfAsync(record, cancel);
        var overlays = layer.Disks.Select(d => d with { Volume = Volumes.Disk(record.Farm, record.Name, d.Disk, Volumes.NextNumber(record.Farm, record.Name, d.Disk, present)) }).ToImmutableArray();
        foreach (var (frozen, overlay) in layer.Disks.Zip(overlays))
        {
            journal.Intent("create", "volume", overlay.Volume, engine.Name, record.Name);
            await engine.CreateOverlayAsync(overlay.Volume, frozen.Volume, null, cancel);
        }

        return overlays;
    }

    /// <summary>Forgets a layer: its manifest first, then its memory, then the disks that nothing of the machine stands on any more.</summary>
    public async Task DropAsync(MachineRecord record, string volume, CancellationToken cancel)
    {
        journal.Intent("remove", "layer", volume, engine.Name, record.Name);
        await engine.DeleteVolumeAsync(volume, cancel);
        await engine.DeleteVolumeAsync(MemoryOf(volume), cancel);
        await TidyAsync(record, cancel);
    }

    /// <summary>Removes the disks of a machine that neither it nor a layer uses, directly or as backing of another.</summary>
    public async Task TidyAsync(MachineRecord record, CancellationToken cancel)
    {
        var volumes = await VolumesOfAsync(record, cancel);
        var used = record.Disks.Select(d => d.Volume).ToHashSet(StringComparer.Ordinal);
        foreach (var manifest in volumes.Where(IsManifest))
        {
            if (await FindAsync(manifest, cancel) is { } layer)
                used.UnionWith(layer.Disks.Select(d => d.Volume));
        }

        var backing = await engine.BackingAsync(used, cancel);
        used.UnionWith(backing);
        foreach (var unused in volumes.Where(v => v.EndsWith(".qcow2", StringComparison.Ordinal) && !used.Contains(v)))
        {
            journal.Intent("remove", "volume", unused, engine.Name, record.Name);
            await engine.DeleteVolumeAsync(unused, cancel);
        }
    }

    static string MemoryOf(string volume) => volume[..^Manifest.Length] + Memory;

    static bool IsManifest(string volume) => volume.EndsWith(Manifest, StringComparison.Ordinal) && volume.Contains(".layer-", StringComparison.Ordinal);

    async Task<ImmutableArray<string>> VolumesOfAsync(MachineRecord record, CancellationToken cancel)
    {
        var prefix = Volumes.PrefixOf(record.Farm, record.Name);
        return [.. (await engine.ListVolumesAsync(cancel)).Where(v => v.StartsWith(prefix, StringComparison.Ordinal))];
    }
}
