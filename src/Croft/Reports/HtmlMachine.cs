using System.Collections.Immutable;
using System.Text;
using Croft.Journal;

namespace Croft.Reports;

/// <summary>One machine's part of the page: its steps with the logs behind them, its guests' tests, notes and files.</summary>
sealed class HtmlMachine(StringBuilder page, RunSummary summary, RunFolder run, int logBytes)
{
    const int FullLogBytes = 256 << 10;
    const int MaxFiles = 500;
    const int MaxListed = 100;
    const int MaxTasks = 1000;

    internal void Write(int index, bool open)
    {
        var machine = summary.Machines[index];
        var word = machine.Outcome.Word();
        page.Line($"<details class=\"machine {word}\" id=\"m{index}\"{(open ? " open" : "")}><summary>");
        page.Append($"<span class=\"chip {word}\">{HtmlMatrix.Mark(machine.Outcome)}{word}</span><b>{Html.Text(machine.Name)}</b>");
        string[] facts =
        [
            machine.Platform,
            machine.Target,
            machine.Arch == machine.Target ? "" : machine.Arch,
            machine.Hypervisor,
            machine.Address,
            machine.Project,
        ];
        page.Append($"<span class=\"soft\">{string.Join(" · ", facts.Where(fact => fact is not "").Select(Html.Text))}</span>");
        page.Append($"<span class=\"time\">{Duration.Text(machine.Duration)}</span>");
        if (machine is { IsGood: false, Worst: { } worst })
            page.Append($"<span class=\"why\">{Html.Text(worst.Name)}: {Html.Text(worst.Reason ?? word)}</span>");
        page.Line("</summary><div class=\"inside\"><h3>Steps</h3><ol>");
        for (var number = 0; number < machine.Steps.Length; number++)
            Step(machine.Steps[number], $"m{index}s{number}", open);
        page.Line("</ol>");
        Tests(GuestTests.Read(run, machine.Name));
        Notes(page, summary, machine.Notes);
        Files(machine);
        page.Line("</div></details>");
    }

    // A step with a log is a row that opens.
    void Step(StepSummary step, string id, bool open)
    {
        var path = step.Log is { } log ? run.Resolve(log) : null;
        var tail = LogTail.Read(path, step.Outcome.IsGood() ? logBytes : FullLogBytes);
        page.Append($"<li class=\"step\" id=\"{id}\">");
        page.Append(tail is null ? "<div>" : $"<details{(open && !step.Outcome.IsGood() ? " open" : "")}><summary>");
        var word = step.Outcome.Word();
        page.Append(
            $"<span>{Html.Text(step.Name)}</span><span><span class=\"chip {word}\">{HtmlMatrix.Mark(step.Outcome)}{word}</span></span>"
        );
        page.Append($"<span class=\"time\">{(step.Outcome == Outcome.Skipped ? "" : Duration.Text(step.Duration))}</span>");
        page.Append($"<span class=\"why\">{Html.Lines(step.Reason ?? "")}</span>");
        if (tail is null)
            page.Append("</div>");
        else
            Log(step, tail, $"<a href=\"{Html.Link(run.Relative(path!))}\">{Html.Text(run.Relative(path!))}</a>");
        page.Line("</li>");
    }

    void Log(StepSummary step, LogTail tail, string link)
    {
        page.Append($"<span class=\"open\">log, {Html.Size(tail.Length)}</span></summary>");
        Tasks(step);
        page.Append("<p class=\"cut\">");
        page.Append(tail.Cut > 0 ? $"The first {Html.Size(tail.Cut)} are left out here; all of it: {link}" : $"Also in {link}");
        // The newline after <pre> is the one that HTML drops.
        page.Append($"</p><div class=\"log\" tabindex=\"0\" role=\"region\" aria-label=\"Log of {Html.Text(step.Name)}\"><pre>\n");
        page.Append($"{(tail.Length == 0 ? "(empty)" : Html.Lines(tail.Text))}</pre></div></details>");
    }

    void Tasks(StepSummary step)
    {
        if (step.Tasks.IsEmpty)
            return;
        page.Append($"<ol class=\"tasks\" aria-label=\"Tasks of {Html.Text(step.Name)}\">");
        foreach (var task in step.Tasks.Take(MaxTasks))
            page.Append(
                $"<li><span class=\"time\">{Duration.Text(task.Duration)}</span><span>{Html.Text(task.Name)} <span class=\"soft\">{Html.Text(string.Join(" · ", new[] { task.Result, task.Place }.Where(part => part is not "")))}</span></span>"
            );
        if (step.Tasks.Length > MaxTasks)
            page.Append($"<li><span></span><span class=\"soft\">… and {step.Tasks.Length - MaxTasks} more, in events.jsonl</span>");
        page.Append("</ol>");
    }

    void Tests(GuestTests tests)
    {
        if (tests.Cases.IsEmpty && tests.Notes.IsEmpty)
            return;
        page.Append(
            $"<h3>Tests found among its files</h3><p>{(tests.Cases.IsEmpty ? "None could be read." : Outcomes.Count(tests.Cases.Select(test => test.Outcome)))}</p><ul class=\"tests\">"
        );
        ImmutableArray<TestCase> bad = [.. tests.Cases.Where(test => !test.Outcome.IsGood())];
        foreach (var test in bad.Take(MaxListed))
        {
            var word = test.Outcome.Word();
            page.Append(
                $"<li><span class=\"chip {word}\">{HtmlMatrix.Mark(test.Outcome)}{word}</span> {Html.Text(test.ClassName is "" ? test.Name : $"{test.ClassName}.{test.Name}")}"
            );
            page.Append($" <span class=\"why\">{Html.Text(test.Message ?? test.Detail?.Split('\n')[0])}</span>");
        }
        if (bad.Length > MaxListed)
            page.Append($"<li class=\"soft\">… and {bad.Length - MaxListed} more, in junit.xml");
        foreach (var note in tests.Notes)
            page.Append($"<li class=\"soft\">{Html.Text(note)}");
        page.Line("</ul>");
    }

    internal static void Notes(StringBuilder page, RunSummary summary, ImmutableArray<NoteSummary> notes)
    {
        if (notes.IsEmpty)
            return;
        page.Append("<h3>Notes</h3><ul class=\"notes\">");
        foreach (var note in notes.Take(MaxListed))
        {
            var step = note.Step is null ? "" : $"<span class=\"soft\">{Html.Text(note.Step)}:</span> ";
            page.Append(
                $"<li><span class=\"time\">{Duration.Text(note.Time - summary.Start)}</span><span>{step}{Html.Text(note.Text)}</span>"
            );
        }
        if (notes.Length > MaxListed)
            page.Append($"<li><span></span><span class=\"soft\">… and {notes.Length - MaxListed} more, in events.jsonl</span>");
        page.Line("</ul>");
    }

    void Files(MachineSummary machine)
    {
        var (paths, count) = Artifacts.Of(run, machine.Name, "*", MaxFiles);
        var console = new FileInfo(run.ConsolePath(machine.Name));
        if (!console.Exists && count == 0)
            return;
        page.Append("<h3>Files</h3>");
        if (count > 30)
            page.Append($"<details class=\"more\"><summary>{Html.Many(count, "artifact")}</summary>");
        page.Append("<ul class=\"files\">");
        if (console.Exists)
            File(console.FullName, "serial console");
        var folder = run.ArtifactsPath(machine.Name);
        foreach (var path in paths)
            File(path, Path.GetRelativePath(folder, path));
        if (count > MaxFiles)
            page.Append(
                $"<li class=\"soft\">… and {count - MaxFiles} more in <a href=\"{Html.Link(run.Relative(folder))}/\">{Html.Text(run.Relative(folder))}</a>"
            );
        page.Append("</ul>");
        page.Line(count > 30 ? "</details>" : "");
    }

    void File(string path, string name) =>
        page.Append(
            $"<li><a href=\"{Html.Link(run.Relative(path))}\">{Html.Text(name)}</a> <span class=\"soft\">{Html.Size(new FileInfo(path).Length)}</span>"
        );
}
