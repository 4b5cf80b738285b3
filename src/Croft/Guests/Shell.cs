using System.Text;

namespace Croft.Guests;

/// <summary>Text for the shells of guests: how it gets past a login shell, which may be any.</summary>
static class Shell
{
    /// <summary>
    /// What login shells read otherwise between single quotes: csh and tcsh end at a line's end and take <c>!</c>, fish takes backslashes.
    /// </summary>
    const string Special = "'\\!\n";

    /// <summary>A line that every login shell understands alike: it runs the text by <c>sh</c>.</summary>
    public static string Command(string text) =>
        text.AsSpan().ContainsAny(Special)
            ? $"""exec /bin/sh -c 'eval "$(printf %b "$1")"' sh '{Coded(text)}'"""
            : $"exec /bin/sh -c '{text}'";

    /// <summary>For printf's <c>%b</c>.</summary>
    static string Coded(string text)
    {
        var coded = new StringBuilder(text.Length);
        foreach (var c in text)
            _ = Special.Contains(c, StringComparison.Ordinal)
                ? coded.Append("\\0").Append(Convert.ToString(c, 8).PadLeft(3, '0'))
                : coded.Append(c);
        return coded.ToString();
    }
}
