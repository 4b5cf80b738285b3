using System.Text;

namespace Croft.Tools;

/// <summary>Reads what a program says without keeping more of it than is of use.</summary>
static class Bounded
{
    /// <summary>In characters: no answer that Croft reads is near that.</summary>
    const int Longest = 8 << 20;

    /// <summary>For messages.</summary>
    const int LongestTail = 1 << 18;

    /// <summary>All of it, or what came until cancelled.</summary>
    /// <exception cref="CroftException">It is too much to be an answer.</exception>
    public static async Task<string> ReadAsync(StreamReader reader, string who, CancellationToken cancel)
    {
        var (text, block) = (new StringBuilder(), new char[1 << 12]);
        while (await NextAsync(reader, block, cancel) is var count and > 0)
        {
            if (text.Length + count > Longest)
                throw CroftException.World(
                    $"{who} answered with more than {Longest >> 20} MiB, starting with: {PlainText.Line(text.ToString(0, 100))}"
                );
            text.Append(block, 0, count);
        }

        return text.ToString();
    }

    /// <summary>The end of it, or of what came until cancelled, after each block was seen.</summary>
    public static async Task<string> TailAsync(StreamReader reader, Action<ReadOnlySpan<char>>? seen, CancellationToken cancel)
    {
        var (tail, block) = (new Tail<char>(LongestTail), new char[1 << 14]);
        while (await NextAsync(reader, block, cancel) is var count and > 0)
        {
            seen?.Invoke(block.AsSpan(0, count));
            tail.Add(block.AsSpan(0, count));
        }

        return new(tail.Kept);
    }

    static async ValueTask<int> NextAsync(StreamReader reader, char[] block, CancellationToken cancel)
    {
        try
        {
            return await reader.ReadAsync(block, cancel);
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }
}
