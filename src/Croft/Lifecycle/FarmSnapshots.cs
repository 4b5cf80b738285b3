using System.Collections.Immutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Croft.Engines;
using Croft.Journal;
using Croft.Snapshots;

namespace Croft.Lifecycle;

/// <summary>Snapshots of machines as the user asks for them, over one machine or many.</summary>
public static partial class FarmSnapshots
{
    /// <summary>The snapshots of each machine, layers too.</summary>
    public static async Task<IReadOnlyList<(ExistingMachine Machine, SnapshotTree Tree)>> TreesAsync(OpenFarm openFarm, IEnumerable<ExistingMachine> machines, CancellationToken cancel) =>
        await Task.WhenAll(machines.Select(async machine => (machine, await TreeAsync(openFarm, machine, cancel))));

    /// <summary>Takes a snapshot of each machine; of those inside one of them it is that one's.</summary>
    /// <returns>How long all of them stood still, when they were taken together.</returns>
    /// <exception cref="CroftException">The name is no name, or is taken; a machine that is off has no memory.</exception>
    public static async Task<TimeSpan?> CreateAsync(OpenFarm openFarm, IReadOnlyList<ExistingMachine> machines, string name, TakeOptions options, RunJournal journal, CancellationToken cancel)
    {
        if (!NameRule().IsMatch(name))
            throw CroftException.Usage($"\"{name}\" is no name of a snapshot", "write letters, digits and -, at most 40");
        machines = FarmDown.Outermost(openFarm, machines);
        if (options.Keep == Keep.Memory && machines.FirstOrDefault(m => !m.State.IsOn) is { } off)
            throw CroftException.Usage($"machine \"{off.Record.Name}\" is off and has no memory to keep", $"croft start {off.Record.Name}, or leave out --memory");
        await Task.WhenAll(
        [
            ForeignSnapshots.RefuseAsync(openFarm, machines, cancel),
            .. machines.Select(machine => RefuseTakenAsync(openFarm, machine, name, cancel)),
            .. machines.Select(m => openFarm.Engine(m.Hypervisor).CheckKeepableAsync(m.State.Name, SnapshotGroup.KeepsMemory(options.Keep, m), fork: false, cancel)),
        ]);
        foreach (var machine in machines.DistinctBy(m => m.Hypervisor))
            await InUse.MarkHostAsync(openFarm, machine, "snapshot", cancel);
        if (options.Keep == Keep.Offline)
            await WriteSshConfigAsync(openFarm, cancel);
        if (options.Together)
            return await new SnapshotGroup(openFarm, machines, options.Keep, journal).TakeAsync(name, standStill: true, cancel);
        await Task.WhenAll(machines.Select(machine => TakeAsync(openFarm, machine, name, options.Keep, null, journal, cancel)));
        return null;
    }

    static async Task RefuseTakenAsync(OpenFarm openFarm, ExistingMachine machine, string name, CancellationToken cancel)
    {
        if (await new SnapshotReader(openFarm.Engine(machine.Hypervisor)).HasAsync(machine.Record, name, cancel))
            throw CroftException.Usage($"machine \"{machine.Record.Name}\" has a snapshot \"{name}\" already", $"croft snapshot delete {name}, croft snapshot commit {name}, or another name");
    }

    /// <summary>What is defined otherwise now than when the snapshot was taken, as lines of the definition that went (<c>-</c>) and came (<c>+</c>).</summary>
    public static async Task<IReadOnlyList<string>> DifferencesAsync(OpenFarm openFarm, IReadOnlyList<ExistingMachine> machines, string name, CancellationToken cancel)
    {
        var lines = new List<string>();
        foreach (var (machine, tree) in await TreesAsync(openFarm, FarmDown.Outermost(openFarm, machines), cancel))
        {
            if (Foreign(tree, name) is not null)
                continue; // libvirt brings its definition back with it
            var snapshot = Find(machine, tree, name).Snapshot;
            if (IsDefinedAsNow(machine, snapshot))
                continue;
            var then = Lines(snapshot.Definition);
            var now = Lines(await openFarm.Engine(machine.Hypervisor).DefinitionAsync(machine.State.Name, cancel));
            lines.AddRange([$"{machine.Record.Name}:", .. then.Except(now).Select(l => "  - " + l), .. now.Except(then).Select(l => "  + " + l)]);
        }

        return lines;
    }

    /// <summary>
    /// Puts machines back to a snapshot, running where it holds memory or where they run now. Their present state is lost; those inside one of them go back with it.
    /// </summary>
    /// <param name="withDefinition">Bring back the definition of then, too, where it is another one now.</param>
    /// <exception cref="CroftException">A machine has no such snapshot, or it is not whole, or the machine is defined otherwise than it was then.</exception>
    public static async Task RestoreAsync(OpenFarm openFarm, IReadOnlyList<ExistingMachine> machines, string name, bool withDefinition, RunJournal journal, CancellationToken cancel)
    {
        machines = FarmDown.Outermost(openFarm, machines);
        var trees = (await TreesAsync(openFarm, machines, cancel)).ToLookup(m => Foreign(m.Tree, name) is not null);
        var chosen = trees[false].Select(m => (m.Machine, m.Tree, Stored: Find(m.Machine, m.Tree, name))).ToList();
        foreach (var (machine, tree, stored) in chosen)
        {
            ForeignSnapshots.Refuse(machine, tree.Foreign);
            if (tree.MissingOf(stored).ToList() is { Count: > 0 } missing)
                throw CroftException.World($"snapshot \"{name}\" of machine \"{machine.Record.Name}\" is not whole: {string.Join(", ", missing)} is gone", $"croft snapshot delete {name} {machine.Record.Name}");
            if (!withDefinition && !IsDefinedAsNow(machine, stored.Snapshot))
                throw CroftException.Usage($"the definition of machine \"{machine.Record.Name}\" changed since \"{name}\" was taken", "--with-definition shows the difference and brings the old definition back too");
        }

        var claiming = chosen.Where(s => !s.Machine.State.IsOn && s.Stored.Snapshot.Memory is not null).Select(s => s.Machine).ToList();
        try
        {
            foreach (var machine in claiming)
                await Start(openFarm, machine, journal).ClaimAsync(machine.Record, cancel);
            foreach (var machine in machines)
                await openFarm.LeaveAsync(machine.Record.Name, cancel);
            await Task.WhenAll(trees[true].Select(m => ForeignSnapshots.RestoreAsync(openFarm, m.Machine, Foreign(m.Tree, name)!, journal, cancel)));
            var records = await Task.WhenAll(chosen.Select(s => PutOnAsync(openFarm, s.Machine, s.Stored.Snapshot, withDefinition, journal, cancel)));
            await WriteSshConfigAsync(openFarm, cancel);
            await Task.WhenAll(chosen.Zip(records, (s, record) => GoOnAsync(openFarm, s.Machine, record, s.Stored.Snapshot.Memory, journal, cancel)));
        }
        catch
        {
            foreach (var machine in claiming)
                await Start(openFarm, machine, journal).GiveUpAsync(machine.Record);
            throw;
        }
    }

    /// <summary>Lets a machine go on that was put on a snapshot. While its guest comes, what it was before is removed.</summary>
    static async Task GoOnAsync(OpenFarm openFarm, ExistingMachine machine, MachineRecord record, string? memory, RunJournal journal, CancellationToken cancel)
    {
        var engine = openFarm.Engine(machine.Hypervisor);
        var settling = Task.CompletedTask;
        try
        {
            if (memory is not null || machine.State.IsOn)
                await Start(openFarm, machine, journal).RunAsync(record, StartAsync, memory is not null, cancel);
            else
                settling = SettleAsync(openFarm, machine, journal, cancel);
        }
        finally
        {
            await settling;
        }

        async Task StartAsync()
        {
            await (memory is null ? engine.StartAsync(machine.State.Name, cancel) : engine.RestoreAsync(record, memory, cancel));
            settling = SettleAsync(openFarm, machine, journal, cancel);
        }
    }

    /// <summary>Forgets a snapshot, or a layer, of each machine that has it. What others stand on stays, hidden, as long as it is more than one.</summary>
    /// <param name="subtree">Forget all that stand on it, too.</param>
    public static async Task DeleteAsync(OpenFarm openFarm, IReadOnlyList<ExistingMachine> machines, string name, bool subtree, RunJournal journal, CancellationToken cancel)
    {
        var chosen = (await TreesAsync(openFarm, machines, cancel)).Where(m => Named(m.Tree, name) is not null || Foreign(m.Tree, name) is not null).ToList();
        if (chosen.Count == 0)
            throw CroftException.Usage($"there is no snapshot \"{name}\"", "croft snapshot list shows what there is");
        foreach (var (machine, tree) in chosen)
        {
            if (Foreign(tree, name) is { } foreign)
                await ForeignSnapshots.DeleteAsync(openFarm, machine, foreign, journal, cancel);
            foreach (var going in Named(tree, name) is not { } snapshot ? [] : subtree ? tree.SubtreeOf(snapshot) : [snapshot])
                await Store(openFarm, machine, journal).ForgetAsync(machine.Record, going.Volume, cancel);
            await SettleAsync(openFarm, machine, journal, cancel);
        }
    }

    /// <summary>Folds what machines have become since a snapshot into it: the snapshot is now their present state. One that kept disks is taken with the machine shut down, which then starts again.</summary>
    /// <exception cref="CroftException">Something else stands on the snapshot, or the machine does not stand on it directly.</exception>
    public static async Task CommitAsync(OpenFarm openFarm, IReadOnlyList<ExistingMachine> machines, string name, RunJournal journal, CancellationToken cancel)
    {
        var chosen = (await TreesAsync(openFarm, machines, cancel)).Select(m => (m.Machine, m.Tree, Stored: Find(m.Machine, m.Tree, name))).ToList();
        foreach (var (machine, tree, stored) in chosen)
        {
            var what = $"snapshot \"{name}\" of machine \"{machine.Record.Name}\"";
            ForeignSnapshots.Refuse(machine, tree.Foreign);
            if (stored.Snapshot.Key is not null)
                throw CroftException.Usage($"{what} is a layer, which only a run makes", "croft snapshot create NAME keeps the present state");
            if (tree.UsersOf(stored) is { Length: > 0 } users)
                throw CroftException.Usage($"{what} cannot change: {string.Join(", ", users)} {(users.Length == 1 ? "is" : "are")} based on it", "croft snapshot tree shows how; delete them first, or create another snapshot");
            if (tree.Current?.Volume != stored.Volume)
                throw CroftException.Usage($"machine \"{machine.Record.Name}\" is not based on \"{name}\"", "croft snapshot tree shows where it stands");
            await openFarm.Engine(machine.Hypervisor).CheckKeepableAsync(machine.State.Name, KeptBy(machine, stored) == Keep.Memory, fork: false, cancel);
        }

        await WriteSshConfigAsync(openFarm, cancel);
        await Task.WhenAll(chosen.Select(async s =>
        {
            await TakeAsync(openFarm, s.Machine, name, KeptBy(s.Machine, s.Stored), s.Stored, journal, cancel);
            await SettleAsync(openFarm, s.Machine, journal, cancel);
        }));
    }

    static Keep KeptBy(ExistingMachine machine, StoredSnapshot committed) => committed.Snapshot.Memory is not null && machine.State.IsOn ? Keep.Memory : Keep.Offline;

    /// <param name="replaced">The snapshot whose place the new one takes.</param>
    static async Task TakeAsync(OpenFarm openFarm, ExistingMachine machine, string name, Keep keep, StoredSnapshot? replaced, RunJournal journal, CancellationToken cancel)
    {
        var engine = openFarm.Engine(machine.Hypervisor);
        var stopped = keep == Keep.Offline && machine.State.IsOn;
        if (stopped)
            await new MachineStop(openFarm, engine, machine.Record, text => journal.Note(machine.Record.Name, "shutdown", text)).RunAsync(cancel);
        await new SnapshotGroup(openFarm, [machine], keep, journal).TakeAsync(name, standStill: false, cancel);
        if (replaced is not null)
            await Store(openFarm, machine, journal).ForgetAsync(machine.Record, replaced.Volume, cancel);
        if (!stopped)
            return;
        await Store(openFarm, machine, journal).TidyAsync(machine.Record, cancel); // more can be merged while it is off
        await Start(openFarm, machine, journal).RunAsync(await engine.RecordAsync(machine.State.Name, cancel), cancel);
    }

    /// <summary>Switches a machine off and defines it on empty overlays over a snapshot's disks.</summary>
    static async Task<MachineRecord> PutOnAsync(OpenFarm openFarm, ExistingMachine machine, Snapshot snapshot, bool withDefinition, RunJournal journal, CancellationToken cancel)
    {
        var engine = openFarm.Engine(machine.Hypervisor);
        var now = openFarm.Settings.Clock.GetUtcNow();
        var closing = openFarm.GuestOf(machine)?.CloseAsync(cancel) ?? Task.CompletedTask;
        var record = await Store(openFarm, machine, journal).OverlaysAsync(snapshot, cancel) with
        {
            Owner = machine.Record.Owner,
            Folder = machine.Record.Folder,
            Nics = IsDefinedAsNow(machine, snapshot) ? machine.Record.Nics : snapshot.Record.Nics,
            InUse = "snapshot restore",
            Run = journal.Folder.Id,
            Claim = snapshot.Memory is not null || machine.State.IsOn ? new(now, now, IsFirst: false) : null,
        };
        await closing;
        await engine.PowerOffAsync(machine.State.Name, cancel);
        await engine.RefitAsync(record, withDefinition ? snapshot.Definition : null, cancel);
        return record;
    }

    /// <summary>After each change: what nobody needs any more goes, and everything that is left is checked.</summary>
    static async Task SettleAsync(OpenFarm openFarm, ExistingMachine machine, RunJournal journal, CancellationToken cancel)
    {
        await Store(openFarm, machine, journal).TidyAsync(machine.Record, cancel);
        await DiskCheck.RunAsync(openFarm.Engine(machine.Hypervisor), await TreeAsync(openFarm, machine, cancel), cancel);
    }

    static Task<SnapshotTree> TreeAsync(OpenFarm openFarm, ExistingMachine machine, CancellationToken cancel) =>
        new SnapshotReader(openFarm.Engine(machine.Hypervisor)).TreeAsync(machine.Record, cancel);

    static StoredSnapshot Find(ExistingMachine machine, SnapshotTree tree, string name) =>
        Named(tree, name) ?? throw CroftException.Usage($"machine \"{machine.Record.Name}\" has no snapshot \"{name}\"", "croft snapshot list shows what there is");

    /// <summary>The user's snapshot of that name, otherwise the newest layer.</summary>
    static StoredSnapshot? Named(SnapshotTree tree, string name) => tree.Snapshots.Where(s => s.Snapshot.Name == name).MaxBy(s => (s.Snapshot.Key is null, s.Snapshot.Made));

    /// <summary>Somebody else's of that name, where none is the user's or a layer's.</summary>
    static ForeignSnapshot? Foreign(SnapshotTree tree, string name) => Named(tree, name) is null ? ForeignSnapshots.Find(tree, name) : null;

    static bool IsDefinedAsNow(ExistingMachine machine, Snapshot snapshot) =>
        snapshot.Record.HardwareDigest == machine.Record.HardwareDigest && snapshot.Record.DiskDigest == machine.Record.DiskDigest;

    static List<string> Lines(string definition)
    {
        var xml = XElement.Parse(definition);
        xml.Element("metadata")?.Remove();
        xml.Descendants("source").Where(s => s.Parent!.Name.LocalName == "disk").Remove();
        xml.Descendants("nvram").Remove();
        return [.. xml.ToString().Split('\n').Select(l => l.Trim())];
    }

    /// <summary>For guests that start: earlier commands may have been about others.</summary>
    static async Task WriteSshConfigAsync(OpenFarm openFarm, CancellationToken cancel) =>
        openFarm.WriteSshConfig(await openFarm.ListOwnAsync(cancel));

    static PlainStart Start(OpenFarm openFarm, ExistingMachine machine, RunJournal journal) =>
        new(openFarm, openFarm.Engine(machine.Hypervisor), text => journal.Note(machine.Record.Name, "start", text));

    static SnapshotStore Store(OpenFarm openFarm, ExistingMachine machine, RunJournal journal) => new(openFarm.Engine(machine.Hypervisor), journal, openFarm.Settings.Clock);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9-]{0,39}$")]
    private static partial Regex NameRule();
}
