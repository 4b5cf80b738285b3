namespace Croft.Engines;

/// <summary>An engine's own way into guests, by which commands run as root without ssh and without a network.</summary>
interface IGuestChannel
{
    /// <summary>Runs a program in a guest. Returns its exit code; cancelling ends it.</summary>
    /// <exception cref="CroftException">It could not be started: the machine does not run, or there is no such program.</exception>
    Task<int> ExecAsync(MachineId machine, GuestProgram program, CancellationToken cancel);
}

/// <summary>A program in a guest.</summary>
/// <param name="Input">Writes its standard input, which is then closed; null gives it an empty one.</param>
/// <param name="Output">Takes its standard output, with a terminal its errors, too.</param>
/// <param name="Error">Takes its errors.</param>
sealed record GuestProgram(
    IReadOnlyList<string> Words,
    Func<Stream, CancellationToken, Task>? Input,
    Func<Stream, CancellationToken, Task> Output,
    Func<Stream, CancellationToken, Task> Error
)
{
    /// <summary>Columns and rows of the terminal that it gets; null for none.</summary>
    public (int Columns, int Rows)? Terminal { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
