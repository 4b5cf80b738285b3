using Croft.Journal;

namespace Croft.Engines.Libvirt.States;

/// <summary>
/// A snapshot that others made of a machine, with virsh. One inside the machine's disks is restored and deleted by libvirt's own means; a
/// machine is never moved
/// away from the disks that it is in. One with files of its own is left alone.
/// </summary>
sealed class ForeignState(ILibvirtHost host, MachineId machine, ForeignSnapshot snapshot, MachineRecord record, RunJournal journal)
    : IKeptState
{
    const string Mark = "virsh ";

    public bool HasMemory => snapshot.Memory;

    public MachineRecord Record => record;

    public static StateId IdOf(MachineId machine, string name) => new(machine, Mark + name);

    /// <summary>Null where it is Croft's.</summary>
    public static string? NameOf(StateId state) => state.Name.StartsWith(Mark, StringComparison.Ordinal) ? state.Name[Mark.Length..] : null;

    public static async Task<IKeptState?> FindAsync(
        ILibvirtHost host,
        MachineId machine,
        string name,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        if ((await host.ForeignSnapshotsAsync(machine.ToString(), cancel)).FirstOrDefault(s => s.Name == name) is not { } snapshot)
            return null;
        CheckInside(machine, snapshot, $"virsh snapshot-revert {machine} {name}");
        return new ForeignState(host, machine, snapshot, await host.RecordAsync(machine.ToString(), cancel), journal);
    }

    public static async Task DeleteAsync(ILibvirtHost host, MachineId machine, string name, RunJournal journal, CancellationToken cancel)
    {
        foreach (var snapshot in (await host.ForeignSnapshotsAsync(machine.ToString(), cancel)).Where(s => s.Name == name))
            CheckInside(machine, snapshot, HintOfDelete(machine, snapshot));
        journal.Intent("remove", "snapshot", name, host.Name, machine.Name);
        await host.DeleteForeignAsync(machine.ToString(), name, cancel);
    }

    /// <summary>Refuses to put a machine on other disks, which would cut off the snapshots that are in those of now.</summary>
    public static void Refuse(MachineId machine, IReadOnlyList<ForeignSnapshot> snapshots)
    {
        if (snapshots is [.., var last])
            throw CroftException.Usage(
                $"machine \"{machine.Name}\" has {(snapshots.Count == 1 ? "a snapshot" : "snapshots")} made by virsh, {string.Join(", ", snapshots.Select(s => s.Name))}, which would be cut off",
                last.Inside
                    ? $"croft snapshot delete {last.Name} removes one, croft snapshot restore {last.Name} goes back to it"
                    : HintOfDelete(machine, last)
            );
    }

    /// <summary>Refuses to make disks larger of which others keep snapshots, which are of the size of now.</summary>
    public static void RefuseToGrow(MachineId machine, IReadOnlyList<ForeignSnapshot> snapshots)
    {
        if (snapshots.Count > 0)
            throw CroftException.Usage(
                $"the disks of machine \"{machine.Name}\" cannot grow: they have a snapshot made by virsh, {snapshots[^1].Name}",
                $"croft snapshot delete {snapshots[^1].Name} removes it"
            );
    }

    public async Task<MachineRecord> PutBackAsync(MachineRecord record, bool withDefinition, CancellationToken cancel)
    {
        journal.Intent("revert", "domain", $"{machine} to {snapshot.Name}", host.Name, machine.Name);
        // Libvirt would do so within the revert, which looks as if the guest had stopped.
        await host.PowerOffAsync(machine.ToString(), cancel);
        if (!HasMemory)
            await StartAsync(record, cancel);
        if (record.Claim is not null)
            await host.WriteRecordAsync(record, cancel);
        return record;
    }

    /// <summary>libvirt's revert brings the definition of then, and runs where it holds memory.</summary>
    public Task StartAsync(MachineRecord record, CancellationToken cancel) => host.RevertAsync(machine.ToString(), snapshot.Name, cancel);

    public Task<MachineChange> PutAsync(MachineDefinition machine, CancellationToken cancel) => throw new NotSupportedException();

    public Task<MachineChange> ForkAsync(MachineRecord record, Guid uuid, SeedFiles seed, CancellationToken cancel) =>
        throw new NotSupportedException();

    public Task StartForkAsync(MachineRecord record, Guid uuid, Func<Task> identify, CancellationToken cancel) =>
        throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    static string HintOfDelete(MachineId machine, ForeignSnapshot snapshot) =>
        $"virsh snapshot-delete {machine} {snapshot.Name}; where libvirt cannot, virsh blockcommit --shallow merges its files and --metadata forgets it";

    static void CheckInside(MachineId machine, ForeignSnapshot snapshot, string instead)
    {
        if (!snapshot.Inside)
            throw CroftException.Usage(
                $"snapshot \"{snapshot.Name}\" of machine \"{machine.Name}\" was made by virsh in files of its own, which Croft leaves alone",
                instead
            );
    }
}
