using System.Collections.Immutable;
using Croft.Engines;

namespace Croft.Snapshots;

/// <summary>
/// A snapshot on its way. Until its manifest is written there is none; whatever ends it before then leaves the machine as it was, at worst on overlays
/// over disks that no snapshot names.
/// </summary>
/// <param name="volume">The manifest's volume.</param>
/// <param name="snapshot">With the disks that will be frozen.</param>
/// <param name="next">The disks that the machine goes on with.</param>
/// <param name="nvram">The UEFI variables that the machine goes on with; the snapshot has a copy.</param>
/// <param name="running">Whether the machine runs.</param>
public sealed class PendingSnapshot(IEngine engine, string volume, Snapshot snapshot, ImmutableArray<DiskVolume> next, string? nvram, bool running)
{
    readonly string domain = MachineDefinition.DomainNameOf(snapshot.Record.Farm, snapshot.Record.Name);

    /// <summary>What is taken, with the disks that are frozen then.</summary>
    public Snapshot Snapshot => snapshot;

    internal IEnumerable<string> Creates => [.. next.Select(d => d.Volume), .. new[] { snapshot.Memory, snapshot.Record.Nvram }.OfType<string>(), volume];

    MachineRecord After => snapshot.Record with { Disks = next, Nvram = nvram };

    internal async Task CreateAsync(CancellationToken cancel)
    {
        var making = snapshot.Record.Disks.Zip(next, (below, overlay) => engine.CreateOverlayAsync(overlay.Volume, below.Volume, null, cancel));
        await Task.WhenAll([.. making, .. snapshot.Memory is { } memory ? [engine.CreateFileAsync(memory, cancel)] : Array.Empty<Task<bool>>()]);
    }

    /// <summary>Freezes: the instant that the snapshot is of.</summary>
    /// <param name="holdWrites">Have the guest's agent hold all writes meanwhile; only without memory.</param>
    public async Task FreezeAsync(bool holdWrites, CancellationToken cancel)
    {
        try
        {
            // Variables have no overlays. Without memory the machine stands still by now; memory holds them too and, continued, writes them back.
            if (nvram is not null)
                await engine.CopyNvramAsync(nvram, snapshot.Record.Nvram!, cancel);
            if (running)
                await engine.FreezeAsync(domain, [.. next.Select(d => d.Volume)], snapshot.Memory, holdWrites, cancel);
        }
        catch
        {
            await AbandonAsync();
            throw;
        }
    }

    /// <summary>Has the definition name the disks that the machine goes on with. libvirt would keep in it what they stand on now, which merging changes.</summary>
    public Task RefitAsync() => engine.RefitAsync(After, null, CancellationToken.None);

    /// <summary>Writes the manifest: now there is a snapshot. Returns the machine's record with the volumes it writes to.</summary>
    public async Task<MachineRecord> FinishAsync()
    {
        var refitting = RefitAsync();
        if (!running)
            await refitting; // only then it stands on the overlays
        using var manifest = new MemoryStream(snapshot.ToJson());
        await engine.UploadAsync(volume, manifest, null, CancellationToken.None);
        if (snapshot.Key is null)
            await engine.ShowAsync(domain, SnapshotReader.Shown(new(volume, snapshot)), snapshot.Definition, CancellationToken.None);
        await refitting;
        return After;
    }

    /// <summary>Gives up. What was made is removed, unless the machine stands on it already.</summary>
    public async Task AbandonAsync()
    {
        var inUse = (await engine.RecordAsync(domain, CancellationToken.None)).Disks.Select(d => d.Volume).ToHashSet(StringComparer.Ordinal);
        if (next.Any(d => inUse.Contains(d.Volume)))
            await RefitAsync();
        foreach (var made in Creates.Where(v => !inUse.Contains(v)))
            await engine.DeleteVolumeAsync(made, CancellationToken.None);
    }
}
