using System.Collections.Immutable;
using System.Xml.Linq;
using Croft.Journal;

namespace Croft.Engines.Libvirt.States;

/// <summary>
/// Kept states as frozen files: a machine goes on, on overlays over disks that nobody writes to again, with a copy of its UEFI variables
/// and its saved memory
/// beside them. The manifest makes them a state, and comes last.
/// </summary>
sealed partial class LibvirtStates(LibvirtEngine engine) : IStates
{
    const string MemoryEnd = ".mem";

    readonly ILibvirtHost host = engine.Host;

    public async Task CheckAsync(MachineId machine, StateUse use, CancellationToken cancel)
    {
        var domain = machine.ToString();
        if (
            use == StateUse.ForkNow
            && !await host.HasAgentAsync(domain, cancel)
            && !await LibvirtEngine.HasWaiterAsync(host, domain, cancel)
        )
            throw CroftException.World(
                $"machine \"{machine.Name}\" has no guest agent that answers, nor the waiting script of Croft's own seed, so a fork cannot get its own identity",
                "install and start qemu-guest-agent in it"
            );
        if (use is StateUse.Leave or StateUse.ForkNow)
            ForeignState.Refuse(machine, await host.ForeignSnapshotsAsync(domain, cancel));
        if (use is StateUse.Grow)
            ForeignState.RefuseToGrow(machine, await host.ForeignSnapshotsAsync(domain, cancel));
        if (use is not (StateUse.Leave or StateUse.Grow))
            await host.CheckKeepableAsync(domain, use != StateUse.KeepDisks, use is StateUse.Fork or StateUse.ForkNow, cancel);
    }

    public async Task<StateTree> TreeAsync(MachineRecord machine, CancellationToken cancel) =>
        (await SnapshotsAsync(machine, cancel)).ToStates();

    public async Task<bool> HasAsync(MachineId machine, string name, CancellationToken cancel)
    {
        var stem = $"{Volumes.PrefixOf(machine)}{StateId.UsersOf(name)}.";
        return (
                await AllAsync((await VolumesOfAsync(machine, cancel)).Where(v => v.StartsWith(stem, StringComparison.Ordinal)), cancel)
            ).Length > 0;
    }

    public async Task<IPendingState> PrepareAsync(
        MachineRecord machine,
        NewState state,
        bool memory,
        RunJournal journal,
        CancellationToken cancel
    ) => await PrepareSnapshotAsync(machine, state, memory, journal, cancel);

    public async Task<IKeptState?> FindAsync(StateId state, RunJournal journal, CancellationToken cancel) =>
        ForeignState.NameOf(state) is { } name ? await ForeignState.FindAsync(host, state.Machine, name, journal, cancel)
        : await ReadAsync(Volumes.Manifest(state), cancel) is { } snapshot
            ? new KeptSnapshot(engine, await UnwrittenAsync(snapshot, cancel), journal, isForNow: false)
        : null;

    public async Task<IKeptState> ForkNowAsync(MachineRecord machine, RunJournal journal, CancellationToken cancel)
    {
        var pending = await PrepareSnapshotAsync(machine, new("fork"), memory: true, journal, cancel);
        await pending.FreezeAsync(cancel);
        await pending.RefitAsync();
        return new KeptSnapshot(engine, pending.Snapshot, journal, isForNow: true);
    }

    public async Task<IReadOnlyList<string>> DifferencesAsync(MachineId machine, StateId state, CancellationToken cancel)
    {
        if (await ReadAsync(Volumes.Manifest(state), cancel) is not { } snapshot)
            return [];
        var then = Lines(snapshot.Definition);
        var now = Lines(await host.DefinitionAsync(machine.ToString(), cancel));
        return [.. then.Except(now).Select(l => "- " + l), .. now.Except(then).Select(l => "+ " + l)];
    }

    public async Task DropAsync(StateId state, RunJournal journal, CancellationToken cancel)
    {
        if (ForeignState.NameOf(state) is { } name)
        {
            await ForeignState.DeleteAsync(host, state.Machine, name, journal, cancel);
            return;
        }

        var volume = Volumes.Manifest(state);
        journal.Intent("remove", "snapshot", volume, host.Name, state.Machine.Name);
        await host.DeleteVolumeAsync(volume, cancel);
    }

    /// <summary>
    /// Dropped disks, half-made memory, manifests that a newer one replaced. Then hidden files are merged that only one other file still
    /// needs.
    /// </summary>
    public async Task TidyAsync(MachineRecord machine, RunJournal journal, CancellationToken cancel)
    {
        var domain = machine.Id.ToString();
        var present = (await host.FindAsync(domain, cancel))?.Record;
        var tree = await SnapshotsAsync(present ?? machine, cancel);
        if (present is not null)
            await host.ShowOnlyAsync(domain, tree.Shown, cancel);
        foreach (var newer in tree.Newer)
            journal.Note(machine.Name, null, $"{newer} is of a newer Croft, so this one removes no file of the machine");
        if (!tree.IsOwn)
            return;
        var users = tree.Unused.IsEmpty ? null : await host.UsersAsync(cancel); // a clone's disks may have such names
        foreach (var unused in users is null ? [] : tree.UnusedBut(users.Select(u => u.Key)))
        {
            journal.Intent("remove", "volume", unused, host.Name, machine.Name);
            await host.DeleteVolumeAsync(unused, cancel);
        }

        if (present is not null && !tree.Hidden.IsEmpty)
            await new HiddenFiles(this, host, journal).MergeAsync(present, cancel);
    }

    public async Task SettleAsync(MachineRecord machine, RunJournal journal, CancellationToken cancel)
    {
        await TidyAsync(machine, journal, cancel);
        await DiskCheck.RunAsync(host, await SnapshotsAsync(machine, cancel), cancel);
    }

    /// <summary>
    /// All snapshots of a machine, layers too, oldest first. Of two of one name the newer took the older's place and was not tidied up
    /// after yet.
    /// </summary>
    /// <param name="newer">Takes the manifests that only a newer Croft can read.</param>
    public async Task<ImmutableArray<StoredSnapshot>> ListAsync(MachineId machine, CancellationToken cancel, Action<string>? newer = null)
    {
        var found = await AllAsync(await VolumesOfAsync(machine, cancel), cancel, newer);
        return
        [
            .. found
                .OrderBy(s => s.Snapshot.Made)
                .GroupBy(s => s.Snapshot.Key is null ? s.Snapshot.Name : s.Volume)
                .Select(g => g.Last())
                .OrderBy(s => s.Snapshot.Made),
        ];
    }

    /// <summary>The snapshots whose manifests are among these volumes.</summary>
    public async Task<ImmutableArray<StoredSnapshot>> AllAsync(
        IEnumerable<string> volumes,
        CancellationToken cancel,
        Action<string>? newer = null
    )
    {
        var found = ImmutableArray.CreateBuilder<StoredSnapshot>();
        foreach (var volume in volumes.Where(v => v.EndsWith(Volumes.ManifestEnd, StringComparison.Ordinal)))
        {
            if (await ReadAsync(volume, cancel, newer) is { } snapshot)
                found.Add(new(volume, snapshot));
        }

        return found.ToImmutable();
    }

    /// <summary>Reads a snapshot; null when it is not there, or damaged.</summary>
    async Task<Snapshot?> ReadAsync(string volume, CancellationToken cancel, Action<string>? newer = null)
    {
        if (await host.DownloadAsync(volume, 0, cancel) is not { } json)
            return null;
        var snapshot = Snapshot.FromJson(json, out var isOthers);
        if (isOthers)
            newer?.Invoke(volume);
        return snapshot;
    }

    async Task<SnapshotTree> SnapshotsAsync(MachineRecord machine, CancellationToken cancel)
    {
        var files = host.DiskFilesAsync(Volumes.PrefixOf(machine.Id), cancel);
        var foreign = host.ForeignSnapshotsAsync(machine.Id.ToString(), cancel);
        var newer = new List<string>();
        return new(machine, await ListAsync(machine.Id, cancel, newer.Add), await files) { Foreign = await foreign, Newer = [.. newer] };
    }

    async Task<ImmutableArray<string>> VolumesOfAsync(MachineId machine, CancellationToken cancel)
    {
        var prefix = Volumes.PrefixOf(machine);
        return [.. (await host.ListVolumesAsync(cancel)).Where(v => v.StartsWith(prefix, StringComparison.Ordinal))];
    }

    async Task<PendingSnapshot> PrepareSnapshotAsync(
        MachineRecord machine,
        NewState state,
        bool memory,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        var (id, domain) = (machine.Id, machine.Id.ToString());
        var keepable = host.CheckKeepableAsync(domain, memory, fork: false, cancel);
        // Which disks it stands on is asked now: what was seen before may be older than the last snapshot.
        var (listing, standing, definition) = (
            VolumesOfAsync(id, cancel),
            host.FindAsync(domain, cancel),
            host.DefinitionAsync(domain, cancel)
        );
        await Task.WhenAll(keepable, listing, standing, definition);
        var present = await listing;
        var taken = state.Id ?? Volumes.NextState(id, state.Name, present);
        var (volume, memoryVolume) = (Volumes.Manifest(taken), memory ? taken + MemoryEnd : null);
        if (present.Contains(volume) || memoryVolume is not null && present.Contains(memoryVolume))
        {
            await DropAsync(taken, journal, cancel);
            await TidyAsync(machine, journal, cancel);
        }

        var seen = await standing;
        var current = seen?.Record ?? await host.RecordAsync(domain, cancel);
        await CheckStandingAsync(current, present, cancel);
        var now = machine with { Disks = current.Disks, Nvram = current.Nvram };
        var frozen = now with { Nvram = now.Nvram is null ? null : Volumes.Nvram(id, present) };
        var snapshot = new Snapshot(state.Name, state.Key, memoryVolume, frozen, await definition, journal.Time);
        var pending = new PendingSnapshot(
            host,
            volume,
            snapshot,
            [.. KeptSnapshot.Next(now.Disks, id, present)],
            now.Nvram,
            seen?.Power ?? PowerState.Off
        )
        {
            CanHoldWrites = !memory && seen?.Power == PowerState.Running && await host.HasAgentAsync(domain, cancel),
        };
        foreach (var made in pending.Creates)
            journal.Intent("create", "volume", made, host.Name, machine.Name);
        await pending.CreateAsync(cancel);
        return pending;
    }

    /// <summary>
    /// A new file must not get the name of one that is there and was not seen; and what others merged into a snapshot's disk is not sealed.
    /// </summary>
    async Task CheckStandingAsync(MachineRecord machine, ImmutableArray<string> present, CancellationToken cancel)
    {
        if (machine.Disks.Select(d => d.Volume).FirstOrDefault(v => !present.Contains(v)) is { } unseen)
            throw CroftException.World(
                $"machine \"{machine.Name}\" stands on {unseen}, which is not in the pool croft of hypervisor \"{host.Name}\"",
                "virsh pool-refresh croft, where the file is in its folder; otherwise put it back there"
            );
        // Whatever Croft makes is the newest of its kind.
        if (machine.Disks.All(d => Volumes.Disk(machine.Id, d.Disk, Volumes.LastNumber(machine.Id, d.Disk, present)) == d.Volume))
            return;
        var files = await host.DiskFilesAsync(null, cancel);
        foreach (var snapshot in await ListAsync(machine.Id, cancel))
            RefuseWritten(snapshot.Snapshot, machine, files);
    }

    /// <summary>The snapshot, unless its machine writes to a file that it needs.</summary>
    async Task<Snapshot> UnwrittenAsync(Snapshot snapshot, CancellationToken cancel)
    {
        if ((await host.FindAsync(snapshot.Record.Id.ToString(), cancel))?.Record is { } now)
            RefuseWritten(snapshot, now, await host.DiskFilesAsync(null, cancel));
        return snapshot;
    }

    /// <summary>virsh blockcommit merges files into older ones.</summary>
    static void RefuseWritten(Snapshot snapshot, MachineRecord now, DiskFiles files)
    {
        var needed = snapshot.Record.Disks.SelectMany(d => files.Chain(d.Volume));
        if (now.Disks.Select(d => d.Volume).Intersect(needed).FirstOrDefault() is { } file)
            throw CroftException.World(
                $"snapshot \"{snapshot.Name}\" of machine \"{now.Name}\" is not what it was: {file}, which it needs, is the machine's own disk again and was written to, as virsh blockcommit does",
                $"croft snapshot delete {snapshot.Name} {now.Name}; the machine itself is whole"
            );
    }

    static List<string> Lines(string definition)
    {
        var xml = XElement.Parse(definition);
        xml.Element("metadata")?.Remove();
        xml.Descendants("source").Where(s => s.Parent!.Name.LocalName == "disk").Remove();
        xml.Descendants("nvram").Remove();
        return [.. xml.ToString().Split('\n').Select(l => l.Trim())];
    }
}
