using System.Diagnostics;
using Croft.Engines;
using Croft.Journal;
using Croft.Snapshots;

namespace Croft.Lifecycle;

/// <summary>Machines of which a snapshot is taken: prepared, frozen, finished; all or none.</summary>
sealed class SnapshotGroup(OpenFarm openFarm, IReadOnlyList<ExistingMachine> machines, Keep keep, RunJournal journal)
{
    /// <summary>Takes the snapshots. Returns how long the machines stood still when they had to.</summary>
    /// <param name="standStill">Stop the processors of all of them meanwhile, so that all are of one instant.</param>
    public async Task<TimeSpan?> TakeAsync(string name, bool standStill, CancellationToken cancel)
    {
        var told = standStill;
        standStill |= keep == Keep.Disks && machines.Any(m => IsRunning(m) && m.Record.Nvram is not null); // nothing else keeps the guest from its variables
        var pending = await PrepareAsync(name, cancel);
        var held = await CanHoldWritesAsync(cancel);
        var paused = new List<ExistingMachine>();
        var clock = Stopwatch.StartNew();
        try
        {
            if (standStill)
            {
                await AllAsync(held.Select(m => Engine(m).HoldWritesAsync(m.State.Name, cancel))); // a guest that stands still could not any more
                await Task.WhenAll(machines.Where(IsRunning).Select(async machine =>
                {
                    await Engine(machine).PauseAsync(machine.State.Name, CancellationToken.None);
                    lock (paused)
                        paused.Add(machine);
                }));
            }

            await AllAsync(pending.Zip(machines, (pending, machine) => pending.FreezeAsync(!standStill && held.Contains(machine), cancel)));
        }
        catch
        {
            await AllAsync(pending.Select(t => t.AbandonAsync()));
            throw;
        }
        finally
        {
            await AllAsync(paused.Select(m => Engine(m).ResumeAsync(m.State.Name, CancellationToken.None)));
            clock.Stop();
            await AllAsync(held.Where(_ => standStill).Select(m => Engine(m).ReleaseWritesAsync(m.State.Name, CancellationToken.None)));
        }

        await AllAsync(pending.Select(t => t.FinishAsync()));
        return told ? clock.Elapsed : null;
    }

    async Task<IReadOnlyList<PendingSnapshot>> PrepareAsync(string name, CancellationToken cancel)
    {
        var pending = new List<PendingSnapshot>();
        try
        {
            foreach (var machine in machines)
            {
                var store = new SnapshotStore(Engine(machine), journal, openFarm.Settings.Clock);
                pending.Add(await store.PrepareAsync(machine.Record, name, null, null, KeepsMemory(keep, machine), cancel));
            }

            return pending;
        }
        catch
        {
            await AllAsync(pending.Select(t => t.AbandonAsync()));
            throw;
        }
    }

    /// <summary>Whether a machine's memory is kept.</summary>
    public static bool KeepsMemory(Keep keep, ExistingMachine machine) => keep == Keep.Memory || (keep == Keep.Present && machine.State.IsOn);

    /// <summary>Machines whose agents can hold all writes; where there is none, what the guest has not written yet is at least written now, and the journal says so.</summary>
    async Task<IReadOnlySet<ExistingMachine>> CanHoldWritesAsync(CancellationToken cancel)
    {
        var able = new HashSet<ExistingMachine>();
        foreach (var machine in machines.Where(m => keep == Keep.Disks && IsRunning(m)))
        {
            if (await Engine(machine).HasAgentAsync(machine.State.Name, cancel))
            {
                able.Add(machine);
                continue;
            }

            journal.Note(machine.Record.Name, "snapshot", "its file systems are not frozen, since no guest agent answers: the disks are as after a power cut");
            if (openFarm.GuestOf(machine) is { } guest)
                await guest.SyncAsync(cancel);
        }

        return able;
    }

    /// <summary>Waits for all of them to end, also when one fails.</summary>
    static Task AllAsync(IEnumerable<Task> tasks) => Task.WhenAll([.. tasks]);

    IEngine Engine(ExistingMachine machine) => openFarm.Engine(machine.Hypervisor);

    static bool IsRunning(ExistingMachine machine) => machine.State.Power == PowerState.Running;
}
