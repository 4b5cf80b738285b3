using System.CommandLine;
using Croft.Cli.Options;
using Croft.Journal;
using Croft.Lifecycle;
using Croft.Reports;

namespace Croft.Cli.Commands;

static class UpCommand
{
    public static Command Create(CommandMaker make)
    {
        var selection = Arguments.Selection();
        var recreate = Arguments.Recreate();
        var (saved, accept) = (SavedPlan.Option(), Arguments.AcceptHostKey());
        return make.Make(
            "up",
            "Create and start machines, and wait until they answer; a second up changes nothing",
            [selection, recreate, accept, saved],
            async (session, parsed, cancel) =>
            {
                using var openFarm = await session.OpenAsync(parsed.GetValue(accept), cancel);
                await BridgeCommand.OfferAsync(session, openFarm.Farm, cancel);
                var plan = await SavedPlan.OrChosenAsync(parsed.GetValue(saved), parsed.GetValue(selection)!, openFarm, cancel);
                session.Warn(plan);
                using var view = Progress.Create(session.Terminal, plan.Machines.Select(m => m.Spec.Name));
                var summary = await FarmUp.RunAsync(openFarm, plan, parsed.GetValue(recreate), "up", view.Follow, view.Images, cancel);
                view.Dispose();
                if (summary is null)
                {
                    session.Terminal.Say($"Nothing to do: {plan.Machines.Length} of {plan.Machines.Length} machines run as declared.");
                    return 0;
                }

                return Report(session, summary, cancel);
            },
            alone: true
        );
    }

    /// <summary>Says how it went; the exit code follows from the worst outcome.</summary>
    public static int Report(Session session, RunSummary summary, CancellationToken cancel)
    {
        foreach (var machine in summary.Machines.Where(m => !m.IsGood))
            session.Terminal.Say($"{session.Terminal.Bad("Error:")} {machine.Name}: {machine.Worst?.Name}: {machine.Worst?.Reason}");
        var good = summary.Machines.Count(m => m.IsGood);
        session.Terminal.Say($"{good} of {summary.Machines.Length} machines up.");
        cancel.ThrowIfCancellationRequested();
        return ExitCode(summary);
    }

    public static int ExitCode(RunSummary summary) =>
        summary.Machines.Any(m => m.Outcome == Outcome.Error) ? (int)FaultKind.World
        : summary.Machines.Any(m => m.Outcome == Outcome.Failed) ? (int)FaultKind.Farm
        : summary.Machines.Any(m => m.Outcome == Outcome.Cancelled) ? ErrorPrinter.Cancelled
        : 0;
}
