using System.Text;
using Croft.Journal;

namespace Croft.Reports;

/// <summary>The page's timeline: a row for each machine, a bar for each step, one axis for all.</summary>
static class HtmlTimeline
{
    static readonly int[] TickSeconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];

    internal static void Write(StringBuilder page, RunSummary summary)
    {
        var seconds = Math.Max(summary.Duration.TotalSeconds, 0.001);
        var tick = TickSeconds.FirstOrDefault(tick => seconds / tick <= 7, (int)Math.Ceiling(seconds / 7 / 86400) * 86400);
        var work = TimeSpan.FromSeconds(summary.Machines.Sum(machine => machine.Steps.Sum(step => step.Duration.TotalSeconds)));

        page.Line("<section><h2>Timeline</h2>");
        page.Line(
            $"<p class=\"soft\">{Html.Many(summary.Machines.Length, "machine")}, {Duration.Text(work)} of work in {Duration.Text(summary.Duration)}.</p>"
        );
        page.Append(
            $"<div class=\"timeline\" style=\"--tick:{Html.Percent(tick / seconds)}\"><div class=\"axis\" aria-hidden=\"true\"><div>"
        );
        for (var at = 0; at <= seconds; at += tick)
            if (at == 0 || at <= seconds * 0.97)
                page.Append($"<span style=\"left:{Html.Percent(at / seconds)}\">{Label(at)}</span>");
        page.Line("</div></div>");
        for (var index = 0; index < summary.Machines.Length; index++)
            Row(page, summary, index, seconds);
        page.Line("</div>");
        Legend(page, summary);
        page.Line("</section>");
    }

    static void Row(StringBuilder page, RunSummary summary, int index, double seconds)
    {
        var machine = summary.Machines[index];
        var mark = machine.IsGood ? "" : HtmlMatrix.Mark(machine.Outcome) + " ";
        page.Append(
            $"<div class=\"row {machine.Outcome.Word()}\"><a href=\"#m{index}\" title=\"{Html.Text(machine.Name)}\">{mark}{Html.Text(machine.Name)}</a><div class=\"track\">"
        );
        for (var number = 0; number < machine.Steps.Length; number++)
        {
            var step = machine.Steps[number];
            if (step.Outcome == Outcome.Skipped)
                continue; // it took no time
            var share = step.Duration.TotalSeconds / seconds;
            var name = Html.Text(step.Name);
            var title =
                $"{name}: {step.Outcome.Word()} in {Duration.Text(step.Duration)}, from {Duration.Text(step.Start - summary.Start)} on";
            page.Append($"<a class=\"bar {Kind(step)}\" href=\"#m{index}s{number}\" title=\"{title}\" ");
            page.Append(
                $"style=\"left:{Html.Percent((step.Start - summary.Start).TotalSeconds / seconds)};width:{Html.Percent(share)}\"><span>{name}</span></a>"
            );
        }
        page.Line("</div></div>");
    }

    // What went wrong is coloured by outcome; the rest by what it is.
    static string Kind(StepSummary step) =>
        step switch
        {
            { Outcome: not (Outcome.Passed or Outcome.Cached) } => step.Outcome.Word(),
            { Outcome: Outcome.Cached } => "cached",
            { Own: "startup" } => "startup",
            { Own: "clean" or "dependencies" or "init" } => "prepare",
            { Own: "main" } => "main",
            { Own: "terminate" or "shutdown" } => "end",
            _ when step.Own.StartsWith("create ", StringComparison.Ordinal) || step.Own.StartsWith("restore ", StringComparison.Ordinal) =>
                "layer",
            _ => "other",
        };

    static void Legend(StringBuilder page, RunSummary summary)
    {
        var kinds = summary.Machines.SelectMany(machine => machine.Steps).Select(Kind).ToHashSet();
        page.Append("<ul class=\"legend\">");
        foreach (
            var (kind, meaning) in (ReadOnlySpan<(string, string)>)
                [
                    ("startup", "startup"),
                    ("layer", "layers created, restored"),
                    ("cached", "cached"),
                    ("prepare", "dependencies, init"),
                    ("main", "main"),
                    ("end", "terminate, shutdown"),
                    ("other", "other steps"),
                    ("failed", "failed"),
                    ("error", "error"),
                    ("cancelled", "cancelled"),
                ]
        )
            if (kinds.Contains(kind))
                page.Append($"<li><span class=\"bar {kind}\"></span>{meaning}");
        page.Line("</ul>");
    }

    static string Label(int seconds) =>
        seconds switch
        {
            0 => "0",
            < 60 => $"{seconds}s",
            < 3600 => seconds % 60 == 0 ? $"{seconds / 60}m" : $"{seconds / 60}m {seconds % 60:00}s",
            < 86400 => seconds % 3600 == 0 ? $"{seconds / 3600}h" : $"{seconds / 3600}h {seconds % 3600 / 60:00}m",
            _ => $"{seconds / 86400}d {seconds % 86400 / 3600}h",
        };
}
