using Croft.Journal;
using Croft.Reports;
using Croft.Tests.Farms;
using Croft.Tests.Journal;

namespace Croft.Tests.Reports;

/// <summary>Runs to report on, written through a real journal; times are seconds of the run.</summary>
public sealed class SampleRun : IDisposable
{
    readonly TemporaryFolder state = new();
    readonly SetClock clock = new();
    readonly DateTimeOffset start;
    readonly List<(double At, Action<RunJournal> Write)> script = [];
    readonly RunJournal journal;

    public SampleRun(string farm = "vde", string project = "vde")
    {
        start = clock.Time;
        this.journal = RunJournal.Create(state.Path, clock);
        At(0, journal => journal.RunStart(farm, "run", project));
    }

    public RunFolder Folder => this.journal.Folder;

    public SampleRun At(double seconds, Action<RunJournal> write)
    {
        script.Add((seconds, write));
        return this;
    }

    public SampleRun Machine(string name, string platform = "debian_12", string target = "amd64") =>
        At(0, journal => journal.Machine(name, platform, target, target == "arm64" ? "aarch64" : "x86_64", "local", "10.80.0.40"));

    public SampleRun Step(
        string machine,
        string step,
        double from,
        double to,
        Outcome outcome = Outcome.Passed,
        string? reason = null,
        string? log = null
    )
    {
        var path = log is null ? null : Folder.LogPath(machine, step);
        if (path is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, log);
        }
        At(from, journal => journal.StepStart(machine, step, path));
        return At(to, journal => journal.StepEnd(machine, step, outcome, reason));
    }

    public SampleRun Skip(string machine, string step, double at, string reason) =>
        At(at, journal => journal.StepEnd(machine, step, Outcome.Skipped, reason));

    public SampleRun Artifact(string machine, string name, string text)
    {
        var path = Path.Combine(Folder.ArtifactsPath(machine), name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return this;
    }

    public SampleRun End(double seconds, Outcome outcome, string? reason = null) => At(seconds, journal => journal.RunEnd(outcome, reason));

    public RunSummary Summary()
    {
        foreach (var (at, write) in script.OrderBy(entry => entry.At))
        {
            clock.Time = start.AddSeconds(at);
            write(this.journal);
        }
        script.Clear();
        return RunSummary.Read(Folder);
    }

    public string Html()
    {
        HtmlReport.Write(Summary(), Folder);
        return File.ReadAllText(Folder.HtmlPath);
    }

    public void Dispose()
    {
        this.journal.Dispose();
        state.Dispose();
    }
}
