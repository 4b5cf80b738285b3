using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Journal;
using Croft.Phases;
using Croft.Planning;

namespace Croft.Lifecycle;

/// <summary>
/// The lifecycle of one machine in a run:
/// <code>
/// startup ── create clean ── dependencies ── create dependencies ── init ── create init ── main ── artifacts ── terminate ── shutdown
///    └── or: restore the last of these layers that is there; or: fork the machine that made it ──┘
/// </code>
/// A step that fails ends the way to main; artifacts, terminate and shutdown happen in any case, also after Ctrl-C, under a time of their
/// own.
/// </summary>
/// <param name="shared">The layer that the machine shares with others; null when it shares none.</param>
sealed class MachineRun(Execution execution, PlannedMachine machine, RunOptions options, PhaseRunner phases, SharedLayer? shared)
{
    /// <summary>The most that is kept of a console, its end.</summary>
    const int ConsoleSize = 8 << 20;

    static readonly TimeSpan CleanupTime = TimeSpan.FromMinutes(2);

    readonly RunJournal journal = execution.Journal.In(machine.Spec.Scope);
    readonly StepLog steps = new(execution, machine);
    readonly bool isShared = shared?.First.Spec.Name == machine.Spec.Name;
    readonly ProjectPart part = machine.Spec.Parts[0];
    IEngine engine = execution.EngineOf(machine);
    MachineRecord? record = machine.Existing?.Record;
    IGuestShell? shell;
    LayerTrace trace = LayerTrace.Empty;
    string? unsound;
    bool started;
    bool ready;

    string Name => machine.Spec.Name;

    MachineId Id => new(execution.OpenFarm.Farm.Name, Name);

    /// <summary>There when the plan has layers.</summary>
    IStates States => engine.States!;

    MachineStart Starting(string step) => new(execution, machine, machine.Spec.Scope + step) { Remark = steps.Remark };

    /// <summary>Runs it to its end and returns the worst outcome. Never throws.</summary>
    public async Task<Outcome> RunAsync(CancellationToken cancel)
    {
        await steps.GuardAsync(() => WayToMainAsync(cancel));
        Offer(null);
        execution.Inner.Say(Name, ready: false); // unless it was
        await execution.Inner.LeftAsync(Name);
        using var cleanup = new CancellationTokenSource(Timeout.InfiniteTimeSpan, execution.Clock);
        await using var hurry = cancel.Register(() => cleanup.CancelAfter(CleanupTime)).ConfigureAwait(false);
        if (ready)
            await steps.GuardAsync(() => AfterMainAsync(cancel, cleanup.Token));
        if (shell is not null)
            await shell.DisposeAsync();
        if (started && !options.Keep)
            await steps.RunAsync("shutdown", () => StopAsync(cleanup.Token), skip: !steps.Allowed("shutdown"));
        if (record is not null && engine.States is { } states)
            await steps.QuietlyAsync(() => states.TidyAsync(record, execution.Journal, cleanup.Token));
        await steps.QuietlyAsync(() => SaveConsoleAsync(CancellationToken.None));
        return steps.Worst;
    }

    async Task AfterMainAsync(CancellationToken cancel, CancellationToken cleanup)
    {
        if (!await IsReachableAsync(cancel, cleanup))
            return;
        if (phases.HasArtifacts && !options.EndsOnly)
            await steps.RunAsync("artifacts", () => phases.FetchArtifactsAsync(machine, steps.Remark, cleanup));
        await RunPhaseAsync(Phase.Terminate, cleanup);
    }

    /// <summary>
    /// Whether the guest still answers after what failed: one that rebooted gets the time to come back, a machine that is off does not,
    /// and none when the run is cancelled.
    /// </summary>
    async Task<bool> IsReachableAsync(CancellationToken cancel, CancellationToken cleanup)
    {
        if (steps.Worst == Outcome.Passed)
            return true;
        try
        {
            if ((await engine.FindAsync(Id, cleanup))?.Power is var power && power != PowerState.Running)
                throw CroftException.World($"the machine is {power?.ToString().ToLowerInvariant() ?? "gone"}");
            if (execution.OpenFarm.GuestOf(engine.Name, record!) is { } guest && !await guest.IsConnectedAsync(cleanup))
                record = await Starting(PhaseFiles.Name(Phase.Terminate))
                    .RunAsync(record!, () => Task.CompletedTask, running: true, cancel);
            return true;
        }
        catch (Exception e) when (e is CroftException or OperationCanceledException)
        {
            var reason = e is CroftException ? e.Message : "the guest does not answer";
            journal.StepEnd(Name, PhaseFiles.Name(Phase.Terminate), Outcome.Skipped, reason);
            return false;
        }
    }

    async Task WayToMainAsync(CancellationToken cancel)
    {
        var done = options.EndsOnly ? -1 : await RestoreAsync(cancel);
        if (steps.Worst != Outcome.Passed)
            return;
        if (done < 0 && (options.EndsOnly || !steps.Allowed("startup")))
        {
            await AsItIsAsync(cancel);
            return;
        }

        if (done < 0 && shared is not null && !isShared && await ForkAsync(shared, cancel))
            done = machine.Layers.Length - 1;
        if (done < 0)
        {
            if (
                !await steps.RunAsync("startup", () =>
                    execution.PlaceAsync(machine, machine.IsReplaceable, m => StartFreshAsync(m, cancel), cancel)
                )
            )
                return;
            done = 0;
            if (!await TakeLayerAsync(0, cancel))
                return;
        }

        if (!await PrepareAsync(Phase.Dependencies, done, cancel) || !await PrepareAsync(Phase.Init, done, cancel))
            return;
        Offer(null); // without a layer so far there will be none
        execution.Inner.Say(Name, ready: true);
        await RunPhaseAsync(Phase.Main, cancel);
    }

    /// <summary>Runs a phase that has a layer, unless the layers up to <paramref name="done"/> hold it; whether the run goes on.</summary>
    async Task<bool> PrepareAsync(Phase phase, int done, CancellationToken cancel)
    {
        var name = PhaseFiles.Name(phase);
        var layer = machine.Layers.Select(l => l.Name).ToList().IndexOf(name);
        if (layer < 0 || layer > done)
            return await RunPhaseAsync(phase, cancel) && (layer < 0 || !steps.Ran(name) || await TakeLayerAsync(layer, cancel));
        journal.StepEnd(Name, name, Outcome.Cached, "restored");
        return true;
    }

    /// <summary>Goes on with the machine as it runs. Nothing is known of how it became so, and no layer is made of it.</summary>
    async Task AsItIsAsync(CancellationToken cancel)
    {
        if (options.EndsOnly && machine.Existing?.Power != PowerState.Running)
        {
            journal.StepEnd(Name, RunOptions.Shutdown, Outcome.Skipped, "it does not run");
            return;
        }

        var runs = await steps.RunAsync("as it is", async () =>
        {
            if (machine.Existing is not { Power: PowerState.Running, Record: { } there })
                throw CroftException.Farm("it does not run, and allowed_phases has no startup", $"croft up {Name} starts it");
            started = true;
            record = await Starting("as it is").RunAsync(there, () => Task.CompletedTask, running: true, cancel);
            ready = true;
        });
        foreach (var phase in runs && !options.EndsOnly ? new[] { Phase.Dependencies, Phase.Init, Phase.Main } : [])
        {
            if (phase == Phase.Main)
                execution.Inner.Say(Name, ready: true);
            if (!await RunPhaseAsync(phase, cancel))
                return;
        }
    }

    /// <summary>Restores the furthest layer that loads. Returns its index, or -1.</summary>
    async Task<int> RestoreAsync(CancellationToken cancel)
    {
        if (options.Fresh)
            return -1;
        for (var i = machine.Layers.Length - 1; i >= 0; i--)
        {
            var layer = machine.Layers[i];
            if (layer.Present is not { } state || !steps.Allowed("restore " + layer.Name))
                continue;
            var step = "restore " + layer.Name;
            if (await steps.TryAsync(step, () => RestoreAsync(step, state, cancel)))
            {
                if (i == machine.Layers.Length - 1)
                    Offer(state);
                return i;
            }

            if (steps.Worst != Outcome.Passed || !await execution.OpenFarm.AnswersAsync(engine.Name, cancel))
                return -1;
            journal.Note(Name, step, "the layer did not load and is dropped; its phase runs again");
            await steps.QuietlyAsync(() => engine.StopAsync(Id, StopBy.Cutting, CancellationToken.None));
            await steps.QuietlyAsync(async () =>
            {
                await States.DropAsync(state, execution.Journal, CancellationToken.None);
                await States.TidyAsync(record!, execution.Journal, CancellationToken.None);
            });
        }

        return -1;
    }

    async Task RestoreAsync(string step, StateId state, CancellationToken cancel)
    {
        var image = execution.ImageAsync(machine, cancel);
        await using var layer = await States.OpenAsync(state, execution.Journal, cancel);
        await PowerOffAsync(cancel);
        var fresh = await execution.MakerFor(machine).PutAsync(machine, layer, await image, cancel);
        record = fresh;
        started = true;
        Know(state, isItself: true);
        (shell, record) = layer.HasMemory
            ? await Starting(step)
                .OpenAsync(fresh, () => RunningAsync(fresh, () => layer.StartAsync(fresh, cancel), cancel), running: true, cancel)
            : await BootAsync(step, fresh, cancel);
        ready = true;
    }

    /// <summary>
    /// Forks the machine that made the shared layer. False when there is none, or that did not work: then it is provisioned on its own.
    /// </summary>
    async Task<bool> ForkAsync(SharedLayer layer, CancellationToken cancel)
    {
        var step = "fork " + machine.Layers[^1].Name;
        StateId? from = null;
        await steps.QuietlyAsync(async () => from = await layer.WaitAsync(cancel));
        if (from is not { } state || cancel.IsCancellationRequested)
            return false;
        return await steps.TryAsync(step, async () =>
        {
            await using var layerState = await States.OpenAsync(state, execution.Journal, cancel);
            await PowerOffAsync(cancel);
            started = true;
            record = await MachineFork.RunAsync(execution, machine, layerState, machine.Spec.Scope + step, held: null, cancel);
            Know(state, isItself: false);
            ready = true;
        });
    }

    /// <summary>Makes the run know the facts that belong to a layer.</summary>
    void Know(StateId layer, bool isItself) =>
        LayerTrace.Find(execution.Farm.StateDirectory, layer.ToString())?.Restore(journal.Folder.FactsPath, Name, isItself);

    /// <summary>Says to the machines that wait for the shared layer what came of it.</summary>
    void Offer(StateId? layer)
    {
        if (isShared)
            shared!.Offer(layer);
    }

    async Task StartFreshAsync(PlannedMachine planned, CancellationToken cancel)
    {
        if (planned != machine)
        {
            planned = planned.In(part.Project);
            Offer(null); // the others are on the hypervisor that this one has left
            (machine, record, started) = (planned, null, false);
            engine = execution.EngineOf(machine);
        }

        await PowerOffAsync(cancel);
        record = await execution.MakerFor(machine).CreateAsync(machine, await execution.ImageAsync(machine, cancel), cancel);
        started = true;
        (var unused, record) = await BootAsync("startup", record, cancel);
        if (unused is not null)
            await unused.DisposeAsync();
        ready = true;
    }

    async Task<(IGuestShell? Shell, MachineRecord Record)> BootAsync(string step, MachineRecord fresh, CancellationToken cancel)
    {
        var (open, seen) = await Starting(step)
            .OpenAsync(
                fresh,
                () => RunningAsync(fresh with { IsStarting = true }, () => engine.StartAsync(Id, cancel), cancel),
                running: false,
                cancel
            );
        await engine.MarkAsync(seen, cancel);
        return (open, seen);
    }

    /// <summary>Starts the machine. When it runs it has its room, and claims none.</summary>
    async Task RunningAsync(MachineRecord now, Func<Task> start, CancellationToken cancel)
    {
        await start();
        await engine.MarkAsync(now, cancel);
    }

    async Task PowerOffAsync(CancellationToken cancel)
    {
        if (!started && machine.Existing?.Power is null or PowerState.Off)
            return;
        if (record is not null && execution.OpenFarm.GuestOf(engine.Name, record) is { } guest)
            await guest.CloseAsync(cancel);
        await execution.OpenFarm.LeaveAsync(Name, cancel);
        await engine.StopAsync(Id, StopBy.Cutting, cancel);
    }

    async Task<bool> TakeLayerAsync(int index, CancellationToken cancel)
    {
        if (machine.Layers.IsEmpty)
            return true;
        var layer = machine.Layers[index];
        var step = "create " + layer.Name;
        if (!steps.Allowed(step))
            return true;
        unsound ??= trace.Changed is { } file
            ? $"{Path.GetRelativePath(execution.Farm.Directory, file)} changed while {layer.Name} ran: the layer would hold what its key does not say"
            : null;
        if (unsound is not null)
        {
            journal.StepEnd(Name, step, Outcome.Skipped, unsound);
            return true;
        }

        return await steps.RunAsync(step, async () =>
        {
            var guest = await WrittenAsync(step, hasAnswered: index > 0 || machine.Spec.Wait.Kind == WaitKind.Ssh, cancel);
            var state = LayerChain.StateOf(Id, layer.Key!, LayerChain.IdentityOf(record!.Nics));
            LayerTrace.Forget(execution.Farm.StateDirectory, state.ToString());
            record = await States.TakeAsync(
                record,
                new(NameOf(layer), layer.Key, state),
                engine.Can.States == StateKind.Memory,
                execution.Journal,
                cancel
            );
            if (index > 0 && phases.HasAnsible)
                trace
                    .WithFacts(journal.Folder.FactsPath, Name, AnsibleInventory.Hosts(execution.Farm))
                    .Keep(execution.Farm.StateDirectory, state.ToString());
            execution.Know(engine.Name, record);
            if (index == machine.Layers.Length - 1)
                Offer(state);
            if (guest is not null && await guest.TryReadyAsync(execution.Clock, cancel) is { } refusal)
                throw CroftException.World($"the guest did not answer after its layer was saved: {refusal}");
        });
    }

    /// <summary>The guest, with all on its disks that it had to write. Null where none answers, unless one has answered before.</summary>
    async Task<IGuest?> WrittenAsync(string step, bool hasAnswered, CancellationToken cancel)
    {
        var guest = execution.OpenFarm.GuestOf(engine.Name, record!);
        if (guest is null || await guest.SyncAsync(cancel) is not { } refusal)
            return guest;
        if (hasAnswered)
            throw CroftException.World($"syncing the disks of {Name}: {refusal}");
        journal.Note(Name, step, $"{IGuest.Unwritten}: {refusal}");
        return null;
    }

    /// <summary>What people know a layer by: all projects have the same clean one.</summary>
    string NameOf(PlannedLayer layer) =>
        layer.Name == LayerChain.Clean || part.Project.Length == 0 ? layer.Name : $"{part.Project}.{layer.Name}";

    /// <summary>Runs a phase; true when the way goes on.</summary>
    Task<bool> RunPhaseAsync(Phase phase, CancellationToken cancel)
    {
        var name = PhaseFiles.Name(phase);
        var file = phases.Find(phase, machine.Spec);
        if (file is null)
            return Task.FromResult(true);
        var wanted = steps.Allowed(name) && options.Wants(phase);
        return steps.RunAsync(
            name,
            async () => trace = await phases.RunAsync(machine, file, Interlocked.Exchange(ref shell, null), steps.Remark, cancel),
            skip: !wanted,
            log: true
        );
    }

    /// <summary>Shuts the guest down where it was reached and runs; in any case the machine is off afterwards.</summary>
    async Task StopAsync(CancellationToken cancel)
    {
        try
        {
            if (ready && await engine.FindAsync(Id, cancel) is { Power: PowerState.Running })
                await new MachineStop(execution.OpenFarm, engine, record!, text => journal.Note(Name, "shutdown", text))
                {
                    Rules = part.Steps,
                }.RunAsync(cancel);
        }
        finally
        {
            await engine.StopAsync(Id, StopBy.Cutting, CancellationToken.None);
        }
    }

    async Task SaveConsoleAsync(CancellationToken cancel)
    {
        if (await engine.ConsoleTextAsync(Id, ConsoleSize, cancel) is not { } log)
            return;
        var file = execution.Journal.Folder.ConsolePath(Name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllBytesAsync(file, log, cancel);
    }
}
