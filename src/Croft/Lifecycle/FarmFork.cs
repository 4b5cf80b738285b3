using Croft.Engines;
using Croft.Farms;
using Croft.Farms.Reading;
using Croft.Images;
using Croft.Journal;
using Croft.Planning;
using Croft.Reports;

namespace Croft.Lifecycle;

/// <summary>Machines made from one that is warm: each continues where that one was, under an identity of its own.</summary>
public static class FarmFork
{
    /// <summary>The farm with further machines that are declared like one of its own.</summary>
    /// <exception cref="CroftException">The farm file does not declare it, or declares one of the new names.</exception>
    public static Farm With(Farm farm, string machine, IReadOnlyList<string> names, string hypervisor)
    {
        var like = farm.Machines.FirstOrDefault(m => m.Name == machine)
            ?? throw CroftException.Usage(
                $"the farm file does not declare machine \"{machine}\"",
                "fork the machine that it was forked from"
            );
        if (names.FirstOrDefault(n => !Rules.DnsLabel.Holds(n) || Rules.IsNumber(n)) is { } bad)
            throw CroftException.Usage(
                $"\"{bad}\" is no name for a machine",
                "write 1 to 63 lower case letters, digits and -, not - at either end, and not a bare number"
            );
        if (farm.Machines.FirstOrDefault(m => names.Contains(m.Name)) is { } taken)
            throw CroftException.Usage($"the farm file declares machine \"{taken.Name}\"", "--name gives another name");
        var forks = names.Select(name =>
            like with
            {
                Name = name,
                Hypervisor = hypervisor,
                Login = like.Login with { HostKey = null, HasOwnHostKey = false }, // it gets one
                Networks = [.. like.Networks.Select(n => n with { Address = null, Mac = null, Forwards = [] })],
            }
        );
        return farm with { Machines = [.. farm.Machines, .. forks] };
    }

    /// <summary>Forks a machine.</summary>
    /// <param name="plan">Of the new machines.</param>
    /// <param name="from">A snapshot with memory to fork; null forks the machine as it runs, and it goes on.</param>
    /// <exception cref="CroftException">The machine cannot be forked: says why.</exception>
    public static async Task<RunSummary> RunAsync(
        OpenFarm openFarm,
        ExistingMachine machine,
        string? from,
        Plan plan,
        Action<RunJournal> opened,
        IProgress<ImageProgress> images,
        CancellationToken cancel
    )
    {
        var engine = openFarm.Engine(machine.Hypervisor);
        plan.ThrowIfProblems();
        if (plan.Machines.FirstOrDefault(m => m.Action != MachineAction.Create) is { } there)
            throw CroftException.Usage(
                $"there is a machine \"{there.Spec.Name}\" already",
                $"croft destroy {there.Spec.Name}, or --name gives another name"
            );
        var boots = engine.Can.States == StateKind.Disks;
        if (!boots && machine.Record.Nics.FirstOrDefault(n => n.IsOutside) is { } outside)
            throw CroftException.Usage(
                $"machine \"{machine.Record.Name}\" is on network {outside.Network}, where others decide its address: a fork would go on with the same one",
                "croft up makes a machine that boots, and asks for its own"
            );
        var states = StatesOf(engine);
        var kept = from is null ? (StateId?)null : await FindAsync(states, machine, from, boots, cancel);
        if (!boots && kept is null && machine.State.Power != PowerState.Running)
            throw CroftException.Usage(
                $"machine \"{machine.Record.Name}\" does not run",
                $"croft start {machine.Record.Name}; or --from SNAPSHOT forks a snapshot with memory"
            );
        await states.CheckAsync(machine.Record.Id, kept is null ? StateUse.ForkNow : StateUse.Fork, cancel);
        using var execution = await Execution.PrepareAsync(openFarm, plan, "fork", _ => false, opened, images, cancel);
        await using (
            var state = kept is { } id
                ? await states.OpenAsync(id, execution.Journal, cancel)
                : await states.ForkNowAsync(machine.Record, execution.Journal, cancel)
        )
            await Task.WhenAll(execution.Plan.Machines.Select(fork => ForkAsync(execution, fork, state, cancel)));

        await execution.PublishAsync();
        var worst = RunSummary
            .Read(execution.Journal.Folder)
            .Machines.Select(m => m.Outcome)
            .FirstOrDefault(o => o is Outcome.Error or Outcome.Failed, Outcome.Passed);
        execution.Journal.RunEnd(cancel.IsCancellationRequested ? Outcome.Cancelled : worst);
        return RunSummary.Read(execution.Journal.Folder);
    }

    static IStates StatesOf(IEngine engine) =>
        engine.States
        ?? throw CroftException.Usage(
            $"hypervisor \"{engine.Name}\" keeps no states of machines, which a fork goes on from",
            "croft up makes a machine that boots"
        );

    static async Task<StateId> FindAsync(IStates states, ExistingMachine machine, string name, bool boots, CancellationToken cancel)
    {
        var found = (await states.TreeAsync(machine.Record, cancel)).States.LastOrDefault(s => s.Name == name)
            ?? throw CroftException.Usage(
                $"machine \"{machine.Record.Name}\" has no snapshot \"{name}\"",
                "croft snapshot list shows what there is"
            );
        return found.HasMemory || boots
            ? found.Id
            : throw CroftException.Usage($"snapshot \"{name}\" holds no memory", "croft snapshot create NAME --memory keeps it");
    }

    static async Task ForkAsync(Execution execution, PlannedMachine machine, IKeptState from, CancellationToken cancel)
    {
        var steps = new StepLog(execution, machine);
        if (await steps.RunAsync("fork", () => MachineFork.RunAsync(execution, machine, from, "fork", held: "fork", cancel)))
            return;
        var record = execution.RecordOf(machine.Spec.Name) ?? from.Record with { Name = machine.Spec.Name, Nics = machine.Nics };
        await steps.QuietlyAsync(() => FarmDown.RemoveAsync(execution.OpenFarm, machine.Hypervisor!, record, CancellationToken.None));
    }
}
