using System.Diagnostics;
using Croft.Engines;
using Croft.Guests;
using Croft.Journal;

namespace Croft.Lifecycle;

/// <summary>Machines of which a snapshot is taken: prepared, frozen, finished; all or none.</summary>
sealed class SnapshotGroup(OpenFarm openFarm, IReadOnlyList<ExistingMachine> machines, Keep keep, RunJournal journal)
{
    /// <summary>Takes the snapshots. Returns how long the machines stood still when they had to.</summary>
    /// <param name="standStill">Stop the processors of all of them meanwhile, so that all are of one instant.</param>
    public async Task<TimeSpan?> TakeAsync(string name, bool standStill, CancellationToken cancel)
    {
        var told = standStill;
        var pending = await PrepareAsync(name, cancel);
        standStill |= pending.Any(p => p.MustStandStill);
        await WriteOutAsync(pending, cancel);
        var clock = Stopwatch.StartNew();
        try
        {
            if (standStill)
            {
                await AllAsync(pending.Select(p => p.HoldWritesAsync(cancel)));
                await AllAsync(pending.Select(p => p.StandStillAsync()));
            }

            await AllAsync(pending.Select(p => p.FreezeAsync(cancel)));
        }
        catch
        {
            await AllAsync(pending.Select(p => p.AbandonAsync()));
            throw;
        }
        finally
        {
            await AllAsync(pending.Select(p => p.GoOnAsync()));
            clock.Stop();
            await AllAsync(pending.Select(p => p.ReleaseWritesAsync()));
        }

        await AllAsync(pending.Select(p => p.FinishAsync()));
        return told ? clock.Elapsed : null;
    }

    async Task<IReadOnlyList<IPendingState>> PrepareAsync(string name, CancellationToken cancel)
    {
        var pending = new List<IPendingState>();
        try
        {
            foreach (var machine in machines)
                pending.Add(
                    await openFarm
                        .StatesOf(machine)
                        .PrepareAsync(machine.Record, new(name), KeepsMemory(openFarm, keep, machine), journal, cancel)
                );
            return pending;
        }
        catch
        {
            await AllAsync(pending.Select(p => p.AbandonAsync()));
            throw;
        }
    }

    /// <summary>Whether a machine's memory is kept.</summary>
    public static bool KeepsMemory(OpenFarm openFarm, Keep keep, ExistingMachine machine) =>
        keep == Keep.Memory
        || keep == Keep.Present && machine.State.IsOn && openFarm.Engine(machine.Hypervisor).Can.States == StateKind.Memory;

    /// <summary>
    /// Where a guest cannot hold all writes, what it has not written yet is at least written now, and the journal says so.
    /// </summary>
    async Task WriteOutAsync(IEnumerable<IPendingState> pending, CancellationToken cancel)
    {
        foreach (
            var (machine, _) in machines
                .Zip(pending)
                .Where(p => keep == Keep.Disks && p.First.State.Power == PowerState.Running && !p.Second.CanHoldWrites)
        )
        {
            journal.Note(
                machine.Record.Name,
                "snapshot",
                "its file systems are not frozen, since no guest agent answers: the disks are as after a power cut"
            );
            if (openFarm.GuestOf(machine) is { } guest && await guest.SyncAsync(cancel) is { } refusal)
                journal.Note(machine.Record.Name, "snapshot", $"{IGuest.Unwritten}: {refusal}");
        }
    }

    /// <summary>Waits for all of them to end, also when one fails.</summary>
    static Task AllAsync(IEnumerable<Task> tasks) => Task.WhenAll([.. tasks]);
}
