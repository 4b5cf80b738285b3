using Croft.Engines;
using Croft.Images;
using Croft.Journal;
using Croft.Planning;
using Croft.Reports;

namespace Croft.Lifecycle;

/// <summary>Makes machines exist, run and answer, exactly as planned.</summary>
public static class FarmUp
{
    /// <summary>Brings the planned machines up side by side; a plan in which nothing changes does nothing.</summary>
    /// <param name="recreate">Whether machines whose disks are declared otherwise may be made anew, which destroys their data.</param>
    /// <exception cref="PlanException">The plan cannot be executed.</exception>
    public static async Task<RunSummary?> RunAsync(
        OpenFarm openFarm,
        Plan plan,
        bool recreate,
        string command,
        Action<RunJournal> opened,
        IProgress<ImageProgress> images,
        CancellationToken cancel
    )
    {
        await openFarm.RefuseHopelessAsync(plan, cancel);
        if (!recreate && plan.Machines.Where(m => m.Action == MachineAction.Recreate).ToList() is { Count: > 0 } changed)
            throw CroftException.Usage(
                $"{string.Join("; ", changed.GroupBy(m => m.Reason, m => $"\"{m.Spec.Name}\"").Select(g => $"{string.Join(", ", g)}: {g.Key}"))}; this needs new machines",
                "--recreate makes them anew and destroys their data"
            );
        if (
            plan.Machines.All(m => m.Action == MachineAction.None && !MayShowANewKey(openFarm, m))
            && plan.Defined.IsEmpty
            && !plan.Networks.Any(n => n.IsOff || n.IsMute)
        )
            return null;
        using var execution = await Execution.PrepareAsync(openFarm, plan, command, NeedsImage, opened, images, cancel);
        await Task.WhenAll(execution.Plan.Machines.Select(machine => UpAsync(execution, machine, recreate, cancel)));
        await execution.PublishAsync();
        var summary = RunSummary.Read(execution.Journal.Folder);
        var worst = summary.Machines.Select(m => m.Outcome).FirstOrDefault(o => o is Outcome.Error or Outcome.Failed, Outcome.Passed);
        execution.Journal.RunEnd(cancel.IsCancellationRequested ? Outcome.Cancelled : worst);
        return RunSummary.Read(execution.Journal.Folder);
    }

    static bool NeedsImage(PlannedMachine machine) =>
        machine.Action is MachineAction.Create or MachineAction.Recreate or MachineAction.Restart || Moved(machine);

    /// <summary>Whether it runs as declared, and the user vouches for whatever host key it has by now.</summary>
    static bool MayShowANewKey(OpenFarm openFarm, PlannedMachine machine) =>
        openFarm.Settings.AcceptsHostKeys && machine.Existing?.Record is { } record && FirstMeeting.IsDue(openFarm, record);

    /// <summary>Whether its identity is planned otherwise than it is: a port that was taken while it was off.</summary>
    static bool Moved(PlannedMachine machine) =>
        machine.Existing?.Record is { } record && !record.Nics.Select(n => n.Kept).SequenceEqual(machine.Nics.Select(n => n.Kept));

    static async Task UpAsync(Execution execution, PlannedMachine machine, bool recreate, CancellationToken cancel)
    {
        var steps = new StepLog(execution, machine);
        var ready =
            (
                !execution.Inner.Has(machine.Hypervisor)
                || await steps.RunAsync("hypervisor", async () => machine = Allowed(await execution.EnterAsync(machine, cancel), recreate))
            ) && await UpAsync(execution, steps, machine, cancel);
        execution.Inner.Say(machine.Spec.Name, ready);
    }

    /// <summary>Refuses what was not seen when the plan was made, because the hypervisor was off.</summary>
    static PlannedMachine Allowed(PlannedMachine machine, bool recreate) =>
        recreate || machine.Action != MachineAction.Recreate
            ? machine
            : throw CroftException.Usage($"{machine.Reason}; this needs a new machine", "--recreate makes it anew and destroys its data");

    /// <summary>True when it runs and answers.</summary>
    static async Task<bool> UpAsync(Execution execution, StepLog steps, PlannedMachine machine, CancellationToken cancel)
    {
        if (machine.Action == MachineAction.None && MayShowANewKey(execution.OpenFarm, machine))
            return await steps.RunAsync("host key", () =>
                new MachineStart(execution, machine, "host key").RunAsync(
                    machine.Existing!.Record!,
                    () => Task.CompletedTask,
                    running: true,
                    cancel
                )
            );
        if (machine.Action == MachineAction.None)
        {
            execution.Journal.StepEnd(machine.Spec.Name, "startup", Outcome.Skipped, machine.Reason);
            return true;
        }

        if (
            !await steps.RunAsync("startup", () =>
                execution.PlaceAsync(machine, replaceable: machine.Existing is null, m => StartAsync(execution, steps, m, cancel), cancel)
            )
        )
            return false;
        if (machine.Existing is not null && execution.EngineOf(machine).States is { } states)
            await steps.QuietlyAsync(() => states.TidyAsync(execution.RecordOf(machine.Spec.Name)!, execution.Journal, cancel));
        return true;
    }

    static async Task StartAsync(Execution execution, StepLog steps, PlannedMachine machine, CancellationToken cancel)
    {
        var engine = execution.EngineOf(machine);
        var record = await DefineAsync(execution, machine, cancel);
        record = record with { InUse = "up", Claim = null, IsStarting = false, IsForking = false, Autostart = machine.Autostart };
        var paused = await PowerAsync() == PowerState.Paused;
        var noted = Task.CompletedTask;
        record = await new MachineStart(execution, machine, "startup") { Remark = steps.Remark }.RunAsync(
            record,
            GoAsync,
            running: paused,
            cancel
        );
        await noted;
        await engine.MarkAsync(record, cancel);

        async Task<PowerState?> PowerAsync() => (await engine.FindAsync(record.Id, cancel))?.Power;

        async Task GoAsync()
        {
            if (paused)
                await engine.ResumeAsync(record.Id, cancel);
            else if (await PowerAsync() != PowerState.Running)
                await engine.StartAsync(record.Id, cancel);
            noted = engine.MarkAsync(record with { IsStarting = true }, cancel); // now that it runs it has its room, and claims none
        }
    }

    /// <summary>Makes or changes the definition; the machine is off afterwards unless it only has to be started or resumed.</summary>
    static async Task<MachineRecord> DefineAsync(Execution execution, PlannedMachine machine, CancellationToken cancel)
    {
        var maker = execution.MakerFor(machine);
        var record = machine.Existing?.Record;
        if (machine.Action == MachineAction.Start && !Moved(machine))
        {
            if (!machine.Existing!.IsOn)
                await maker.ClaimAsync(record!, cancel);
            return record!;
        }

        if (machine.Action == MachineAction.Restart && machine.Grows && execution.EngineOf(machine).States is { } states)
            await states.CheckAsync(record!.Id, StateUse.Grow, cancel);
        if (machine is { Action: MachineAction.Restart, Existing.IsSaved: true })
        {
            await maker.ClaimAsync(record!, cancel);
            await execution.EngineOf(machine).StartAsync(record!.Id, cancel); // what its guest has not written is in its memory
        }

        if (machine.Action != MachineAction.Create)
            await new MachineStop(execution.OpenFarm, execution.EngineOf(machine), record!, text =>
                execution.Journal.Note(machine.Spec.Name, "startup", text)
            ).RunAsync(cancel);
        var image = await execution.ImageAsync(machine, cancel);
        return machine.Action is MachineAction.Create or MachineAction.Recreate
            ? await maker.CreateAsync(machine, image, cancel)
            : await maker.ChangeAsync(machine, image, cancel);
    }
}
