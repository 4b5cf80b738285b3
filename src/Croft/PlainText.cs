using System.Text;
using System.Text.RegularExpressions;

namespace Croft;

/// <summary>What a guest or a tool wrote, made safe to show: whoever wrote it may have meant harm.</summary>
static partial class PlainText
{
    /// <summary>
    /// Terminal output as one would have read it: escape sequences gone, lines that were overwritten (progress bars) in their last
    /// state, and nothing left that XML 1.0 forbids or that hides or reorders text. Line ends are <c>\n</c>.
    /// </summary>
    internal static string Of(string text)
    {
        text = EscapeSequences().Replace(text, "");
        var clean = new StringBuilder(text.Length);
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var end = text.AsSpan(range).TrimEnd('\r');
            var visible = end[(end.LastIndexOf('\r') + 1)..];
            foreach (var rune in visible.EnumerateRunes()) // lone surrogates become U+FFFD here
                if (!IsHidden(rune.Value))
                    clean.Append(rune.ToString());
            clean.Append('\n');
        }
        clean.Length--;
        return clean.ToString();
    }

    /// <summary>The same on one line: for names, reasons in tables, attributes.</summary>
    internal static string Line(string text) => Of(text).ReplaceLineEndings(" ").Replace('\t', ' ').Trim();

    // C0 but tab, DEL and C1, non-characters, and the marks that reorder or hide text ("Trojan Source").
    static bool IsHidden(int c) =>
        c
            is < ' '
                and not '\t'
                or (>= 0x7f and <= 0x9f)
                or 0xfeff
                or (>= 0x200b and <= 0x200f and not 0x200d)
                or (>= 0x2028 and <= 0x202e)
                or (>= 0x2060 and <= 0x206f)
                or (>= 0xfdd0 and <= 0xfdef)
        || (c & 0xfffe) == 0xfffe;

    // CSI … final byte; OSC, DCS, PM, APC … up to BEL or ST, within one line; charset choices; other two-character escapes.
    [GeneratedRegex(@"(?:\x1b\[|\u009b)[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\n\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]+[0-~]|\x1b[0-~]")]
    private static partial Regex EscapeSequences();
}
