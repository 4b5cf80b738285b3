using System.Globalization;
using System.Text;
using Croft.Reports;
using Croft.Tools;

namespace Croft.Phases;

/// <summary>
/// The log of one phase, written block by block as it comes. What is more than its limit is left out before its last part, since people
/// need the end. A disk
/// that takes nothing does not stop the phase.
/// </summary>
sealed class PhaseLog : IDisposable
{
    const string Mark = "[croft: ";
    const int LongestEnd = 1 << 20;
    const int LongestLine = 1 << 12;

    readonly long limit;
    readonly Lines? lines;
    readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    readonly Tail<byte> last = new(LongestLine);
    readonly Tail<byte> end;
    readonly long room;
    FileStream? file;
    long written;

    /// <param name="limit">In bytes.</param>
    /// <param name="line">Takes every line; null does not.</param>
    public PhaseLog(string path, long limit, Action<string>? line)
    {
        this.limit = limit;
        var kept = (int)Math.Min(LongestEnd, limit / 2);
        (end, room) = (new(kept), limit - kept);
        lines = line is null ? null : new(line);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            GiveUp(e);
        }
    }

    /// <summary>What a reader of the run should know besides, such as why it is not whole.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>The last line with something in it that is not Croft's own.</summary>
    public string LastLine =>
        Encoding
            .UTF8.GetString(last.Kept)
            .Split(['\n', '\r'])
            .Select(PlainText.Line)
            .LastOrDefault(line => line.Length > 0 && !line.StartsWith(Mark, StringComparison.Ordinal))
        ?? "";

    /// <summary>Takes a line.</summary>
    public void AddLine(string line) => Add(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>Takes what Croft itself has to say.</summary>
    public void Note(string text) => AddLine($"{Mark}{text}]");

    /// <summary>Takes what was said next.</summary>
    public void Add(ReadOnlySpan<byte> said)
    {
        last.Add(said);
        Show(said, flush: false);
        var now = said[..(int)Math.Min(said.Length, room - written)];
        Write(now);
        written += now.Length;
        end.Add(said[now.Length..]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Show([], flush: true);
        lines?.End();
        var kept = end.Kept;
        if (end.Lost > 0)
        {
            Write(
                Encoding.UTF8.GetBytes(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"\n{Mark}{end.Lost} bytes are left out here: project.log_limit is {limit} bytes]\n"
                    )
                )
            );
            kept = kept[(kept[..Math.Min(kept.Length, LongestLine)].IndexOf((byte)'\n') + 1)..];
        }

        Write(kept);
        file?.Dispose();
        file = null;
    }

    void Show(ReadOnlySpan<byte> said, bool flush)
    {
        if (lines is null)
            return;
        var text = new char[Encoding.UTF8.GetMaxCharCount(said.Length)];
        lines.Add(text.AsSpan(0, decoder.GetChars(said, text, flush)));
    }

    void Write(ReadOnlySpan<byte> bytes)
    {
        if (file is null || bytes.IsEmpty)
            return;
        try
        {
            file.Write(bytes);
        }
        catch (IOException e)
        {
            GiveUp(e);
        }
    }

    void GiveUp(Exception e)
    {
        Remarks.Add($"its log is not whole: {e.Message}");
        file?.Dispose();
        file = null;
    }
}
