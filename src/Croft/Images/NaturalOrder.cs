namespace Croft.Images;

/// <summary>Texts in the order of people: numbers in them are compared as numbers, so 43-1.10 comes after 43-1.6.</summary>
sealed class NaturalOrder : IComparer<string>
{
    public static readonly NaturalOrder Instance = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> a = x,
            b = y;
        while (!a.IsEmpty && !b.IsEmpty)
        {
            int step;
            if (char.IsAsciiDigit(a[0]) && char.IsAsciiDigit(b[0]))
            {
                var one = Number(ref a);
                var other = Number(ref b);
                step = one.Length != other.Length ? one.Length - other.Length : one.SequenceCompareTo(other);
            }
            else
            {
                step = a[0] - b[0];
                a = a[1..];
                b = b[1..];
            }

            if (step != 0)
                return step;
        }

        return a.Length - b.Length;
    }

    static ReadOnlySpan<char> Number(ref ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        var number = end < 0 ? text : text[..end];
        text = text[number.Length..];
        return number.TrimStart('0');
    }
}
