using System.CommandLine;
using System.Text.Json.Nodes;
using Croft.Journal;
using Croft.Reports;

namespace Croft.Cli.Commands;

static class ReportCommand
{
    public static Command Create(CommandMaker make)
    {
        var run = new Argument<string?>("RUN")
        {
            Description = "Id of a run, or its beginning (default: the latest)",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return make.Make("report", "Render a run's reports again from its journal", [run], (session, parsed, _) =>
        {
            var state = Path.Combine(
                Path.GetDirectoryName(session.FarmPath() ?? throw CroftException.Usage("there is no farm.yaml here or in a folder above"))!,
                ".croft"
            );
            var id = parsed.GetValue(run);
            var folder = (
                id is null
                    ? RunFolder.All(state).Reverse().FirstOrDefault(f => RunSummary.Read(f).Command == "run")
                    : RunFolder.Find(state, id)
            ) ?? throw CroftException.Usage(id is null ? "the farm has no run yet" : $"the farm has no run {id}", "croft run makes one");
            return Task.FromResult(Print(session, WrittenReports.Of(folder), state));
        });
    }

    /// <summary>Prints a run's result and returns its exit code.</summary>
    public static int Print(Session session, RunSummary summary, string state)
    {
        var folder = RunFolder.Find(state, summary.Id)!;
        foreach (var warning in summary.Warnings)
            session.Terminal.Say($"Warning: {warning}");
        if (session.Output == "table")
        {
            Terminal.ResultText(TerminalMatrix.Render(summary, session.Terminal.ColorOut, folder));
            if (File.Exists(folder.HtmlPath))
                Terminal.Result($"report: {folder.HtmlPath}");
        }
        else
        {
            Terminal.ResultText(Printed.As(session.Output, Json(summary, folder)));
        }

        return UpCommand.ExitCode(summary);
    }

    static JsonObject Json(RunSummary summary, RunFolder folder) =>
        new()
        {
            ["run"] = summary.Id,
            ["farm"] = summary.Farm,
            ["outcome"] = summary.Outcome.ToString().ToLowerInvariant(),
            ["seconds"] = Math.Round(summary.Duration.TotalSeconds, 3),
            ["html"] = folder.HtmlPath,
            ["junit"] = folder.JUnitPath,
            ["machines"] = new JsonArray([
                .. summary.Machines.Select(m =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["name"] = m.Name,
                            ["platform"] = m.Platform,
                            ["target"] = m.Target,
                            ["hypervisor"] = m.Hypervisor,
                            ["outcome"] = m.Outcome.ToString().ToLowerInvariant(),
                            ["steps"] = new JsonArray([
                                .. m.Steps.Select(s =>
                                    (JsonNode)
                                        new JsonObject
                                        {
                                            ["name"] = s.Name,
                                            ["outcome"] = s.Outcome.ToString().ToLowerInvariant(),
                                            ["seconds"] = Math.Round(s.Duration.TotalSeconds, 3),
                                            ["reason"] = s.Reason,
                                            ["tasks"] = s.Tasks.IsEmpty ? null : new JsonArray([.. s.Tasks.Select(Json)]),
                                        }
                                ),
                            ]),
                        }
                ),
            ]),
        };

    static JsonNode Json(TaskSummary task) =>
        new JsonObject
        {
            ["name"] = task.Name,
            ["place"] = task.Place,
            ["result"] = task.Result,
            ["seconds"] = Math.Round(task.Duration.TotalSeconds, 3),
        };
}
