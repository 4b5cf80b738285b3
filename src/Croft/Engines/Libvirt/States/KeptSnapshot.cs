using System.Collections.Immutable;
using Croft.Journal;

namespace Croft.Engines.Libvirt.States;

/// <summary>A snapshot that machines go on from, each on overlays over its disks, with a copy of its UEFI variables.</summary>
/// <param name="isForNow">It has no manifest: its disks are held by its forks, its memory and variables go when all of them run.</param>
sealed class KeptSnapshot(LibvirtEngine engine, Snapshot snapshot, RunJournal journal, bool isForNow) : IKeptState
{
    ILibvirtHost Host => engine.Host;

    public bool HasMemory => snapshot.Memory is not null;

    public MachineRecord Record => snapshot.Record;

    public async Task<MachineChange> PutAsync(MachineDefinition machine, CancellationToken cancel)
    {
        var undoing = engine.UndoAsync(machine.Record, cancel);
        var record = await OverlaysAsync(machine.Record, await Host.ListVolumesAsync(cancel), cancel);
        return await engine.DefineAsync(machine with { Record = record }, await undoing, cancel);
    }

    public async Task<MachineRecord> PutBackAsync(MachineRecord record, bool withDefinition, CancellationToken cancel)
    {
        var written = await OverlaysAsync(record, await Host.ListVolumesAsync(cancel), cancel);
        await Host.PowerOffAsync(record.Id.ToString(), cancel);
        await Host.RefitAsync(written, withDefinition ? snapshot.Definition : null, cancel);
        return written;
    }

    public async Task<MachineChange> ForkAsync(MachineRecord record, Guid uuid, SeedFiles seed, CancellationToken cancel)
    {
        var undoing = engine.UndoAsync(record, cancel);
        var present = await Host.ListVolumesAsync(cancel);
        var written = await OverlaysAsync(record, present, cancel);
        await Host.CreateFileAsync(Volumes.Console(record.Id), cancel);
        written = written with { Seed = await engine.WriteSeedAsync(record.Id, seed, present, journal, cancel) };
        journal.Intent("create", "domain", record.Id.ToString(), Host.Name, record.Name);
        return await MachineChange.MakeAsync(
            written,
            () => Host.DefineForkAsync(written, uuid, snapshot.Definition, cancel),
            await undoing
        );
    }

    public Task StartAsync(MachineRecord record, CancellationToken cancel) => Host.RestoreAsync(record, snapshot.Memory!, cancel);

    public async Task StartForkAsync(MachineRecord record, Guid uuid, Func<Task> identify, CancellationToken cancel)
    {
        await Host.ForkAsync(record, uuid, snapshot.Memory!, Volumes.PrefixOf(record.Id) + "fork.mem", cancel);
        await identify();
        await Host.PlugAsync(record.Id.ToString(), plugged: true, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var volume in isForNow ? new[] { snapshot.Memory, snapshot.Record.Nvram }.OfType<string>() : [])
            await Host.DeleteVolumeAsync(volume, CancellationToken.None);
    }

    /// <summary>The overlays that a machine goes on with over disks.</summary>
    public static IEnumerable<DiskVolume> Next(IEnumerable<DiskVolume> disks, MachineId machine, IReadOnlyList<string> present) =>
        disks.Select(d => d with { Volume = Volumes.Disk(machine, d.Disk, Volumes.NextNumber(machine, d.Disk, present)) });

    /// <summary>Makes what a machine goes on with. Returns its record with it.</summary>
    async Task<MachineRecord> OverlaysAsync(MachineRecord record, IReadOnlyList<string> present, CancellationToken cancel)
    {
        var overlays = Next(snapshot.Record.Disks, record.Id, present).ToImmutableArray();
        foreach (var (frozen, overlay) in snapshot.Record.Disks.Zip(overlays))
        {
            journal.Intent("create", "volume", overlay.Volume, Host.Name, record.Name);
            await Host.CreateOverlayAsync(overlay.Volume, frozen.Volume, null, cancel);
        }

        if (snapshot.Record.Nvram is not { } variables)
            return record with { Disks = overlays, Detached = [], Nvram = null };
        var nvram = Volumes.Nvram(record.Id, present);
        journal.Intent("create", "volume", nvram, Host.Name, record.Name);
        await Host.CopyNvramAsync(variables, nvram, cancel);
        return record with { Disks = overlays, Detached = [], Nvram = nvram };
    }
}
