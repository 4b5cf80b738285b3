using Croft.Images;
using Croft.Journal;

namespace Croft.Cli;

/// <summary>One line per step.</summary>
sealed class LineProgress(Terminal terminal) : Progress(terminal), IProgress<ImageProgress>
{
    /// <summary>Between two lines of one phase of an image.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    readonly Dictionary<(string, string), DateTimeOffset> started = [];
    readonly Dictionary<string, (string Phase, long Time)> images = [];

    public override IProgress<ImageProgress> Images => this;

    public void Report(ImageProgress value)
    {
        var now = TimeProvider.System.GetTimestamp();
        lock (images)
        {
            if (
                images.TryGetValue(value.Image, out var last)
                && value.Phase == last.Phase
                && TimeProvider.System.GetElapsedTime(last.Time, now) < Pause
            )
                return;
            images[value.Image] = (value.Phase, now);
        }

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
            Terminal.Say(
                $"{machine}: {step}: {entry.Outcome?.ToString().ToLowerInvariant()}{took}{(entry.Reason is null ? "" : " (" + entry.Reason + ")")}"
            );
        }
    }
}
