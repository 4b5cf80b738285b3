using System.Collections.Immutable;
using System.Text;
using Croft.Journal;

namespace Croft.Reports;

/// <summary>The platform × target matrix of the page; each machine in it links to its part further down.</summary>
static class HtmlMatrix
{
    internal static void Write(StringBuilder page, RunSummary summary)
    {
        var (platforms, targets, cells) = summary.Matrix();
        var numbers = summary
            .Machines.Select((machine, index) => (machine, index))
            .ToDictionary(m => m.machine.Name, m => m.index, StringComparer.Ordinal);

        page.Line("<section><h2>Platforms and targets</h2><div class=\"scroll\"><table class=\"matrix\">");
        page.Append("<thead><tr><th scope=\"col\">");
        foreach (var target in targets)
            page.Append($"<th scope=\"col\">{Name(target)}");
        page.Line("<tbody>");
        foreach (var platform in platforms)
        {
            page.Append($"<tr><th scope=\"row\">{Name(platform)}");
            foreach (var target in targets)
                Cell(page, [.. cells[(platform, target)]], numbers);
            page.Line("");
        }
        page.Line("</table></div></section>");
    }

    static void Cell(StringBuilder page, ImmutableArray<MachineSummary> machines, Dictionary<string, int> numbers)
    {
        page.Append("<td>");
        if (machines.IsEmpty)
            page.Append("<div class=\"none\" title=\"no machine\">·</div>");
        foreach (var machine in machines)
        {
            var word = machine.Outcome.Word();
            page.Append($"<a class=\"{word}\" href=\"#m{numbers[machine.Name]}\" title=\"{Html.Text(machine.Name)}\">");
            page.Append($"{Mark(machine.Outcome)}<span><b>{word}</b>");
            if (machines.Length > 1 || !IsPlain(machine))
                page.Append($" <i>{Html.Text(machine.Name)}</i>");
            page.Append($"</span><small>{Duration.Text(machine.Duration)}</small></a>");
        }
    }

    /// <summary>A sign beside the word, for the eye that skims.</summary>
    internal static string Mark(Outcome outcome) =>
        $"<span class=\"mark\" aria-hidden=\"true\">{outcome switch { Outcome.Passed or Outcome.Cached => "✓", Outcome.Failed => "✕", Outcome.Error => "!", Outcome.Cancelled => "■", _ => "–" }}</span>";

    // One that the permutations made is called by its row and column already.
    static bool IsPlain(MachineSummary machine) =>
        machine.Name == $"{machine.Platform}-{machine.Target}".Replace('_', '-') || machine.Name == $"{machine.Platform}-{machine.Target}";

    static string Name(string name) => name is "" ? "–" : Html.Text(name);
}
