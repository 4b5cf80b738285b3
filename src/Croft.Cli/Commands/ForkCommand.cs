using System.CommandLine;
using Croft.Lifecycle;

namespace Croft.Cli.Commands;

static class ForkCommand
{
    const int MostForks = 100;

    public static Command Create(CommandMaker make)
    {
        var machine = new Argument<string>("MACHINE") { Description = "The machine to fork; it goes on running" };
        var count = Count();
        var name = new Option<string?>("--name")
        {
            Description = "The new machine's name, or what the names begin with; by default MACHINE-1, MACHINE-2, …",
            HelpName = "NAME",
        };
        var from = new Option<string?>("--from")
        {
            Description = "Fork this snapshot or layer, which must hold memory, instead of the present state",
            HelpName = "SNAPSHOT",
        };
        return make.Make(
            "fork",
            "Make machines that continue from a running one's present state, each with its own identity",
            [machine, count, name, from],
            async (session, parsed, cancel) =>
            {
                var wanted = parsed.GetValue(count);
                if (wanted is < 1 or > MostForks)
                    throw CroftException.Usage($"--count is from 1 to {MostForks}");
                var farm = session.LoadFarm();
                using var before = await OpenFarm.OpenAsync(farm, session.Settings, cancel);
                var parent = await ParentAsync(before, parsed.GetValue(machine)!, cancel);
                var names = Names(parsed.GetValue(name), wanted, parent);
                using var openFarm = await OpenFarm.OpenAsync(
                    FarmFork.With(farm, parent.Record.Name, names, parent.Hypervisor),
                    session.Settings,
                    cancel
                );
                var plan = (await openFarm.PlanAsync(cancel)).Of(names);
                using var view = Progress.Create(session.Terminal, names);
                var summary = await FarmFork.RunAsync(openFarm, parent, parsed.GetValue(from), plan, view.Follow, view.Images, cancel);
                view.Dispose();
                return UpCommand.Report(session, summary, cancel);
            },
            alone: true
        );
    }

    static string[] Names(string? stem, int count, ExistingMachine parent) =>
        stem is not null && count == 1 ? [stem] : [.. Enumerable.Range(1, count).Select(i => $"{stem ?? parent.Record.Name}-{i}")];

    static Option<int> Count() =>
        new("--count")
        {
            Description = "How many",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };

    static async Task<ExistingMachine> ParentAsync(OpenFarm openFarm, string name, CancellationToken cancel)
    {
        var chosen = await Session.MachinesAsync(openFarm, [name], cancel);
        return chosen is [var one]
            ? one
            : throw CroftException.Usage(
                $"fork forks one machine, and \"{name}\" means {(chosen.Count == 0 ? "none" : string.Join(", ", chosen.Select(m => m.Record.Name)))}",
                "name one; --count says how many forks of it"
            );
    }
}
