using Croft.Engines;
using Croft.Farms;
using Croft.Images;
using Croft.Journal;
using Croft.Phases;
using Croft.Planning;
using Croft.Reports;

namespace Croft.Lifecycle;

/// <summary>The lifecycle over all machines of a plan, side by side, with its reports.</summary>
public static class FarmRun
{
    /// <summary>
    /// Runs to the end. Only what went wrong before the first machine was touched is thrown; the rest is in the outcome and the reports.
    /// </summary>
    /// <param name="plan">Of the machines that take part.</param>
    /// <param name="opened">Called with the journal before anything is done.</param>
    /// <param name="output">Takes every line of every phase, with the machine's name.</param>
    /// <exception cref="PlanException">The plan cannot be executed.</exception>
    public static async Task<RunSummary> RunAsync(
        OpenFarm openFarm,
        Plan plan,
        RunOptions options,
        Action<RunJournal> opened,
        IProgress<ImageProgress> images,
        Action<string, string>? output,
        CancellationToken cancel
    )
    {
        var files = await openFarm.TakePhasesAsync(cancel);
        plan = await AllowedAsync(openFarm, plan, options, files, cancel);
        using var execution = await Execution.PrepareAsync(
            openFarm,
            plan,
            "run",
            machine => machine.Spec.EachProject().Any(part => !options.TakesAsItIs(part)),
            opened,
            images,
            cancel
        );
        using var others = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var shared = SharedLayer.Of(
            execution.Plan.Machines.Where(m => !execution.Inner.Has(m.Hypervisor)).SelectMany(m => m.EachProject())
        );
        var outcomes = await Task.WhenAll(execution.Plan.Machines.Select(OneAsync));
        return await EndAsync(execution, cancel.IsCancellationRequested ? Outcome.Cancelled : Worst(outcomes), cancel);

        async Task<Outcome> OneAsync(PlannedMachine machine)
        {
            var outcome = await RunAsync(execution, machine, options, With, others.Token);
            if (options.FailFast && outcome is Outcome.Failed or Outcome.Error)
                await others.CancelAsync();
            return outcome;
        }

        (PhaseRunner, SharedLayer?) With(PlannedMachine part)
        {
            var project = part.Spec.Parts[0].Project;
            return (
                new(new ProjectExecution(execution, project, part.Spec.Scope), files[project], output),
                shared.GetValueOrDefault((part.Spec.Name, project))
            );
        }
    }

    /// <summary>The machines are done: what came of them is told whatever comes now.</summary>
    static async Task<RunSummary> EndAsync(Execution execution, Outcome outcome, CancellationToken cancel)
    {
        var trouble = new List<string>();
        await TryAsync(() => execution.PublishAsync());
        await TryAsync(() => KeepAsync(execution, cancel));
        await TryAsync(() =>
        {
            execution.Journal.RunEnd(outcome);
            return Task.CompletedTask;
        });
        var summary = WrittenReports.Of(execution.Journal.Folder);
        return summary with { Warnings = [.. trouble, .. summary.Warnings] };

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

    /// <summary>The plan as it is when nothing of the user's stands in its way.</summary>
    /// <exception cref="CroftException">Something does.</exception>
    static async Task<Plan> AllowedAsync(
        OpenFarm openFarm,
        Plan plan,
        RunOptions options,
        IReadOnlyDictionary<string, PhaseFiles> files,
        CancellationToken cancel
    )
    {
        if (plan.Phases != string.Join(' ', openFarm.Farm.Projects.Select(p => files[p.Name].Digest)) || openFarm.HasInstalled)
            plan = await openFarm.PlanAgainAsync(plan, cancel);
        await openFarm.RefuseHopelessAsync(plan, cancel);
        RefuseInUse(plan, options);
        if (!options.Fresh)
            await FarmSnapshots.CheckAsync(openFarm, Existing(plan, options), StateUse.Leave, cancel);
        await openFarm.PrepareRunAsync(plan, machine => IsMade(machine, options), cancel);
        if (options.SaveAs is { } name && InUse(plan, options) is { Count: > 0 } held)
        {
            using var journal = RunJournal.Create(openFarm.Farm.StateDirectory, openFarm.Settings.Clock);
            journal.RunStart(openFarm.Farm.Name, "snapshot create", openFarm.Farm.Project.Id);
            await journal.EndingAsync(() => FarmSnapshots.CreateAsync(openFarm, held, name, new(), journal, cancel));
            plan = await openFarm.PlanAgainAsync(plan, cancel); // they write to other disks now
        }

        return plan;
    }

    /// <summary>A machine's projects one after another, each with what the one before left.</summary>
    static async Task<List<Outcome>> EachProjectAsync(
        Execution execution,
        StepLog steps,
        IReadOnlyList<PlannedMachine> parts,
        RunOptions options,
        Func<PlannedMachine, (PhaseRunner, SharedLayer?)> withWhat,
        CancellationToken cancel
    )
    {
        var outcomes = new List<Outcome>();
        foreach (var part in parts)
        {
            var (phases, shared) = withWhat(part);
            var now = part == parts[0] ? part : null;
            if (now is null)
                await steps.GuardAsync(async () => now = await execution.NextAsync(part, cancel));
            var stays = part != parts[^1] && options.TakesAsItIs(part.Spec);
            if (now is not null)
                outcomes.Add(
                    await new MachineRun(execution, now, stays ? options with { Keep = true } : options, phases, shared).RunAsync(cancel)
                );
            else if (shared?.First.Spec.Name == part.Spec.Name)
                shared.Offer(null);
        }

        return outcomes;
    }

    /// <summary>One machine; one that is inside another of the plan waits for it, and lets it go at the end.</summary>
    static async Task<Outcome> RunAsync(
        Execution execution,
        PlannedMachine machine,
        RunOptions options,
        Func<PlannedMachine, (PhaseRunner, SharedLayer?)> withWhat,
        CancellationToken cancel
    )
    {
        var (steps, here) = (new StepLog(execution, machine), machine);
        try
        {
            if (
                execution.Inner.Has(machine.Hypervisor)
                && !await steps.RunAsync("hypervisor", async () => here = await execution.EnterAsync(machine, cancel))
            )
                return steps.Worst;
            var outcomes = await EachProjectAsync(execution, steps, [.. here.EachProject()], options, withWhat, cancel);
            return Worst([.. outcomes, steps.Worst]);
        }
        finally
        {
            execution.Inner.Say(machine.Spec.Name, ready: false); // unless it was
            execution.Inner.End(machine);
        }
    }

    /// <summary>Notes which layers were used, and drops those that are too much.</summary>
    static async Task KeepAsync(Execution execution, CancellationToken cancel)
    {
        var openFarm = execution.OpenFarm;
        foreach (var machines in execution.Plan.Machines.Where(m => !execution.Inner.Has(m.Hypervisor)).GroupBy(m => m.Hypervisor!))
        {
            try
            {
                if (openFarm.Engine(machines.Key).States is not { } states)
                    continue;
                await Task.WhenAll(Layers(machines).Select(layer => states.UseAsync(layer, cancel)));
                await states.EvictAsync(
                    openFarm.Farm.Name,
                    openFarm.Farm.CacheKeep,
                    async () => Layers((await openFarm.PlanAsync(cancel)).Machines).ToHashSet(),
                    execution.Journal,
                    cancel
                );
            }
            catch (Exception e) when (e is CroftException or OperationCanceledException)
            {
                execution.Journal.Note(null, null, $"layers on {machines.Key} were not looked through: {e.Message}");
            }
        }
    }

    static IEnumerable<StateId> Layers(IEnumerable<PlannedMachine> machines) =>
        machines.SelectMany(m => m.Further.Prepend(m.Layers)).SelectMany(layers => layers).Select(l => l.Present).OfType<StateId>();

    static Outcome Worst(IReadOnlyCollection<Outcome> outcomes) =>
        outcomes.Contains(Outcome.Error) ? Outcome.Error
        : outcomes.Contains(Outcome.Failed) ? Outcome.Failed
        : outcomes.Contains(Outcome.Cancelled) ? Outcome.Cancelled
        : Outcome.Passed;

    /// <summary>Whether a machine begins with its first boot, as far as a plan knows.</summary>
    static bool IsMade(PlannedMachine machine, RunOptions options) =>
        !options.TakesAsItIs(machine.Spec) && (options.Fresh || machine.EachProject().Any(part => part.Layers.All(l => l.Present is null)));

    /// <summary>Those that are made anew or reverted.</summary>
    static IEnumerable<ExistingMachine> Existing(Plan plan, RunOptions options) =>
        plan
            .Machines.Where(m => m.Existing?.Record is not null && m.Spec.EachProject().Any(part => !options.TakesAsItIs(part)))
            .Select(m => new ExistingMachine(m.Hypervisor!, m.Existing!));

    static IReadOnlyList<ExistingMachine> InUse(Plan plan, RunOptions options) =>
        [.. Existing(plan, options).Where(m => m.Record.InUse is not null)];

    static void RefuseInUse(Plan plan, RunOptions options)
    {
        if (options.Fresh)
            return;
        var held = InUse(plan, options);
        if (held.Count > 0 && options.SaveAs is null)
            throw CroftException.Usage(
                $"run would revert {string.Join(", ", held.Select(m => $"\"{m.Record.Name}\" (in use since croft {m.Record.InUse})"))}",
                "--save-as NAME keeps that state first; --fresh discards it; croft run SEL runs other machines only"
            );
    }
}
