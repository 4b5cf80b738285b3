namespace Croft.Guests;

/// <summary>A command for the shell of a guest.</summary>
public sealed record GuestCommand(string Text)
{
    /// <summary>Written to its standard input, which is then closed; null gives it an empty one.</summary>
    public Func<Stream, CancellationToken, Task>? Input { get; init; }

    /// <summary>Takes its standard output as bytes; the result's output is then empty.</summary>
    public Func<Stream, CancellationToken, Task>? Output { get; init; }

    /// <summary>Called with each line of stdout and stderr as it comes, never at the same time.</summary>
    public Action<string>? Line { get; init; }
}
