using Croft.Tools;

namespace Croft.Cli;

/// <summary>Hands every key to the program while it lives, by <c>stty</c>; nothing happens where standard input is no terminal.</summary>
sealed class RawTerminal : IDisposable
{
    readonly string? before;

    RawTerminal(string? before) => this.before = before;

    public static RawTerminal Enter()
    {
        if (!new Terminal(noColor: true).CanAsk)
            return new(null);
        var saved = Stty("-g");
        Stty("raw", "-echo");
        return new(saved);
    }

    /// <summary>Columns and rows; null where there is no terminal.</summary>
    public static (int Columns, int Rows)? Size() =>
        new Terminal(noColor: true).CanAsk
        && Stty("size").Split(' ') is [var rows, var columns]
        && int.TryParse(rows, out var height)
        && int.TryParse(columns, out var width)
            ? (width, height)
            : null;

    public void Dispose()
    {
        if (before is not null)
            Stty(before);
    }

    static string Stty(params string[] arguments) =>
        new Tool("stty", ["-F", "/dev/tty", .. arguments]).RunAsync(CancellationToken.None).GetAwaiter().GetResult().Output.Trim();
}
