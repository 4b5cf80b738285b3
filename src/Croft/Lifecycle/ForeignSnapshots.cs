using Croft.Engines;
using Croft.Journal;
using Croft.Snapshots;

namespace Croft.Lifecycle;

/// <summary>
/// What Croft does with snapshots that others made of its machines, with virsh: those inside the machine's disks it restores and deletes by libvirt's own means;
/// it never moves a machine away from the disks that they are in, and leaves alone those with files of their own.
/// </summary>
static class ForeignSnapshots
{
    /// <summary>Refuses to put machines on other disks, which would cut off the snapshots that are in those of now.</summary>
    /// <exception cref="CroftException">A machine has such snapshots: names them.</exception>
    public static async Task RefuseAsync(OpenFarm openFarm, IEnumerable<ExistingMachine> machines, CancellationToken cancel)
    {
        foreach (var machine in machines)
            Refuse(machine, [.. await openFarm.Engine(machine.Hypervisor).ForeignSnapshotsAsync(machine.State.Name, cancel)]);
    }

    /// <inheritdoc cref="RefuseAsync"/>
    public static void Refuse(ExistingMachine machine, IReadOnlyList<ForeignSnapshot> snapshots)
    {
        if (snapshots is [.., var last])
            throw CroftException.Usage(
                $"machine \"{machine.Record.Name}\" has {(snapshots.Count == 1 ? "a snapshot" : "snapshots")} made by virsh, {string.Join(", ", snapshots.Select(s => s.Name))}, which would be cut off",
                last.Inside ? $"croft snapshot delete {last.Name} removes one, croft snapshot restore {last.Name} goes back to it" : HintOfDelete(machine, last));
    }

    /// <summary>Puts a machine back to one, running where it holds memory or where it runs now.</summary>
    public static async Task RestoreAsync(OpenFarm openFarm, ExistingMachine machine, ForeignSnapshot snapshot, RunJournal journal, CancellationToken cancel)
    {
        CheckInside(machine, snapshot, $"virsh snapshot-revert {machine.State.Name} {snapshot.Name}");
        var engine = openFarm.Engine(machine.Hypervisor);
        var start = new PlainStart(openFarm, engine, text => journal.Note(machine.Record.Name, "start", text));
        if (snapshot.Memory && !machine.State.IsOn)
            await start.ClaimAsync(machine.Record, cancel);
        if (openFarm.GuestOf(machine) is { } guest)
            await guest.CloseAsync(cancel);
        journal.Intent("revert", "domain", $"{machine.State.Name} to {snapshot.Name}", engine.Name, machine.Record.Name);
        await engine.PowerOffAsync(machine.State.Name, cancel); // libvirt would do so within the revert, which looks as if the guest had stopped
        if (snapshot.Memory)
        {
            await start.RunAsync(machine.Record, () => engine.RevertAsync(machine.State.Name, snapshot.Name, cancel), running: true, cancel);
            return;
        }

        await engine.RevertAsync(machine.State.Name, snapshot.Name, cancel);
        if (machine.State.IsOn)
            await start.RunAsync(machine.Record, cancel);
    }

    /// <summary>Deletes one.</summary>
    public static Task DeleteAsync(OpenFarm openFarm, ExistingMachine machine, ForeignSnapshot snapshot, RunJournal journal, CancellationToken cancel)
    {
        CheckInside(machine, snapshot, HintOfDelete(machine, snapshot));
        var engine = openFarm.Engine(machine.Hypervisor);
        journal.Intent("remove", "snapshot", snapshot.Name, engine.Name, machine.Record.Name);
        return engine.DeleteForeignAsync(machine.State.Name, snapshot.Name, cancel);
    }

    /// <summary>The one of that name; null when there is none.</summary>
    public static ForeignSnapshot? Find(SnapshotTree tree, string name) => tree.Foreign.FirstOrDefault(s => s.Name == name);

    static string HintOfDelete(ExistingMachine machine, ForeignSnapshot snapshot) =>
        $"virsh snapshot-delete {machine.State.Name} {snapshot.Name}; where libvirt cannot, virsh blockcommit merges its files and --metadata forgets it";

    static void CheckInside(ExistingMachine machine, ForeignSnapshot snapshot, string instead)
    {
        if (!snapshot.Inside)
            throw CroftException.Usage($"snapshot \"{snapshot.Name}\" of machine \"{machine.Record.Name}\" was made by virsh in files of its own, which Croft leaves alone", instead);
    }
}
