using Croft.Images;
using Croft.Journal;

namespace Croft.Cli;

/// <summary>One line per step.</summary>
sealed class LineProgress(Terminal terminal) : Progress(terminal), IProgress<ImageProgress>
{
    /// <summary>Between two lines of one phase of an image.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    readonly Dictionary<(string, string), DateTimeOffset> started = [];
    string lastPhase = "";
    long lastTime;

    public override IProgress<ImageProgress> Images => this;

    public void Report(ImageProgress value)
    {
        var now = TimeProvider.System.GetTimestamp();
        if (value.Phase == lastPhase && TimeProvider.System.GetElapsedTime(lastTime, now) < Pause)
            return;
        (lastPhase, lastTime) = (value.Phase, now);
        Terminal.Say(Describe(value));
    }

    protected override void Show(JournalEvent entry)
    {
        if (entry.Machine is not { } machine || entry.Step is not { } step)
            return;
        lock (started)
        {
            if (entry.Kind == EventKind.StepStart)
                started[(machine, step)] = entry.Time;
            if (entry.Kind != EventKind.StepEnd)
                return;
            var took = started.TryGetValue((machine, step), out var start) ? " " + Seconds(entry.Time - start) : "";
            Terminal.Say($"{machine}: {step}: {entry.Outcome?.ToString().ToLowerInvariant()}{took}{(entry.Reason is null ? "" : " (" + entry.Reason + ")")}");
        }
    }
}
