namespace Croft.Tools;

/// <summary>Keeps the end of what passes.</summary>
/// <param name="size">How much of it at most.</param>
sealed class Tail<T>(int size)
{
    T[] buffer = [];
    int used;

    /// <summary>How much was let go.</summary>
    public long Lost { get; private set; }

    /// <summary>What is kept.</summary>
    public ReadOnlySpan<T> Kept => buffer.AsSpan(Math.Max(0, used - size), Math.Min(used, size));

    /// <summary>Takes what comes next.</summary>
    public void Add(ReadOnlySpan<T> more)
    {
        Lost += Math.Max(0, Kept.Length + (long)more.Length - size);
        if (more.Length >= size)
        {
            more = more[^size..];
            used = 0;
        }

        if (used + more.Length > 2 * size)
        {
            var keep = size - more.Length;
            buffer.AsSpan(used - keep, keep).CopyTo(buffer);
            used = keep;
        }

        if (used + more.Length > buffer.Length)
            Array.Resize(ref buffer, Math.Min(2 * size, Math.Max(used + more.Length, 2 * buffer.Length)));
        more.CopyTo(buffer.AsSpan(used));
        used += more.Length;
    }
}
