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

    public static Progress Create(Terminal terminal, IEnumerable<string> machines) => terminal.IsLive ? new LiveProgress(terminal, machines) : new LineProgress(terminal);

    /// <summary>Follows a run from its first event.</summary>
    public void Follow(RunJournal journal) => following = journal.Follow(Show);

    public virtual void Dispose() => following?.Dispose();

    protected abstract void Show(JournalEvent entry);

    protected static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s";
}
