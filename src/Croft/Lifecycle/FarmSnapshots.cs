using System.Text.RegularExpressions;
using Croft.Engines;
using Croft.Journal;

namespace Croft.Lifecycle;

/// <summary>Snapshots of machines as the user asks for them, over one machine or many.</summary>
public static partial class FarmSnapshots
{
    /// <summary>The snapshots of each machine, layers too.</summary>
    internal static async Task<IReadOnlyList<(ExistingMachine Machine, StateTree Tree)>> TreesAsync(
        OpenFarm openFarm,
        IEnumerable<ExistingMachine> machines,
        CancellationToken cancel
    ) =>
        await Task.WhenAll(machines.Select(async machine => (machine, await openFarm.StatesOf(machine).TreeAsync(machine.Record, cancel))));

    /// <summary>Takes a snapshot of each machine; of those inside one of them it is that one's.</summary>
    /// <returns>How long all of them stood still, when they were taken together.</returns>
    /// <exception cref="CroftException">The name is no name, or is taken; a machine that is off has no memory.</exception>
    public static async Task<TimeSpan?> CreateAsync(
        OpenFarm openFarm,
        IReadOnlyList<ExistingMachine> machines,
        string name,
        TakeOptions options,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        if (!NameRule().IsMatch(name))
            throw CroftException.Usage($"\"{name}\" is no name of a snapshot", "write letters, digits and -, at most 40");
        machines = FarmDown.Outermost(openFarm, machines);
        if (options.Keep == Keep.Memory && machines.FirstOrDefault(m => !m.State.IsOn) is { } off)
            throw CroftException.Usage(
                $"machine \"{off.Record.Name}\" is off and has no memory to keep",
                $"croft start {off.Record.Name}, or leave out --memory"
            );
        await Task.WhenAll([
            CheckAsync(openFarm, machines, StateUse.Leave, cancel),
            .. machines.Select(machine => RefuseTakenAsync(openFarm, machine, name, cancel)),
            .. machines.Select(m =>
                CheckAsync(
                    openFarm,
                    [m],
                    SnapshotGroup.KeepsMemory(openFarm, options.Keep, m) ? StateUse.KeepMemory : StateUse.KeepDisks,
                    cancel
                )
            ),
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
        if (await openFarm.StatesOf(machine).HasAsync(machine.Record.Id, name, cancel))
            throw CroftException.Usage(
                $"machine \"{machine.Record.Name}\" has a snapshot \"{name}\" already",
                $"croft snapshot delete {name}, croft snapshot commit {name}, or another name"
            );
    }

    /// <summary>
    /// What is defined otherwise now than when the snapshot was taken, as lines of the definition that went (<c>-</c>) and came (<c>+</c>).
    /// </summary>
    public static async Task<IReadOnlyList<string>> DifferencesAsync(
        OpenFarm openFarm,
        IReadOnlyList<ExistingMachine> machines,
        string name,
        CancellationToken cancel
    )
    {
        var lines = new List<string>();
        foreach (var (machine, tree) in await TreesAsync(openFarm, FarmDown.Outermost(openFarm, machines), cancel))
        {
            if (Find(machine, tree, name) is { } snapshot && !snapshot.IsDefinedAs(machine.Record))
                lines.AddRange([
                    $"{machine.Record.Name}:",
                    .. (await openFarm.StatesOf(machine).DifferencesAsync(machine.Record.Id, snapshot.Id, cancel)).Select(l => "  " + l),
                ]);
        }

        return lines;
    }

    /// <summary>
    /// Puts machines back to a snapshot, running where it holds memory or where they run now. Their present state is lost; those inside one
    /// of them go back with it.
    /// </summary>
    /// <param name="withDefinition">Bring back the definition of then, too, where it is another one now.</param>
    /// <exception cref="CroftException">A machine has no such snapshot, or it is not whole, or the machine is defined otherwise than it was
    /// then.</exception>
    public static async Task RestoreAsync(
        OpenFarm openFarm,
        IReadOnlyList<ExistingMachine> machines,
        string name,
        bool withDefinition,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        machines = FarmDown.Outermost(openFarm, machines);
        var chosen = (await TreesAsync(openFarm, machines, cancel))
            .Select(m => (m.Machine, m.Tree, Snapshot: Find(m.Machine, m.Tree, name)))
            .ToList();
        foreach (var (machine, _, snapshot) in chosen.Where(s => !s.Tree.IsForeign(s.Snapshot)))
        {
            await CheckAsync(openFarm, [machine], StateUse.Leave, cancel);
            CheckFits(machine.Record, snapshot, withDefinition);
        }

        var states = await Task.WhenAll(chosen.Select(s => openFarm.StatesOf(s.Machine).OpenAsync(s.Snapshot.Id, journal, cancel)));
        var claiming = chosen.Where(s => !s.Machine.State.IsOn && s.Snapshot.HasMemory).Select(s => s.Machine).ToList();
        try
        {
            foreach (var machine in claiming)
                await Start(openFarm, machine, journal).ClaimAsync(machine.Record, cancel);
            foreach (var machine in machines)
                await openFarm.LeaveAsync(machine.Record.Name, cancel);
            var records = await Task.WhenAll(
                chosen.Zip(states, (s, state) => PutBackAsync(openFarm, s.Machine, s.Snapshot, state, withDefinition, journal, cancel))
            );
            await WriteSshConfigAsync(openFarm, cancel);
            await Task.WhenAll(
                chosen.Zip(states).Zip(records, (s, record) => GoOnAsync(openFarm, s.First.Machine, record, s.Second, journal, cancel))
            );
        }
        catch
        {
            foreach (var machine in claiming)
                await Start(openFarm, machine, journal).GiveUpAsync(machine.Record);
            throw;
        }
    }

    static void CheckFits(MachineRecord machine, KeptState snapshot, bool withDefinition)
    {
        var name = snapshot.Name;
        if (!snapshot.Missing.IsEmpty)
            throw CroftException.World(
                $"snapshot \"{name}\" of machine \"{machine.Name}\" is not whole: {string.Join(", ", snapshot.Missing)} is gone",
                $"croft snapshot delete {name} {machine.Name}"
            );
        if (!withDefinition && machine.LackOfDisk is var (message, hint))
            throw CroftException.Usage(message, hint);
        if (!withDefinition && !snapshot.IsDefinedAs(machine))
            throw CroftException.Usage(
                $"the definition of machine \"{machine.Name}\" changed since \"{name}\" was taken",
                "--with-definition shows the difference and brings the old definition back too"
            );
    }

    /// <summary>Lets a machine go on that was put on a snapshot. While its guest comes, what it was before is removed.</summary>
    static async Task GoOnAsync(
        OpenFarm openFarm,
        ExistingMachine machine,
        MachineRecord record,
        IKeptState state,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        var settling = Task.CompletedTask;
        try
        {
            if (state.HasMemory || machine.State.IsOn)
                await Start(openFarm, machine, journal).RunAsync(record, StartAsync, state.HasMemory, cancel);
            else
                settling = SettleAsync(openFarm, machine, journal, cancel);
        }
        finally
        {
            await settling;
        }

        async Task StartAsync()
        {
            await (state.HasMemory ? state.StartAsync(record, cancel) : openFarm.Engine(machine.Hypervisor).StartAsync(record.Id, cancel));
            settling = SettleAsync(openFarm, machine, journal, cancel);
        }
    }

    /// <summary>
    /// Forgets a snapshot, or a layer, of each machine that has it. What others stand on stays, hidden, as long as it is more than one.
    /// </summary>
    /// <param name="subtree">Forget all that stand on it, too.</param>
    public static async Task DeleteAsync(
        OpenFarm openFarm,
        IReadOnlyList<ExistingMachine> machines,
        string name,
        bool subtree,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        var chosen = (await TreesAsync(openFarm, machines, cancel)).Where(m => m.Tree.Find(name) is not null).ToList();
        if (chosen.Count == 0)
            throw CroftException.Usage($"there is no snapshot \"{name}\"", "croft snapshot list shows what there is");
        foreach (var (machine, tree) in chosen)
        {
            var snapshot = tree.Find(name)!;
            foreach (var going in subtree && !tree.IsForeign(snapshot) ? tree.SubtreeOf(snapshot) : [snapshot])
                await openFarm.StatesOf(machine).DropAsync(going.Id, journal, cancel);
            await SettleAsync(openFarm, machine, journal, cancel);
        }
    }

    /// <summary>
    /// Folds what machines have become since a snapshot into it: the snapshot is now their present state. One that kept disks is taken with
    /// the machine shut down, which then starts again.
    /// </summary>
    /// <exception cref="CroftException">Something else stands on the snapshot, or the machine does not stand on it directly.</exception>
    public static async Task CommitAsync(
        OpenFarm openFarm,
        IReadOnlyList<ExistingMachine> machines,
        string name,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        var chosen = (await TreesAsync(openFarm, machines, cancel))
            .Select(m => (m.Machine, m.Tree, Snapshot: Find(m.Machine, m.Tree, name)))
            .ToList();
        foreach (var (machine, tree, snapshot) in chosen)
        {
            var what = $"snapshot \"{name}\" of machine \"{machine.Record.Name}\"";
            await CheckAsync(openFarm, [machine], StateUse.Leave, cancel);
            if (snapshot.Key is not null)
                throw CroftException.Usage(
                    $"{what} is a layer, which only a run makes",
                    "croft snapshot create NAME keeps the present state"
                );
            if (snapshot.UsedBy is { Length: > 0 } users)
                throw CroftException.Usage(
                    $"{what} cannot change: {string.Join(", ", users)} {(users.Length == 1 ? "is" : "are")} based on it",
                    "croft snapshot tree shows how; delete them first, or create another snapshot"
                );
            if (!snapshot.IsCurrent)
                throw CroftException.Usage(
                    $"machine \"{machine.Record.Name}\" is not based on \"{name}\"",
                    "croft snapshot tree shows where it stands"
                );
            await CheckAsync(
                openFarm,
                [machine],
                KeptBy(machine, snapshot) == Keep.Memory ? StateUse.KeepMemory : StateUse.KeepDisks,
                cancel
            );
        }

        await WriteSshConfigAsync(openFarm, cancel);
        await Task.WhenAll(
            chosen.Select(async s =>
            {
                await TakeAsync(openFarm, s.Machine, name, KeptBy(s.Machine, s.Snapshot), s.Snapshot, journal, cancel);
                await SettleAsync(openFarm, s.Machine, journal, cancel);
            })
        );
    }

    static Keep KeptBy(ExistingMachine machine, KeptState committed) =>
        committed.HasMemory && machine.State.IsOn ? Keep.Memory : Keep.Offline;

    /// <param name="replaced">The snapshot whose place the new one takes.</param>
    static async Task TakeAsync(
        OpenFarm openFarm,
        ExistingMachine machine,
        string name,
        Keep keep,
        KeptState? replaced,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        var engine = openFarm.Engine(machine.Hypervisor);
        var stopped = keep == Keep.Offline && machine.State.IsOn;
        if (stopped)
            await new MachineStop(openFarm, engine, machine.Record, text => journal.Note(machine.Record.Name, "shutdown", text)).RunAsync(
                cancel
            );
        try
        {
            await new SnapshotGroup(openFarm, [machine], keep, journal).TakeAsync(name, standStill: false, cancel);
            if (replaced is not null)
                await openFarm.StatesOf(machine).DropAsync(replaced.Id, journal, cancel);
            if (!stopped)
                return;
            await openFarm.StatesOf(machine).TidyAsync(machine.Record, journal, cancel); // more can be merged while it is off
        }
        catch when (stopped)
        {
            await Start(openFarm, machine, journal).GoOnAsync(machine.Record.Id);
            throw;
        }

        await Start(openFarm, machine, journal).RunAsync(await engine.RecordAsync(machine.Record.Id, cancel), cancel);
    }

    /// <summary>Switches a machine off and puts it on a snapshot.</summary>
    static async Task<MachineRecord> PutBackAsync(
        OpenFarm openFarm,
        ExistingMachine machine,
        KeptState snapshot,
        IKeptState state,
        bool withDefinition,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        var closing = openFarm.GuestOf(machine)?.CloseAsync(cancel) ?? Task.CompletedTask;
        var now = openFarm.Settings.Clock.GetUtcNow();
        var putting = state.PutBackAsync(
            state.Record with
            {
                Owner = machine.Record.Owner,
                Folder = machine.Record.Folder,
                Nics = snapshot.IsDefinedAs(machine.Record) ? machine.Record.Nics : state.Record.Nics,
                InUse = "snapshot restore",
                Run = journal.Folder.Id,
                Claim = state.HasMemory || machine.State.IsOn ? new(now, now, IsFirst: false) : null,
            },
            withDefinition,
            cancel
        );
        await Task.WhenAll(closing, putting);
        return await putting;
    }

    /// <summary>After each change: what nobody needs any more goes, and everything that is left is checked.</summary>
    static Task SettleAsync(OpenFarm openFarm, ExistingMachine machine, RunJournal journal, CancellationToken cancel) =>
        openFarm.StatesOf(machine).SettleAsync(machine.Record, journal, cancel);

    static KeptState Find(ExistingMachine machine, StateTree tree, string name) =>
        tree.Find(name)
        ?? throw CroftException.Usage(
            $"machine \"{machine.Record.Name}\" has no snapshot \"{name}\"",
            "croft snapshot list shows what there is"
        );

    /// <summary>Refuses what would be lost or could not be kept whole.</summary>
    internal static async Task CheckAsync(OpenFarm openFarm, IEnumerable<ExistingMachine> machines, StateUse use, CancellationToken cancel)
    {
        foreach (var machine in machines)
        {
            if (use != StateUse.Leave || openFarm.Engine(machine.Hypervisor).States is not null)
                await openFarm.StatesOf(machine).CheckAsync(machine.Record.Id, use, cancel);
        }
    }

    /// <summary>For guests that start: earlier commands may have been about others.</summary>
    static async Task WriteSshConfigAsync(OpenFarm openFarm, CancellationToken cancel) =>
        openFarm.WriteSshConfig(await openFarm.ListOwnAsync(cancel));

    static PlainStart Start(OpenFarm openFarm, ExistingMachine machine, RunJournal journal) =>
        new(openFarm, openFarm.Engine(machine.Hypervisor), text => journal.Note(machine.Record.Name, "start", text));

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9-]{0,39}$")]
    private static partial Regex NameRule();
}
