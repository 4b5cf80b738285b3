using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Croft.Reports;

/// <summary>
/// A listing as text: columns that align, two spaces between them, no frame, no spaces at the ends of lines. Colours (<c>ESC [ … m</c>)
/// take no room; any other control character is shown as a space, since names come from elsewhere and terminals obey.
/// </summary>
public static partial class TextTable
{
    /// <summary>The table, each line with its end. Rows may be shorter than the headers; without headers, pass none.</summary>
    public static string Render(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        List<string[]> lines =
            headers.Count == 0
                ? []
                :
                [
                    [.. headers.Select(Clean)],
                ];
        lines.AddRange(rows.Select(row => row.Select(Clean).ToArray()));

        var widths = new int[lines.Select(line => line.Length).DefaultIfEmpty().Max()];
        foreach (var line in lines)
            for (var column = 0; column < line.Length; column++)
                widths[column] = Math.Max(widths[column], Width(line[column]));

        var text = new StringBuilder();
        foreach (var line in lines)
        {
            var last = Array.FindLastIndex(line, cell => Width(cell) > 0);
            for (var column = 0; column <= last; column++)
            {
                text.Append(line[column]);
                if (column < last)
                    text.Append(' ', widths[column] - Width(line[column]) + 2);
            }
            text.Append('\n');
        }
        return text.ToString();
    }

    static string Clean(string cell) => ControlCharacters().Replace(cell, " ").TrimEnd(' ');

    static int Width(string cell) => new StringInfo(Colours().Replace(cell, "")).LengthInTextElements;

    [GeneratedRegex(@"\x1b\[[0-9;]*m")]
    private static partial Regex Colours();

    [GeneratedRegex(@"(?!\x1b\[[0-9;]*m)[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]")]
    private static partial Regex ControlCharacters();
}
