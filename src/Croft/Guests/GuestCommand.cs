namespace Croft.Guests;

/// <summary>A command for <c>sh</c> in a guest, whatever its user's login shell is and says.</summary>
public sealed record GuestCommand(string Text)
{
    /// <summary>Written to its standard input, which is then closed; null gives it an empty one.</summary>
    public Func<Stream, CancellationToken, Task>? Input { get; init; }

    /// <summary>Takes its standard output as bytes; the result's output is then empty.</summary>
    public Func<Stream, CancellationToken, Task>? Output { get; init; }

    /// <summary>
    /// Called with what it says on stdout and stderr, in its order, block by block; the result's texts are then empty. The command is over
    /// when its own
    /// shell is, also when others that it started hold its output: they go on.
    /// </summary>
    public Action<ReadOnlySpan<byte>>? Said { get; init; }

    /// <summary>Called when it is over and something that it started holds its output.</summary>
    public Action? Held { get; init; }
}
