using System.Security.Cryptography;
using System.Text;
using Croft.Journal;

namespace Croft.Reports;

/// <summary>
/// A run's results as one page that needs nothing else: no network, no other file. What guests and tools wrote is shown as text only,
/// and the page's own policy forbids the browser whatever the page does not use.
/// </summary>
public static class HtmlReport
{
    const int LogBudget = 24 << 20;
    const int MaxOpen = 4;

    static readonly string Policy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        + $"script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(HtmlStyle.Script)))}'";

    /// <summary>Writes <c>report.html</c> into the run's folder.</summary>
    public static void Write(RunSummary summary, RunFolder run)
    {
        var page = Page(summary, run);
        ReportFile.Write(run.HtmlPath, file =>
        {
            using var text = new StreamWriter(file, ReportFile.Utf8);
            text.Write(page);
        });
    }

    static StringBuilder Page(RunSummary summary, RunFolder run)
    {
        var page = new StringBuilder();
        page.Line("<!doctype html>");
        page.Line("<html lang=\"en\"><head><meta charset=\"utf-8\">");
        page.Line($"<meta http-equiv=\"Content-Security-Policy\" content=\"{Policy}\">");
        page.Line(
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">"
        );
        page.Line("<meta name=\"referrer\" content=\"no-referrer\">");
        page.Line($"<title>{Html.Text(summary.Farm)}: {Word(summary)} – run {Html.Text(summary.Id)}</title>");
        page.Line($"<style>{HtmlStyle.Css}</style></head><body>");
        Header(page, summary);
        page.Line("<main>");
        if (summary.Machines.IsEmpty)
        {
            page.Line("<p class=\"soft\">No machine took part in this run.</p>");
        }
        else
        {
            HtmlMatrix.Write(page, summary);
            HtmlTimeline.Write(page, summary);
            Machines(page, summary, run);
        }
        HtmlMachine.Notes(page, summary, summary.Notes);
        page.Line("</main>");
        Footer(page, run);
        page.Line($"<script>{HtmlStyle.Script}</script></body></html>");
        return page;
    }

    static void Header(StringBuilder page, RunSummary summary)
    {
        page.Line($"<header><p class=\"eyebrow\">Croft run <span>{Html.Text(summary.Id)}</span></p><h1>{Html.Text(summary.Farm)}</h1>");
        page.Line($"<p class=\"verdict {summary.Outcome.Word()}\">{HtmlMatrix.Mark(summary.Outcome)}<span>{Verdict(summary)}</span></p>");
        if (summary.Reason is { } reason)
            page.Line($"<p class=\"why\">{Html.Lines(reason)}</p>");
        page.Append("<dl class=\"facts\">");
        Fact(page, "Project", Html.Text(summary.Project));
        Fact(page, "Command", Html.Text(summary.Command));
        Fact(
            page,
            "Started",
            $"<time datetime=\"{summary.Start.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}\">{summary.Start.UtcDateTime:d MMM yyyy, HH:mm} UTC</time>"
        );
        Fact(page, "Duration", Duration.Text(summary.Duration));
        Fact(
            page,
            "Machines",
            string.Join(
                ' ',
                Outcomes
                    .WorstFirst.Where(outcome => summary.Count(outcome) > 0)
                    .Select(outcome => $"<span class=\"chip {outcome.Word()}\">{summary.Count(outcome)} {outcome.Word()}</span>")
            )
        );
        page.Line("</dl></header>");
    }

    static void Fact(StringBuilder page, string name, string html)
    {
        if (html is not "")
            page.Append($"<div><dt>{name}</dt><dd>{html}</dd></div>");
    }

    static string Word(RunSummary summary) => summary.Interrupted ? "interrupted" : summary.Outcome.Word();

    static string Verdict(RunSummary summary)
    {
        var bad = summary.Machines.Count(machine => !machine.IsGood);
        var word = char.ToUpperInvariant(Word(summary)[0]) + Word(summary)[1..];
        var all = summary.Machines.Length;
        return (bad, all) switch
        {
            (_, 0) => word,
            (0, _) => $"{word}: {Html.Many(all, "machine")}, all fine",
            _ => $"{word}: {bad} of {Html.Many(all, "machine")} did not pass",
        };
    }

    // What needs a look comes first; among equals, the order of the run.
    static void Machines(StringBuilder page, RunSummary summary, RunFolder run)
    {
        var bad = summary.Machines.Count(machine => !machine.IsGood);
        var logs = summary.Machines.Sum(machine => machine.Steps.Count(step => step.Log is not null));
        var parts = new HtmlMachine(page, summary, run, Math.Clamp(LogBudget / Math.Max(logs, 1), 4 << 10, 256 << 10));
        page.Line("<section><h2>Machines</h2><div>");
        foreach (var index in Enumerable.Range(0, summary.Machines.Length).OrderBy(index => summary.Machines[index].IsGood))
            parts.Write(index, open: bad <= MaxOpen && !summary.Machines[index].IsGood);
        page.Line("</div></section>");
    }

    static void Footer(StringBuilder page, RunFolder run)
    {
        var junit = File.Exists(run.JUnitPath) ? $" · <a href=\"{Html.Link(run.Relative(run.JUnitPath))}\">JUnit</a>" : "";
        page.Line(
            $"<footer>Made by Croft from this run’s <a href=\"{Html.Link(run.Relative(run.EventsPath))}\">journal</a>{junit}</footer>"
        );
    }
}
