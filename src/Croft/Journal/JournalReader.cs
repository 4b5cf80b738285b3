using System.Collections.Immutable;

namespace Croft.Journal;

/// <summary>Reads a journal back, whatever a crash has left of it.</summary>
public static class JournalReader
{
    /// <summary>
    /// Reads the events of a journal in the order they were written. A torn last line (Croft was killed while writing it) is left
    /// out; any other line that cannot be read becomes a <see cref="EventKind.Note"/> that names it.
    /// </summary>
    public static ImmutableArray<JournalEvent> Read(string path)
    {
        ReadOnlySpan<byte> text;
        try
        {
            // Shared with the writer: a run that goes on can be read too.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var memory = new MemoryStream();
            file.CopyTo(memory);
            text = memory.GetBuffer().AsSpan(0, (int)memory.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CroftException.World($"cannot read the journal {path}: {e.Message}", cause: e);
        }

        var events = ImmutableArray.CreateBuilder<JournalEvent>();
        for (var number = 1; !text.IsEmpty; number++)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];
            if (JournalLine.Read(line) is { } read)
                events.Add(read);
            else if (end >= 0 && !line.IsEmpty)
                events.Add(Damaged(path, number, events.Count == 0 ? default : events[^1].Time));
        }
        return events.ToImmutable();
    }

    // Its time is unknown; the time of the event before it keeps the order.
    static JournalEvent Damaged(string path, int number, DateTimeOffset time) =>
        new(time, EventKind.Note, Reason: $"{Path.GetFileName(path)}:{number}: this line is damaged and was left out");
}
