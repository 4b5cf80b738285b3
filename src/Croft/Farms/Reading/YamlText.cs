using System.Buffers;
using System.Text;

namespace Croft.Farms.Reading;

/// <summary>What can be wrong with a text before it is looked at as YAML.</summary>
static class YamlText
{
    /// <summary>The parser stops some lines after what it could not read.</summary>
    const int OddReach = 3;

    /// <summary>
    /// The parser throws bare exceptions at some texts, such as an unclosed "[" before another line. The scanner's place is right then.
    /// </summary>
    internal const string Unfinished = "something before this place is not closed or not finished";

    const int LargestFile = 16 << 20;

    static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // Everything YAML does not allow unescaped; the parser would take a NUL for the end of the text.
    static readonly SearchValues<char> Forbidden = SearchValues.Create([
        .. Enumerable.Range(0, 32).Select(c => (char)c).Except(['\t', '\n', '\r']),
        '\u007f',
        .. Enumerable.Range(0x80, 0x20).Select(c => (char)c).Except(['\u0085']),
        '\ufffe',
        '\uffff',
    ]);

    /// <summary>The text of a file; null when it cannot be had, which is then reported.</summary>
    public static string? ReadFile(string path, string shown, ProblemList problems)
    {
        try
        {
            var node = FileNode.At(path);
            if (node.Refusal is { } refusal)
            {
                problems.Add(new Location(shown, 1, 1), "", $"the file cannot be read: it {refusal}");
                return null;
            }

            if (node.Size > LargestFile)
            {
                problems.Add(new Location(shown, 1, 1), "", "the file is larger than 16 MiB");
                return null;
            }

            var bytes = File.ReadAllBytes(path);
            return StrictUtf8.GetString(bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsSpan(3) : bytes);
        }
        catch (DecoderFallbackException)
        {
            problems.Add(new Location(shown, 1, 1), "", "the file is not UTF-8 text");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new Location(shown, 1, 1), "", $"the file cannot be read: {e.Message}");
        }

        return null;
    }

    public static bool IsReadable(string text, string file, ProblemList problems)
    {
        if (text.Length > LargestFile)
        {
            problems.Add(new Location(file, 1, 1), "", "the file is larger than 16 MiB");
            return false;
        }

        var bad = text.AsSpan().IndexOfAny(Forbidden);
        if (bad < 0)
            return !IsUnmerged(text, file, problems);

        var before = text.AsSpan(0, bad);
        Location at = new(file, before.Count('\n') + 1, bad - before.LastIndexOf('\n'));
        problems.Add(at, "", $"the character U+{(int)text[bad]:X4} is not allowed in YAML", "the file may be damaged, or not text");
        return false;
    }

    /// <summary>Whether a merge left both sides in the text, between the marks that git puts there.</summary>
    static bool IsUnmerged(string text, string file, ProblemList problems)
    {
        const string First = "<<<<<<< ";
        var at = text.StartsWith(First, StringComparison.Ordinal) ? 0 : text.IndexOf("\n" + First, StringComparison.Ordinal) + 1;
        if (!text.AsSpan(at).StartsWith(First) || !text.AsSpan(at).Contains("\n>>>>>>> ", StringComparison.Ordinal))
            return false;
        problems.Add(
            new Location(file, text.AsSpan(0, at).Count('\n') + 1, 1),
            "",
            "a merge that conflicts left both sides in the file",
            "keep the lines of one side, and remove those that begin with <<<<<<<, ======= and >>>>>>>"
        );
        return true;
    }

    /// <summary>Whether the white space that begins a line holds a tab.</summary>
    public static bool TabIn(string text, Location place)
    {
        var line = text.AsSpan();
        for (var i = 1; i < place.Line && line.IndexOf('\n') is >= 0 and var end; i++)
            line = line[(end + 1)..];

        var indent = line.IndexOfAnyExcept(' ', '\t');
        return indent > 0 && line[..indent].Contains('\t');
    }

    /// <summary>
    /// A character at or shortly before a line that does not parse which looks like one that YAML knows, and what to write instead; null
    /// when there is none.
    /// </summary>
    public static (string? Hint, int Line, int Column) OddIn(string text, int line)
    {
        var lines = text.Split('\n');
        for (var i = Math.Min(line, lines.Length) - 1; i >= Math.Max(0, line - 1 - OddReach); i--)
        {
            var start = lines[i].AsSpan().IndexOfAnyExcept(' ', '\t');
            if (start >= 0 && lines[i][start] is '\u2010' or '\u2011' or '\u2012' or '\u2013' or '\u2014' or '\u2212' or '\u2022')
                return ($"U+{(int)lines[i][start]:X4} only looks like the \"-\" of a list: write a plain one", i + 1, start + 1);
            if (Words.Invisible(lines[i].AsSpan().TrimEnd('\r').Trim('\t')) is >= 0 and var at)
                return ($"U+{(int)lines[i][at]:X4} is not seen and no space to YAML: write a plain space, or nothing", i + 1, at + 1);
        }

        return default;
    }

    /// <summary>The parser's own message without its place and its full stop.</summary>
    public static string Sentence(string message)
    {
        var text =
            message.StartsWith("(Line", StringComparison.Ordinal) && message.IndexOf("): ", StringComparison.Ordinal) is var end and > 0
                ? message[(end + 3)..]
                : message;
        text = Words.Printable(text.TrimEnd('.'), 200);
        return text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];
    }
}
