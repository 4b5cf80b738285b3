using System.Text.RegularExpressions;
using Croft.Engines;
using Croft.Guests;
using Croft.Journal;
using Croft.Snapshots;

namespace Croft.Lifecycle;

/// <summary>A snapshot and where it is.</summary>
/// <param name="Volume">Its manifest's volume.</param>
public sealed record PlacedSnapshot(Placed Machine, string Volume, Snapshot Snapshot);

/// <summary>Snapshots of machines as the user asks for them.</summary>
public static partial class FarmSnapshots
{
    /// <summary>Takes a snapshot of each machine: with memory where it runs, unless only disks are asked for.</summary>
    /// <param name="offline">Shut a running machine down first and start it again, and keep its disks only.</param>
    /// <exception cref="CroftException">The name is no name, or is taken.</exception>
    public static async Task CreateAsync(Controller controller, IReadOnlyList<Placed> machines, string name, bool offline, RunJournal journal, CancellationToken cancel)
    {
        CheckName(name);
        if ((await ListAsync(controller, machines, cancel)).FirstOrDefault(s => s.Snapshot.Name == name && s.Snapshot.Key is null) is { } taken)
            throw CroftException.Usage($"machine \"{taken.Machine.Record.Name}\" has a snapshot \"{name}\" already", $"croft snapshot delete {name}, or another name");
        await Task.WhenAll(machines.Select(machine => TakeAsync(controller, machine, name, offline, journal, cancel)));
    }

    /// <summary>All snapshots of these machines, layers too, oldest first.</summary>
    public static async Task<IReadOnlyList<PlacedSnapshot>> ListAsync(Controller controller, IEnumerable<Placed> machines, CancellationToken cancel)
    {
        var found = await Task.WhenAll(machines.Select(async machine =>
            (await new SnapshotReader(controller.Engine(machine.Hypervisor)).ListAsync(machine.Record, cancel)).Select(s => new PlacedSnapshot(machine, s.Volume, s.Snapshot))));
        return [.. found.SelectMany(f => f)];
    }

    /// <summary>Puts machines back to a snapshot, running where it holds memory or where they run now. Their present state is lost.</summary>
    /// <exception cref="CroftException">A machine has no such snapshot, or is defined otherwise than it was then.</exception>
    public static async Task RestoreAsync(Controller controller, IReadOnlyList<Placed> machines, string name, RunJournal journal, CancellationToken cancel)
    {
        var snapshots = await ListAsync(controller, machines, cancel);
        var chosen = machines.Select(m => snapshots.LastOrDefault(s => s.Machine == m && s.Snapshot.Name == name)
            ?? throw CroftException.Usage($"machine \"{m.Record.Name}\" has no snapshot \"{name}\"", "croft snapshot list shows what there is")).ToList();
        if (chosen.FirstOrDefault(s => s.Snapshot.Record.HardwareDigest != s.Machine.Record.HardwareDigest || s.Snapshot.Record.DiskDigest != s.Machine.Record.DiskDigest) is { } other)
            throw CroftException.Usage($"machine \"{other.Machine.Record.Name}\" is defined otherwise than when \"{name}\" was taken", "give the farm file its definition of then, and croft up");
        controller.WriteSshConfig(chosen.Select(s => s.Snapshot.Record));
        await Task.WhenAll(chosen.Select(s => RestoreAsync(controller, s, journal, cancel)));
    }

    /// <summary>Forgets a snapshot; its disks stay as long as anything stands on them.</summary>
    public static async Task DeleteAsync(Controller controller, IReadOnlyList<Placed> machines, string name, RunJournal journal, CancellationToken cancel)
    {
        var chosen = (await ListAsync(controller, machines, cancel)).Where(s => s.Snapshot.Name == name).ToList();
        if (chosen.Count == 0)
            throw CroftException.Usage($"there is no snapshot \"{name}\"", "croft snapshot list shows what there is");
        foreach (var snapshot in chosen)
            await Store(controller, snapshot.Machine, journal).DropAsync(snapshot.Machine.Record, snapshot.Volume, cancel);
    }

    static async Task TakeAsync(Controller controller, Placed machine, string name, bool offline, RunJournal journal, CancellationToken cancel)
    {
        var record = machine.Record;
        var domain = machine.State.Name;
        var engine = controller.Engine(machine.Hypervisor);
        var running = machine.State.Power is PowerState.Running or PowerState.Paused;
        var guest = controller.GuestOf(record);
        if (running && offline)
            await new MachineStop(controller, engine, record, text => journal.Note(record.Name, "shutdown", text)).RunAsync(cancel);
        else if (machine.State.Power == PowerState.Running && guest is not null)
            await guest.SyncAsync(cancel);
        await Store(controller, machine, journal).TakeAsync(record, name, null, SnapshotStore.VolumeOf(record, name), running && !offline, cancel);
        if (running && offline)
            await engine.StartAsync(domain, cancel);
        else if (machine.State.Power == PowerState.Running && guest is not null)
            await guest.TryReadyAsync(controller.Surroundings.Clock, cancel);
    }

    static async Task RestoreAsync(Controller controller, PlacedSnapshot chosen, RunJournal journal, CancellationToken cancel)
    {
        var (machine, snapshot) = (chosen.Machine, chosen.Snapshot);
        var engine = controller.Engine(machine.Hypervisor);
        var guest = controller.GuestOf(snapshot.Record);
        if (guest is not null)
            await guest.CloseAsync(cancel);
        await engine.PowerOffAsync(machine.State.Name, cancel);
        var store = Store(controller, machine, journal);
        var record = snapshot.Record with { Disks = await store.OverlaysAsync(snapshot, cancel), Held = "snapshot restore", Run = journal.Folder.Id };
        await engine.SwitchDisksAsync(machine.State.Name, [.. record.Disks.Select(d => d.Volume)], cancel);
        await engine.WriteRecordAsync(record, cancel);
        if (snapshot.Memory is { } memory)
            await engine.RestoreAsync(record, memory, cancel);
        else if (machine.State.Power == PowerState.Running)
            await engine.StartAsync(machine.State.Name, cancel);
        if (guest is not null && (snapshot.Memory is not null || machine.State.Power == PowerState.Running))
            await WaitAsync(controller, machine, guest, snapshot.Memory is not null, journal, cancel);
        await store.TidyAsync(record, cancel);
    }

    static async Task WaitAsync(Controller controller, Placed machine, Guest guest, bool running, RunJournal journal, CancellationToken cancel)
    {
        using var readiness = new Readiness(guest, new(Farms.WaitKind.Ssh), controller.Surroundings.Clock, text => journal.Note(machine.Record.Name, "restore", text), () => Task.FromResult(""));
        using var watch = controller.Engine(machine.Hypervisor).Watch(machine.State.Name, readiness.Signal);
        await readiness.WaitAsync(running, TimeSpan.FromMinutes(10), cancel);
    }

    static SnapshotStore Store(Controller controller, Placed machine, RunJournal journal) => new(controller.Engine(machine.Hypervisor), journal, controller.Surroundings.Clock);

    static void CheckName(string name)
    {
        if (!NameRule().IsMatch(name))
            throw CroftException.Usage($"\"{name}\" is no name of a snapshot", "write letters, digits and -, at most 40");
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9-]{0,39}$")]
    private static partial Regex NameRule();
}
