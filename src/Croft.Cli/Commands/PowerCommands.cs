using System.CommandLine;
using Croft.Cli.Options;
using Croft.Engines;
using Croft.Lifecycle;

namespace Croft.Cli.Commands;

/// <summary>start, stop, restart, pause, resume, reset.</summary>
static class PowerCommands
{
    public static IEnumerable<Command> Create(CommandMaker make)
    {
        yield return Start(make, "start", "Start machines that exist, and wait until they answer", restart: false);
        yield return Stop(make);
        yield return Start(make, "restart", "Shut machines down and start them again", restart: true);
        yield return Simple(make, "pause", "Stop machines' processors", (engine, machine, cancel) => engine.PauseAsync(machine, cancel));
        yield return Simple(make, "resume", "Let paused machines run again", (engine, machine, cancel) =>
            engine.ResumeAsync(machine, cancel)
        );
        yield return Simple(make, "reset", "Press machines' reset button", (engine, machine, cancel) =>
            engine.StopAsync(machine, StopBy.Resetting, cancel)
        );
    }

    static Command Start(CommandMaker make, string name, string description, bool restart)
    {
        var selection = Arguments.Selection();
        return make.Make(
            name,
            description,
            [selection],
            async (session, parsed, cancel) =>
            {
                using var openFarm = await session.OpenAsync(cancel);
                var machines = await Session.MachinesAsync(openFarm, parsed.GetValue(selection)!, cancel);
                if (!restart)
                    RefuseUnfinished(machines);
                else
                    await FarmDown.DownAsync(openFarm, machines, (machine, text) => session.Terminal.Say($"{machine}: {text}"), cancel);
                var plan = (await openFarm.PlanAsync(cancel)).Of(machines.Select(m => m.Record.Name));
                using var view = Progress.Create(session.Terminal, plan.Machines.Select(m => m.Spec.Name));
                var undeclared = await StartUndeclaredAsync(session, openFarm, machines, cancel);
                var summary = await FarmUp.RunAsync(openFarm, plan.Startable(), recreate: false, name, view.Follow, view.Images, cancel);
                view.Dispose();
                return summary is not null ? UpCommand.Report(session, summary, cancel)
                    : undeclared > 0 ? 0
                    : Nothing(session);
            },
            alone: true
        );
    }

    /// <summary>Forks, and what the farm file no longer declares, start as they are.</summary>
    static async Task<int> StartUndeclaredAsync(
        Session session,
        OpenFarm openFarm,
        IReadOnlyList<ExistingMachine> machines,
        CancellationToken cancel
    )
    {
        var declared = openFarm.Farm.Machines.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        var seen = (await Session.MachinesAsync(openFarm, [], cancel)).ToDictionary(m => m.Record.Name, StringComparer.Ordinal);
        var off = machines
            .Where(m => !declared.Contains(m.Record.Name) && seen.ContainsKey(m.Record.Name))
            .Select(m => seen[m.Record.Name])
            .Where(m => m.State.Power is PowerState.Off or PowerState.Crashed or PowerState.Paused)
            .ToList();
        openFarm.WriteSshConfig(seen.Values);
        await Task.WhenAll(
            off.Select(m =>
                m.State.Power == PowerState.Paused
                    ? openFarm.Engine(m.Hypervisor).ResumeAsync(m.Record.Id, cancel)
                    : new PlainStart(openFarm, openFarm.Engine(m.Hypervisor), text =>
                        session.Terminal.Say($"{m.Record.Name}: {text}")
                    ).RunAsync(m.Record, cancel)
            )
        );
        return off.Count;
    }

    /// <summary>Its guest would go on as the machine that it was forked from, with no network.</summary>
    static void RefuseUnfinished(IEnumerable<ExistingMachine> machines)
    {
        if (machines.FirstOrDefault(m => m.State.IsUnfinishedFork) is { Record.Name: var name })
            throw CroftException.World($"machine \"{name}\" is a fork that was not finished", $"croft destroy {name}, and fork again");
    }

    static Command Stop(CommandMaker make)
    {
        var selection = Arguments.Selection();
        var force = new Option<bool>("--force") { Description = "Cut the power instead of asking the guest" };
        return make.Make("stop", "Shut machines down", [selection, force], async (session, parsed, cancel) =>
        {
            using var openFarm = await session.OpenAsync(cancel);
            var machines = await Session.EveryMachineAsync(openFarm, parsed.GetValue(selection)!, cancel);
            await DownCommand.StopAsync(session, openFarm, machines, parsed.GetValue(force), cancel);
            return 0;
        });
    }

    static Command Simple(CommandMaker make, string name, string description, Func<IEngine, MachineId, CancellationToken, Task> act)
    {
        var selection = Arguments.Selection();
        return make.Make(name, description, [selection], async (session, parsed, cancel) =>
        {
            using var openFarm = await session.OpenAsync(cancel);
            var machines = await Session.MachinesAsync(openFarm, parsed.GetValue(selection)!, cancel);
            if (name == "resume")
                RefuseUnfinished(machines);
            foreach (var machine in machines)
            {
                if (name != "reset" && !openFarm.Engine(machine.Hypervisor).Can.Pause)
                    throw CroftException.Usage(
                        $"hypervisor \"{machine.Hypervisor}\" has no machines that stand still",
                        $"croft stop {machine.Record.Name}"
                    );
                if (name == "reset" && openFarm.GuestOf(machine) is { } guest)
                    await guest.CloseAsync(cancel);
                await act(openFarm.Engine(machine.Hypervisor), machine.Record.Id, cancel);
                await InUse.MarkAsync(openFarm, machine, name, cancel);
            }

            return 0;
        });
    }

    static int Nothing(Session session)
    {
        session.Terminal.Say("Nothing to do: the machines run.");
        return 0;
    }
}
