namespace Croft;

/// <summary>Text as one word for a POSIX shell.</summary>
static class ShellWord
{
    /// <summary>In single quotes, between which nothing is special but the quote.</summary>
    public static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>For a command that a person reads and may paste: quoted only where it must be.</summary>
    public static string Pasted(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:@%+=,".Contains(c, StringComparison.Ordinal))
            ? text
            : Quote(text);
}
