namespace Croft.Guests;

/// <summary>Text for a POSIX shell in a guest.</summary>
static class Shell
{
    /// <summary>One word, whatever is in it: nothing is special between single quotes but the quote.</summary>
    public static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
