using System.Collections.Immutable;

namespace Croft.Engines.Libvirt.States;

/// <summary>
/// A snapshot on its way. Until its manifest is written there is none; whatever ends it before then leaves the machine as it was, at worst
/// on overlays
/// over disks that no snapshot names.
/// </summary>
/// <param name="volume">The manifest's volume.</param>
/// <param name="snapshot">With the disks that will be frozen.</param>
/// <param name="next">The disks that the machine goes on with.</param>
/// <param name="nvram">The UEFI variables that the machine goes on with; the snapshot has a copy.</param>
sealed class PendingSnapshot(
    ILibvirtHost host,
    string volume,
    Snapshot snapshot,
    ImmutableArray<DiskVolume> next,
    string? nvram,
    PowerState power
) : IPendingState
{
    readonly string domain = snapshot.Record.Id.ToString();
    readonly bool running = power is PowerState.Running or PowerState.Paused;
    bool holdsWrites;
    bool standsStill;

    public Snapshot Snapshot => snapshot;

    public bool CanHoldWrites { get; init; }

    /// <summary>Nothing else keeps a guest from its variables, which have no overlays.</summary>
    public bool MustStandStill => power == PowerState.Running && snapshot.Memory is null && nvram is not null;

    public IEnumerable<string> Creates =>
        [.. next.Select(d => d.Volume), .. new[] { snapshot.Memory, snapshot.Record.Nvram }.OfType<string>(), volume];

    MachineRecord After => snapshot.Record with { Disks = next, Nvram = nvram };

    public async Task CreateAsync(CancellationToken cancel)
    {
        try
        {
            var making = snapshot.Record.Disks.Zip(next, (below, overlay) =>
                host.CreateOverlayAsync(overlay.Volume, below.Volume, null, cancel)
            );
            await Task.WhenAll([
                .. making,
                .. snapshot.Memory is { } memory ? [host.CreateFileAsync(memory, cancel)] : Array.Empty<Task<bool>>(),
            ]);
        }
        catch
        {
            await AbandonAsync();
            throw;
        }
    }

    public async Task HoldWritesAsync(CancellationToken cancel)
    {
        holdsWrites = CanHoldWrites;
        if (holdsWrites)
            await host.HoldWritesAsync(domain, cancel); // a guest that stands still could not any more
    }

    public async Task StandStillAsync()
    {
        if (power != PowerState.Running)
            return;
        await host.PauseAsync(domain, CancellationToken.None);
        standsStill = true;
    }

    public Task GoOnAsync() => standsStill ? host.ResumeAsync(domain, CancellationToken.None) : Task.CompletedTask;

    public Task ReleaseWritesAsync() => holdsWrites ? host.ReleaseWritesAsync(domain, CancellationToken.None) : Task.CompletedTask;

    public async Task FreezeAsync(CancellationToken cancel)
    {
        try
        {
            // Variables have no overlays. Without memory the machine stands still by now; memory holds them too and, continued, writes them
            // back.
            if (nvram is not null)
                await host.CopyNvramAsync(nvram, snapshot.Record.Nvram!, cancel);
            if (running)
                await host.FreezeAsync(domain, [.. next.Select(d => d.Volume)], snapshot.Memory, CanHoldWrites && !holdsWrites, cancel);
        }
        catch
        {
            await AbandonAsync();
            throw;
        }
    }

    /// <summary>
    /// Has the definition name the disks that the machine goes on with. libvirt would keep in it what they stand on now, which merging
    /// changes.
    /// </summary>
    public Task RefitAsync() => host.RefitAsync(After, null, CancellationToken.None);

    /// <summary>Writes the manifest.</summary>
    public async Task<MachineRecord> FinishAsync()
    {
        var refitting = RefitAsync();
        if (!running)
            await refitting; // only then it stands on the overlays
        using var manifest = new MemoryStream(snapshot.ToJson());
        await host.UploadAsync(volume, manifest, null, CancellationToken.None);
        if (snapshot.Key is null)
            await host.ShowAsync(domain, new StoredSnapshot(volume, snapshot).Shown, snapshot.Definition, CancellationToken.None);
        await refitting;
        return After;
    }

    /// <summary>What was made is removed, unless the machine stands on it already.</summary>
    public async Task AbandonAsync()
    {
        var inUse = (await host.RecordAsync(domain, CancellationToken.None)).Disks.Select(d => d.Volume).ToHashSet(StringComparer.Ordinal);
        if (next.Any(d => inUse.Contains(d.Volume)))
            await RefitAsync();
        foreach (var made in Creates.Where(v => !inUse.Contains(v)))
            await host.DeleteVolumeAsync(made, CancellationToken.None);
    }
}
