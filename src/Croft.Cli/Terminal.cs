using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;

namespace Croft.Cli;

/// <summary>The only place that prints: results to stdout, progress and messages to stderr.</summary>
[SuppressMessage("ApiDesign", "RS0030", Justification = "the one home of System.Console and of the environment's NO_COLOR")]
sealed class Terminal
{
    /// <summary>EIO: the terminal was closed.</summary>
    const int TerminalIsGone = 5;

    /// <summary>Milliseconds between looks at the keyboard.</summary>
    const int KeyPause = 20;

    readonly Lock gate = new();
    int screenIsTaken;

    public Terminal(bool noColor)
    {
        var plain =
            noColor
            || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 }
            || Environment.GetEnvironmentVariable("TERM") == "dumb";
        ColorOut = !plain && !Console.IsOutputRedirected;
        ColorError = !plain && !Console.IsErrorRedirected;
        IsLive = ColorError;
        CanAsk = !Console.IsInputRedirected && !Console.IsErrorRedirected;
    }

    /// <summary>Whether results may be coloured.</summary>
    public bool ColorOut { get; }

    /// <summary>Whether messages may be coloured.</summary>
    public bool ColorError { get; }

    /// <summary>Whether progress can be redrawn in place.</summary>
    public bool IsLive { get; }

    /// <summary>Whether somebody is there to answer.</summary>
    public bool CanAsk { get; }

    /// <summary>Takes the screen for a live view; false when another one has it.</summary>
    public bool TryTakeScreen() => Interlocked.Exchange(ref screenIsTaken, 1) == 0;

    /// <summary>Gives the screen back: what is said stays on it again.</summary>
    public void GiveScreenBack()
    {
        Above = Passing = null;
        Volatile.Write(ref screenIsTaken, 0);
    }

    /// <summary>Set while a live view owns the screen: messages go above it.</summary>
    public Action<string>? Above { get; set; }

    /// <summary>Set while a live view owns the screen: takes what is of no use later.</summary>
    public Action<string>? Passing { get; set; }

    /// <summary>A line of the result.</summary>
    public static void Result(string line) => ResultText(line + Environment.NewLine);

    /// <summary>A result that is no text, which a terminal cannot show.</summary>
    public static Stream ResultBytes() =>
        Console.IsOutputRedirected
            ? Console.OpenStandardOutput()
            : throw CroftException.Usage("the result is nothing for a terminal", "name a file, or lead the output on: >FILE");

    /// <summary>What comes by the input.</summary>
    public static Stream InputBytes() => Console.OpenStandardInput();

    /// <summary>Text of the result that ends with its own newline.</summary>
    public static void ResultText(string text)
    {
        try
        {
            Console.Out.Write(text);
        }
        catch (IOException e) when (e.HResult == TerminalIsGone)
        {
            // Nobody reads it any more; what was begun is brought to its end all the same.
        }
    }

    /// <summary>Where a result goes that is written bit by bit.</summary>
    public static Stream ResultStream() => new BufferedStream(Console.OpenStandardOutput());

    /// <summary>A line for people.</summary>
    public void Say(string line)
    {
        lock (gate)
        {
            if (Above is { } above)
                above(line);
            else
                Tell(line);
        }
    }

    /// <summary>A line for people that a live view shows only for a while.</summary>
    public void SayForNow(string line)
    {
        if (Passing is { } passing)
            passing(line);
        else
            Say(line);
    }

    /// <summary>Messages are for people who may have left: that they cannot be told never stops what is being done.</summary>
    static void Tell(string line)
    {
        try
        {
            Console.Error.WriteLine(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // the latter is a closed descriptor
        {
            // The terminal was closed, or the disk that takes the messages is full.
        }
    }

    /// <summary>A word in bold red, where colour is wanted.</summary>
    public string Bad(string text) => ColorError ? $"\e[1;31m{text}\e[0m" : text;

    /// <summary>A word in bold, where colour is wanted.</summary>
    public string Strong(string text) => ColorError ? $"\e[1m{text}\e[0m" : text;

    /// <summary>Asks for a yes. Without somebody to answer it is no.</summary>
    /// <exception cref="OperationCanceledException">The command ends; nobody waits for the answer any more.</exception>
    public bool Ask(string question, CancellationToken cancel)
    {
        if (!CanAsk)
            return false;
        Console.Error.Write(question + " [y/N] ");
        return Task.Run(Console.In.ReadLine, CancellationToken.None).WaitAsync(cancel).GetAwaiter().GetResult()?.Trim()
            is "y"
                or "Y"
                or "yes";
    }

    /// <summary>All that comes on standard input.</summary>
    public static Task<string> InputAsync(CancellationToken cancel) =>
        Task.Run(Console.In.ReadToEnd, CancellationToken.None).WaitAsync(cancel);

    /// <summary>
    /// Asks for a secret, which is not shown while it is typed; null without somebody to answer, or while a live view draws.
    /// </summary>
    /// <exception cref="OperationCanceledException">The command ends.</exception>
    public string? AskSecret(string what, CancellationToken cancel)
    {
        if (!CanAsk || Above is not null)
            return null;
        lock (gate)
        {
            Console.Error.Write($"{char.ToUpperInvariant(what[0])}{what[1..]}: ");
            var typed = new System.Text.StringBuilder();
            while (true)
            {
                cancel.ThrowIfCancellationRequested();
                if (!Console.KeyAvailable)
                {
                    cancel.WaitHandle.WaitOne(KeyPause);
                    continue;
                }

                var key = Console.ReadKey(intercept: true);
                if (key.Key == ConsoleKey.Enter)
                    break;
                if (key.Key != ConsoleKey.Backspace)
                    typed.Append(key.KeyChar);
                else if (typed.Length > 0)
                    typed.Length--;
            }

            Console.Error.WriteLine();
            return typed.ToString();
        }
    }

    /// <summary>Where a live view draws.</summary>
    public static Spectre.Console.IAnsiConsoleOutput ErrorOutput() => new Spectre.Console.AnsiConsoleOutput(Console.Error);

    /// <summary>Standard error as bytes.</summary>
    public static Stream RawError() => Console.OpenStandardError();

    /// <summary>
    /// The raw streams, for what is bound to a guest. On a terminal, .NET's own stream of standard input hands over whole lines only.
    /// </summary>
    public static (Stream In, Stream Out) Raw() =>
        (new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0), Console.OpenStandardOutput());
}
