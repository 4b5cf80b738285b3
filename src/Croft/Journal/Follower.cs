using System.Threading.Channels;

namespace Croft.Journal;

/// <summary>
/// One view of a run, which is shown every event on a thread of its own: whoever writes the journal never waits for it, be its terminal
/// stopped.
/// </summary>
sealed class Follower : IDisposable
{
    readonly Channel<JournalEvent> events = Channel.CreateUnbounded<JournalEvent>(new() { SingleReader = true });
    readonly RunJournal journal;
    readonly Action<JournalEvent> show;
    readonly Task showing;

    public Follower(RunJournal journal, Action<JournalEvent> show)
    {
        (this.journal, this.show) = (journal, show);
        showing = Task.Run(ShowAsync);
    }

    /// <summary>Takes an event, and returns at once.</summary>
    public void Take(JournalEvent entry) => events.Writer.TryWrite(entry);

    /// <summary>Returns when it has shown what it took.</summary>
    public void Dispose()
    {
        journal.Leave(this);
        events.Writer.TryComplete();
        showing.GetAwaiter().GetResult();
    }

    async Task ShowAsync()
    {
        await foreach (var entry in events.Reader.ReadAllAsync())
        {
            try
            {
                show(entry);
            }
            catch (Exception e)
            {
                journal.Leave(this, $"a view of the run broke and was closed: {e.Message}"); // it must not cost the run
                return;
            }
        }
    }
}
