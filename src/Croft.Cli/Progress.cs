using System.Globalization;
using Croft.Images;
using Croft.Journal;

namespace Croft.Cli;

/// <summary>Shows what happens while it happens: a live table on a terminal, a line per step elsewhere.</summary>
abstract class Progress : IDisposable
{
    IDisposable? following;

    protected Progress(Terminal terminal) => Terminal = terminal;

    protected Terminal Terminal { get; }

    /// <summary>Takes the progress of image builds and downloads.</summary>
    public abstract IProgress<ImageProgress> Images { get; }

    /// <summary>There is one screen: of views side by side the first is live, the others say lines above it.</summary>
    public static Progress Create(Terminal terminal, IEnumerable<string> machines) =>
        terminal.IsLive && terminal.TryTakeScreen() ? new LiveProgress(terminal, machines) : new LineProgress(terminal);

    /// <summary>Follows a run from its first event.</summary>
    public virtual void Follow(RunJournal journal) => following = journal.Follow(Show);

    public virtual void Dispose() => following?.Dispose();

    protected abstract void Show(JournalEvent entry);

    /// <summary>Phase, bytes, rate and time left, as far as known.</summary>
    protected static string Describe(ImageProgress image)
    {
        var bytes = image.Done == 0 ? "" : $" {image.Done >> 20}{(image.Total is { } total ? $" of {total >> 20}" : "")} MiB";
        var rate = image.Rate is { } perSecond ? $", {perSecond / (1 << 20):0.0} MiB/s" : "";
        var left = image.TimeLeft is { } time ? $", {time.TotalSeconds:0} s left" : "";
        return $"image {image.Image}: {image.Phase}{bytes}{rate}{left}";
    }

    protected static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s";
}
