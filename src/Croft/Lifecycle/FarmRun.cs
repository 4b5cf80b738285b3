using Croft.Engines;
using Croft.Farms;
using Croft.Images;
using Croft.Journal;
using Croft.Planning;
using Croft.Reports;
using Croft.Snapshots;

namespace Croft.Lifecycle;

/// <summary>The lifecycle over all machines of a plan, side by side, with its reports.</summary>
public static class FarmRun
{
    /// <summary>Runs to the end. Only what went wrong before the first machine was touched is thrown; the rest is in the outcome and the reports.</summary>
    /// <param name="plan">Of the machines that take part.</param>
    /// <param name="opened">Called with the journal before anything is done.</param>
    /// <param name="output">Takes every line of every phase, with the machine's name.</param>
    /// <exception cref="PlanException">The plan cannot be executed.</exception>
    public static async Task<RunSummary> RunAsync(
        Controller controller, Plan plan, RunOptions options, Action<RunJournal> opened, IProgress<ImageProgress> images, Action<string, string>? output, CancellationToken cancel)
    {
        var files = await controller.TakePhasesAsync(cancel);
        if (!controller.PlannedWith(files))
            plan = (await controller.PlanAsync(cancel)).Of(plan.Machines.Select(m => m.Spec.Name));
        await controller.RefuseHopelessAsync(plan, cancel);
        RefuseHeld(plan, options);
        if (!options.Fresh)
            await ForeignSnapshots.RefuseAsync(controller, Existing(plan), cancel);
        if (options.SaveAs is { } name && Held(plan) is { Count: > 0 } held)
        {
            using var journal = RunJournal.Create(controller.Farm.StateDirectory, controller.Surroundings.Clock);
            journal.RunStart(controller.Farm.Name, "snapshot create", controller.Farm.Project.Id);
            await journal.EndingAsync(() => FarmSnapshots.CreateAsync(controller, held, name, new(), journal, cancel));
            plan = (await controller.PlanAsync(cancel)).Of(plan.Machines.Select(m => m.Spec.Name)); // they write to other disks now
        }

        using var work = await FarmWork.PrepareAsync(controller, plan, "run", _ => true, opened, images, cancel);
        using var others = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var phases = new PhaseRunner(work, files, output);
        var shared = SharedLayer.Of(work.Plan.Machines.Where(m => !work.Inner.Has(m.Hypervisor)));
        var outcomes = await Task.WhenAll(work.Plan.Machines.Select(async machine =>
        {
            var outcome = await RunAsync(work, machine, options, phases, shared.GetValueOrDefault(machine), others.Token);
            if (options.FailFast && outcome is Outcome.Failed or Outcome.Error)
                await others.CancelAsync();
            return outcome;
        }));
        var trouble = new List<string>();
        await TryAsync(() => work.PublishAsync());
        await TryAsync(() => KeepAsync(work, cancel));
        await TryAsync(() =>
        {
            work.Journal.RunEnd(cancel.IsCancellationRequested ? Outcome.Cancelled : Worst(outcomes));
            return Task.CompletedTask;
        });
        var summary = WrittenReports.Of(work.Journal.Folder);
        return summary with { Warnings = [.. trouble, .. summary.Warnings] };

        // The machines are done: what came of them is told whatever comes now.
        async Task TryAsync(Func<Task> finish)
        {
            try
            {
                await finish();
            }
            catch (CroftException e)
            {
                trouble.Add(e.Message);
            }
        }
    }

    /// <summary>One machine; one that is inside another of the plan waits for it, and lets it go at the end.</summary>
    static async Task<Outcome> RunAsync(FarmWork work, PlannedMachine machine, RunOptions options, PhaseRunner phases, SharedLayer? shared, CancellationToken cancel)
    {
        var (steps, here) = (new Steps(work, machine), machine);
        try
        {
            return !work.Inner.Has(machine.Hypervisor) || await steps.RunAsync("hypervisor", async () => here = await work.EnterAsync(machine, cancel))
                ? await new MachineRun(work, here, options, phases, shared).RunAsync(cancel)
                : steps.Worst;
        }
        finally
        {
            work.Inner.Say(machine.Spec.Name, ready: false); // unless it was
            work.Inner.End(machine);
        }
    }

    /// <summary>Notes which layers were used, and drops those that are too much.</summary>
    static async Task KeepAsync(FarmWork work, CancellationToken cancel)
    {
        var controller = work.Controller;
        foreach (var machines in work.Plan.Machines.Where(m => !work.Inner.Has(m.Hypervisor)).GroupBy(m => m.Hypervisor!))
        {
            try
            {
                var engine = controller.Engine(machines.Key);
                var cache = new LayerCache(engine, work.Journal, work.Clock);
                await Task.WhenAll(machines.SelectMany(m => m.Layers).Select(l => l.Present).OfType<string>().Select(volume => cache.UseAsync(volume, cancel)));
                if (!await cache.MayTakeMoreAsync(controller.Farm.Name, controller.Farm.CacheKeep, cancel))
                    continue;
                var needed = (await controller.PlanAsync(cancel)).Machines.SelectMany(m => m.Layers).Select(l => l.Present).OfType<string>().ToHashSet(StringComparer.Ordinal);
                var records = (await engine.ListMachinesAsync(cancel)).Select(m => m.Record).OfType<MachineRecord>().Where(r => r.Farm == controller.Farm.Name).ToList();
                await cache.EvictAsync(records, needed, controller.Farm.CacheKeep, cancel);
            }
            catch (Exception e) when (e is CroftException or OperationCanceledException)
            {
                work.Journal.Note(null, null, $"layers on {machines.Key} were not looked through: {e.Message}");
            }
        }
    }

    static Outcome Worst(IReadOnlyCollection<Outcome> outcomes) =>
        outcomes.Contains(Outcome.Error) ? Outcome.Error : outcomes.Contains(Outcome.Failed) ? Outcome.Failed : outcomes.Contains(Outcome.Cancelled) ? Outcome.Cancelled : Outcome.Passed;

    static IEnumerable<Placed> Existing(Plan plan) => plan.Machines.Where(m => m.Existing?.Record is not null).Select(m => new Placed(m.Hypervisor!, m.Existing!));

    static IReadOnlyList<Placed> Held(Plan plan) => [.. Existing(plan).Where(m => m.Record.Held is not null)];

    static void RefuseHeld(Plan plan, RunOptions options)
    {
        if (options.Fresh)
            return;
        var held = Held(plan);
        if (held.Count > 0 && options.SaveAs is null)
            throw CroftException.Usage(
                $"run would revert {string.Join(", ", held.Select(m => $"\"{m.Record.Name}\" (in use since croft {m.Record.Held})"))}",
                "--save-as NAME keeps that state first; --fresh discards it; croft run SEL runs other machines only");
    }
}
