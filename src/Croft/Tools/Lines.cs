namespace Croft.Tools;

/// <summary>Cuts text into lines as it comes. A line of any length passes: one that is too long comes in pieces.</summary>
sealed class Lines(Action<string> line)
{
    const int Longest = 1 << 16;

    char[] begun = new char[256];
    int length;
    bool wasReturn;

    /// <summary>Takes what comes next.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        if (wasReturn && text.Length > 0 && text[0] == '\n')
            text = text[1..];
        wasReturn = false;
        while (text.IndexOfAny('\r', '\n') is var end and >= 0)
        {
            Keep(text[..end]);
            Say();
            var both = text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n';
            wasReturn = text[end] == '\r' && end + 1 == text.Length;
            text = text[(end + (both ? 2 : 1))..];
        }

        Keep(text);
    }

    /// <summary>The last line may have no end.</summary>
    public void End()
    {
        if (length > 0)
            Say();
    }

    void Keep(ReadOnlySpan<char> text)
    {
        while (length + text.Length > Longest)
        {
            var piece = text[..(Longest - length)];
            text = text[piece.Length..];
            line(string.Concat(begun.AsSpan(0, length), piece));
            length = 0;
        }

        if (length + text.Length > begun.Length)
            Array.Resize(ref begun, Math.Min(Longest, Math.Max(length + text.Length, 2 * begun.Length)));
        text.CopyTo(begun.AsSpan(length));
        length += text.Length;
    }

    void Say()
    {
        line(new(begun, 0, length));
        length = 0;
    }
}
