using Croft.Images;
using Croft.Journal;

namespace Croft.Cli;

/// <summary>One line per step.</summary>
sealed class LineProgress(Terminal terminal) : Progress(terminal), IProgress<ImageProgress>
{
    readonly Dictionary<(string, string), DateTimeOffset> started = [];
    string lastImage = "";

    public override IProgress<ImageProgress> Images => this;

    public void Report(ImageProgress value)
    {
        var line = $"image {value.Image}: {value.Phase}";
        if (line == lastImage)
            return;
        lastImage = line;
        Terminal.Say(line);
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
