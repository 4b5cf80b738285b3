using System.Globalization;
using System.Text;

namespace Croft.Farms;

/// <summary>How the user's words are shown in messages, and which known word one may have meant.</summary>
public static class Words
{
    const int LongestShown = 60;
    const int MostConsidered = 1000;

    /// <summary>In quotation marks, shortened, nothing unprintable.</summary>
    internal static string Quote(string text) => $"\"{Printable(text, LongestShown)}\"";

    internal static string Printable(string text, int longest)
    {
        var shown = text.Length > longest ? text[..longest] + "…" : text;
        if (!shown.Any(NeedsEscape))
            return shown;

        StringBuilder escaped = new();
        foreach (var c in shown)
            _ = NeedsEscape(c) ? escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : escaped.Append(c);

        return escaped.ToString();
    }

    /// <summary><c>a, b or c</c>.</summary>
    internal static string Or(IReadOnlyList<string> words) =>
        words.Count < 2 ? string.Concat(words) : string.Join(", ", words.Take(words.Count - 1)) + " or " + words[^1];

    /// <summary>A question with the nearest known word; null when none is near.</summary>
    public static string? DidYouMean(string text, IEnumerable<string> known) =>
        Nearest(text, known) is { } near ? $"did you mean {Quote(near)}?" : null;

    /// <summary>The question, or else the known words.</summary>
    internal static string? DidYouMeanOrKnown(string text, IReadOnlyCollection<string> known) =>
        DidYouMean(text, known) ?? (known.Count is > 0 and <= 40 ? "known: " + string.Join(", ", known) : null);

    /// <summary>The known word with the fewest edits from the text; null when even that is a different word.</summary>
    internal static string? Nearest(string text, IEnumerable<string> known)
    {
        if (text.Length is 0 or > LongestShown)
            return null;

        string? nearest = null;
        var fewest = Math.Max(1, text.Length / 3) + 1;
        foreach (var word in known.Take(MostConsidered))
        {
            if (Math.Abs(word.Length - text.Length) < fewest && Edits(text, word) is var edits && edits < fewest)
                (nearest, fewest) = (word, edits);
        }

        return nearest;
    }

    // Optimal string alignment: insert, delete, replace, swap neighbours; upper and lower case are the same letter.
    static int Edits(string a, string b)
    {
        var (before, last, row) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
            last[j] = j;

        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + (Same(a[i - 1], b[j - 1]) ? 0 : 1));
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, last, row) = (last, row, before);
        }

        return last[b.Length];
    }

    static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);

    /// <summary>Where a text has a character that is not seen, or that looks like a space and is none; -1 where it has none.</summary>
    internal static int Invisible(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (NeedsEscape(text[i]))
                return i;
        }

        return -1;
    }

    static bool NeedsEscape(char c) =>
        (c != ' ' && char.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator)
        || c is '\u3164' or '\uffa0' or '\u115f' or '\u1160' or '\u2800'
        || char.GetUnicodeCategory(c)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.Surrogate
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned;
}
