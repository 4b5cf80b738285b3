using System.Text;
using Croft.Journal;

namespace Croft.Reports;

/// <summary>A run's results for a terminal: platforms × targets, then what went wrong and where its log is, then the verdict.</summary>
public static class TerminalMatrix
{
    /// <summary>
    /// The text, ending with a line end. With the run's folder, logs are named by full paths, which can be opened as they stand.
    /// </summary>
    public static string Render(RunSummary summary, bool color, RunFolder? run = null)
    {
        var text = new StringBuilder();
        if (!summary.Machines.IsEmpty)
        {
            var (platforms, targets, cells) = summary.Matrix();
            text.Append(
                TextTable.Render(
                    ["platform", .. targets.Select(Name)],
                    platforms.Select(platform =>
                        (string[])[Name(platform), .. targets.Select(target => Cell([.. cells[(platform, target)]], color))]
                    )
                )
            );
            text.Append('\n');
        }
        foreach (var machine in summary.Machines.Where(machine => !machine.IsGood).OrderByDescending(machine => machine.Outcome.Severity()))
        {
            Explain(text, machine, machine.Worst!, color, run);
            text.Append('\n');
        }
        var counts = summary.Counts is { Length: > 0 } some ? $": {some}" : "";
        text.Append($"run {summary.Id} {Painted(summary.Interrupted ? "interrupted" : summary.Outcome.Word(), summary.Outcome, color)}");
        text.Append($" after {Duration.Text(summary.Duration)}{counts}\n");
        if (summary.Reason is { } reason)
            text.Append("  ").Append(Indented(reason)).Append('\n');
        return text.ToString();
    }

    static void Explain(StringBuilder text, MachineSummary machine, StepSummary step, bool color, RunFolder? run)
    {
        text.Append($"{PlainText.Line(machine.Name)}: {Painted(step.Outcome.Word(), step.Outcome, color)}");
        text.Append($" in {PlainText.Line(step.Name)} after {Duration.Text(step.Duration)}\n");
        if (step.Reason is { } reason)
            text.Append("  ").Append(Indented(reason)).Append('\n');
        if (step.Log is { } log)
            text.Append("  log: ").Append(PlainText.Line(run?.Resolve(log) ?? log)).Append('\n');
    }

    // "failed", or for several machines of one kind "2 failed, 18 passed".
    static string Cell(MachineSummary[] machines, bool color) =>
        machines switch
        {
            [] => "·",
            [var only] => Painted(only.Outcome.Word(), only.Outcome, color),
            _ => Painted(
                Outcomes.Count(machines.Select(machine => machine.Outcome)),
                machines.MaxBy(machine => machine.Outcome.Severity())!.Outcome,
                color
            ),
        };

    static string Name(string name) => PlainText.Line(name) is { Length: > 0 } given ? given : "-";

    static string Indented(string text) => PlainText.Of(text).Trim().Replace("\n", "\n  ", StringComparison.Ordinal);

    static string Painted(string word, Outcome outcome, bool color) => color ? $"\u001b[{Colour(outcome)}m{word}\u001b[0m" : word;

    static string Colour(Outcome outcome) =>
        outcome switch
        {
            Outcome.Error => "1;35",
            Outcome.Failed => "1;31",
            Outcome.Cancelled => "33",
            Outcome.Passed => "32",
            Outcome.Cached => "36",
            _ => "2",
        };
}
