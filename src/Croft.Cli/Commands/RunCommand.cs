using System.Collections.Immutable;
using System.CommandLine;
using Croft.Cli.Options;
using Croft.Farms;
using Croft.Lifecycle;
using Croft.Planning;
using Croft.Reports;

namespace Croft.Cli.Commands;

static class RunCommand
{
    public static Command Create(CommandMaker make)
    {
        var selection = Arguments.Selection();
        var only = Steps(
            "--only",
            "Run only these phases; what they stand on is restored or run all the same. With shutdown and at most terminate, a machine is taken as it runs",
            RunOptions.Shutdown
        );
        var skip = Steps("--skip", "Do not run these phases");
        var keep = new Option<bool>("--keep") { Description = "Leave the machines up afterwards" };
        var failFast = new Option<bool>("--fail-fast") { Description = "Stop all machines when one fails" };
        var (fresh, saveAs) = (Fresh(), SaveAs());
        var (extra, projects) = (Arguments.ExtraVariables(), Arguments.Projects());
        var (saved, accept) = (SavedPlan.Option(), Arguments.AcceptHostKey());
        return make.Make(
            "run",
            "Run the project's phases on every machine, and report",
            [selection, projects, only, skip, keep, failFast, fresh, saveAs, extra, accept, saved],
            async (session, parsed, cancel) =>
            {
                Check(parsed.GetValue(only)!, parsed.GetValue(skip)!);
                var options = new RunOptions(
                    Parse(parsed.GetValue(only)!),
                    Parse(parsed.GetValue(skip)!),
                    parsed.GetValue(keep),
                    parsed.GetValue(failFast),
                    parsed.GetValue(fresh),
                    parsed.GetValue(saveAs)
                )
                {
                    OnlyShutdown = parsed.GetValue(only)!.Contains(RunOptions.Shutdown),
                };
                var farm = Session.Good(ExtraVariables.In(session.LoadFarm().Only(parsed.GetValue(projects)!), parsed.GetValue(extra)!));
                var settings = session.Settings with { AcceptsHostKeys = parsed.GetValue(accept) };
                using var openFarm = await OpenFarm.OpenAsync(farm, settings, cancel);
                var plan = await SavedPlan.OrChosenAsync(parsed.GetValue(saved), parsed.GetValue(selection)!, openFarm, cancel);
                return await RunAsync(session, openFarm, plan.TakingPart(parsed.GetValue(selection)!), options, cancel);
            },
            alone: true
        );
    }

    static void Check(string[] only, string[] skip)
    {
        if (only.Length > 0 && !only.Except(skip).Any())
            throw CroftException.Usage(
                $"--only {string.Join(" --only ", only)} with --skip of the same leaves nothing to run",
                "leave out one of them"
            );
    }

    static Option<bool> Fresh() =>
        new("--fresh") { Description = "Start every machine from its image, and revert machines that are in use too" };

    static Option<string?> SaveAs() =>
        new("--save-as")
        {
            Description = "Keep the state of machines that are in use under this name, then revert them",
            HelpName = "NAME",
        };

    static async Task<int> RunAsync(Session session, OpenFarm openFarm, Plan plan, RunOptions options, CancellationToken cancel)
    {
        session.Warn(plan);
        using var view = Progress.Create(session.Terminal, plan.Machines.Select(m => m.Spec.Name));
        Action<string, string>? output = session.Verbose ? (machine, line) => session.Terminal.Say($"{machine}: {line}") : null;
        var summary = await FarmRun.RunAsync(openFarm, plan, options, view.Follow, view.Images, output, cancel);
        view.Dispose();
        var code = ReportCommand.Print(session, summary, openFarm.Farm.StateDirectory);
        cancel.ThrowIfCancellationRequested();
        return code;
    }

    static Option<string[]> Steps(string name, string description, params string[] more)
    {
        var option = new Option<string[]>(name)
        {
            Description = description,
            HelpName = "PHASE",
            DefaultValueFactory = _ => [],
        };
        option.AcceptOnlyFromAmong([.. Enum.GetValues<Phase>().Select(PhaseFiles.Name), .. more]);
        return option;
    }

    static ImmutableArray<Phase> Parse(string[] names) => [.. Enum.GetValues<Phase>().Where(p => names.Contains(PhaseFiles.Name(p)))];
}
