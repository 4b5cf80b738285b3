using System.Diagnostics;
using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Journal;
using Croft.Snapshots;

namespace Croft.Lifecycle;

/// <summary>Machines of which a snapshot is taken: prepared, frozen, finished; all or none.</summary>
sealed class SnapshotGroup(Controller controller, IReadOnlyList<Placed> machines, Keep keep, RunJournal journal)
{
    /// <summary>Takes the snapshots. Returns how long the machines stood still when they had to.</summary>
    /// <param name="standStill">Stop the processors of all of them meanwhile, so that all are of one instant.</param>
    public async Task<TimeSpan?> TakeAsync(string name, bool standStill, CancellationToken cancel)
    {
        var takings = await PrepareAsync(name, cancel);
        var held = keep == Keep.Disks ? await HoldWritesAsync(cancel) : [];
        var paused = new List<Placed>();
        var clock = Stopwatch.StartNew();
        try
        {
            if (standStill)
                await Task.WhenAll(machines.Where(IsRunning).Select(async machine =>
                {
                    await Engine(machine).PauseAsync(machine.State.Name, CancellationToken.None);
                    lock (paused)
                        paused.Add(machine);
                }));
            await AllAsync(takings.Select(t => t.FreezeAsync(cancel)));
        }
        catch
        {
            await AllAsync(takings.Select(t => t.AbandonAsync()));
            throw;
        }
        finally
        {
            await AllAsync(paused.Select(m => Engine(m).ResumeAsync(m.State.Name, CancellationToken.None)));
            clock.Stop();
            await AllAsync(held.Select(m => Engine(m).ReleaseWritesAsync(m.State.Name, CancellationToken.None)));
        }

        foreach (var taking in takings)
            await taking.FinishAsync();
        return standStill ? clock.Elapsed : null;
    }

    async Task<IReadOnlyList<Taking>> PrepareAsync(string name, CancellationToken cancel)
    {
        var takings = new List<Taking>();
        try
        {
            foreach (var machine in machines)
            {
                var memory = keep == Keep.Memory || keep == Keep.Present && machine.State.Power is PowerState.Running or PowerState.Paused;
                takings.Add(await new SnapshotStore(Engine(machine), journal, controller.Surroundings.Clock).PrepareAsync(machine.Record, name, null, null, memory, cancel));
            }

            return takings;
        }
        catch
        {
            await AllAsync(takings.Select(t => t.AbandonAsync()));
            throw;
        }
    }

    /// <summary>By the guests' agents; where there is none, what the guest has not written yet is at least written now, and the journal says so.</summary>
    async Task<IReadOnlyList<Placed>> HoldWritesAsync(CancellationToken cancel)
    {
        var held = new List<Placed>();
        await AllAsync(machines.Where(IsRunning).Select(async machine =>
        {
            if (await Engine(machine).HoldWritesAsync(machine.State.Name, cancel) is not { } refusal)
            {
                lock (held)
                    held.Add(machine);
                return;
            }

            journal.Note(machine.Record.Name, "snapshot", $"its file systems are not frozen, the disks are as after a power cut: {refusal}");
            if (controller.GuestOf(machine.Record) is { } guest)
                await guest.SyncAsync(cancel);
        }));
        return held;
    }

    /// <summary>Waits for all of them to end, also when one fails.</summary>
    static Task AllAsync(IEnumerable<Task> tasks) => Task.WhenAll([.. tasks]);

    LibvirtEngine Engine(Placed machine) => controller.Engine(machine.Hypervisor);

    static bool IsRunning(Placed machine) => machine.State.Power == PowerState.Running;
}
