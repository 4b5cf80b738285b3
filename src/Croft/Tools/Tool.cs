using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Croft.Tools;

/// <summary>What a program said.</summary>
/// <param name="ExitCode">Its exit code; 128 + n when signal n ended it.</param>
/// <param name="Output">Its stdout; only the end of it when it was heard line by line.</param>
/// <param name="Error">The end of its stderr.</param>
public sealed record ToolResult(int ExitCode, string Output, string Error)
{
    /// <summary>The last lines it wrote to stderr, or to stdout when stderr was silent; for messages.</summary>
    public string LastWords => Tail(string.IsNullOrWhiteSpace(Error) ? Output : Error);

    /// <summary>In characters: of a line that is longer, this much of its end is told.</summary>
    const int LongestLine = 1000;

    /// <summary>Who wrote them may be a guest, and people's terminals show them.</summary>
    static string Tail(string text) =>
        string.Join(
            " / ",
            text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .TakeLast(3)
                .Select(line => PlainText.Line(line.Length > LongestLine ? "…" + line[^LongestLine..] : line))
        );
}

/// <summary>
/// A program of the host that Croft calls: the only place that starts processes. Arguments are handed over as a list, never through a
/// shell;
/// nothing secret belongs in them, since every user of the host can read them. A cancelled call kills the program and all it started.
/// </summary>
/// <param name="Program">Name on the search path, or full path.</param>
/// <param name="Arguments">One element per argument.</param>
public sealed record Tool(string Program, params IReadOnlyList<string> Arguments)
{
    const string Install = "install it (./demo lists and installs every program that Croft calls)";

    /// <summary>The error of a write to what the program has closed.</summary>
    const int BrokenPipe = 32;

    /// <summary>
    /// Ctrl-C reaches this process and the program at the same time; the program that it ended was cancelled, it did not fail.
    /// </summary>
    static readonly TimeSpan SignalGrace = TimeSpan.FromMilliseconds(50);

    /// <summary>What a program leaves running may hold its output for ever; what the program itself said is read long before.</summary>
    static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(3);

    /// <summary>Variables added to the environment; a null value removes one.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The folder it starts in; null is this process's.</summary>
    public string? Directory { get; init; }

    /// <summary>
    /// In a session of its own: what a terminal's Ctrl-C, or a CI's signal to the whole group, ends is decided here, since clean-up may be
    /// what it does.
    /// </summary>
    public bool IsApart { get; init; }

    /// <summary>Written to its standard input, which is then closed; null gives it an empty one.</summary>
    public Func<Stream, CancellationToken, Task>? Input { get; init; }

    /// <summary>Takes its standard output as bytes; the result's output is then empty.</summary>
    public Func<Stream, CancellationToken, Task>? Output { get; init; }

    /// <summary>
    /// Called with each line of stdout and stderr as it comes, from two threads, never at the same time; a very long line comes in pieces.
    /// </summary>
    public Action<string>? Line { get; init; }

    /// <summary>
    /// Runs the program to its end and returns what it said, whatever its exit code. What it left running, such as ssh's shared
    /// connection, may hold its output; it is not waited for.
    /// </summary>
    /// <exception cref="CroftException">The program is not installed.</exception>
    public async Task<ToolResult> RunAsync(CancellationToken cancel)
    {
        using var told = Waits.For(Path.GetFileName(Program));
        using var process = Start(redirect: true);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await using var kill = over.Token.Register(() => Kill(process)).ConfigureAwait(false);
        using var heard = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
        var gate = new Lock();
        Task EndAsync() => over.CancelAsync();
        var output = OrEndAsync(
            EndAsync,
            Output is not null ? TakeAsync(process.StandardOutput.BaseStream, over.Token)
                : Line is not null ? HearAsync(process.StandardOutput, gate, heard.Token)
                : Bounded.ReadAsync(process.StandardOutput, Path.GetFileName(Program), heard.Token)
        );
        var error = OrEndAsync(EndAsync, HearAsync(process.StandardError, gate, heard.Token));
        var input = OrEndAsync(EndAsync, FeedAsync(process.StandardInput.BaseStream, over.Token));
#pragma warning disable RS0030 // the one home of processes
        var exit = process.WaitForExitAsync(CancellationToken.None);
#pragma warning restore RS0030
        await Task.WhenAny(input, exit);
        await exit;
        heard.CancelAfter(OutputGrace);
        if (over.IsCancellationRequested && !cancel.IsCancellationRequested)
            await input; // what should have been written could not be read, for instance
        await Task.WhenAll(output, error);
        if (process.ExitCode != 0)
            await Poll.DelayAsync(SignalGrace, cancel);
        cancel.ThrowIfCancellationRequested();
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Runs the program and returns its stdout.</summary>
    /// <exception cref="CroftException">It is not installed, or its exit code is not 0: the message says <paramref name="doing"/> and its
    /// last words.</exception>
    public async Task<string> RunCheckedAsync(string doing, CancellationToken cancel)
    {
        var result = await RunAsync(cancel);
        return result.ExitCode == 0
            ? result.Output
            : throw CroftException.World(
                $"{doing}: {Path.GetFileName(Program)} ended with exit code {result.ExitCode}: {result.LastWords}"
            );
    }

    /// <summary>Runs the program on this process's own terminal and returns its exit code.</summary>
    /// <exception cref="CroftException">The program is not installed.</exception>
    public async Task<int> RunOnTerminalAsync(CancellationToken cancel)
    {
        using var process = Start(redirect: false);
        await using var kill = cancel.Register(() => Kill(process)).ConfigureAwait(false);
#pragma warning disable RS0030 // the one home of processes
        await process.WaitForExitAsync(CancellationToken.None);
#pragma warning restore RS0030
        return process.ExitCode;
    }

    async Task<string> FeedAsync(Stream input, CancellationToken cancel)
    {
        try
        {
            if (Input is not null)
                await Input(input, cancel);
        }
        catch (Exception e)
            when (e
                    is OperationCanceledException
                        or IOException { InnerException: SocketException { SocketErrorCode: SocketError.Shutdown } }
                        or IOException { HResult: BrokenPipe }
            )
        {
            // It ended, or closed its input, before it had read everything, or was killed: its exit code tells why.
        }
        finally
        {
            input.Close(); // it waits for more otherwise
        }

        return "";
    }

    async Task<string> TakeAsync(Stream output, CancellationToken cancel)
    {
        await Output!(output, cancel);
        return "";
    }

    /// <summary>
    /// What nobody reads any more must not block the program for ever, nor its other ends who waits for it: others may hold them.
    /// </summary>
    static async Task<string> OrEndAsync(Func<Task> end, Task<string> reading)
    {
        try
        {
            return await reading;
        }
        catch
        {
            await end();
            throw;
        }
    }

    async Task<string> HearAsync(StreamReader reader, Lock gate, CancellationToken cancel)
    {
        if (Line is null)
            return await Bounded.TailAsync(reader, null, cancel);
        var lines = new Lines(line =>
        {
            lock (gate)
                Line(line);
        });
        var heard = await Bounded.TailAsync(reader, lines.Add, cancel);
        lines.End();
        return heard;
    }

    Process Start(bool redirect)
    {
        var info = new ProcessStartInfo
        {
            RedirectStandardInput = redirect,
            RedirectStandardOutput = redirect,
            RedirectStandardError = redirect,
            WorkingDirectory = Directory ?? "",
        };
        foreach (var (name, value) in Environment)
            info.Environment[name] = value;
        if (info.Environment.TryGetValue("SHELL", out var shell) && Path.GetFileName(shell) is "nologin" or "false" or "true")
            info.Environment["SHELL"] = "/bin/sh"; // ssh runs the way to a host by it, and services have such
        var path = info.Environment.TryGetValue("PATH", out var folders) ? folders : null;
        string[] words = [PlaceOf(Program, path), .. Arguments];
        info.FileName = IsApart ? PlaceOf("setsid", path) : words[0];
        foreach (var word in IsApart ? words : words[1..])
            info.ArgumentList.Add(word);
        try
        {
#pragma warning disable RS0030 // the one home of Process.Start
            return Process.Start(info)!;
#pragma warning restore RS0030
        }
        catch (Win32Exception e)
        {
            throw CroftException.World(
                $"cannot run \"{Program}\": {new Win32Exception(e.NativeErrorCode).Message}",
                CureOf(e.NativeErrorCode)
            );
        }
    }

    string CureOf(int error)
    {
        const int NoEntry = 2,
            NoProgram = 8,
            Again = 11,
            NoMemory = 12,
            ManyFilesOfHost = 23,
            ManyFiles = 24;
        return error switch
        {
            NoEntry when Directory is { } folder && !System.IO.Directory.Exists(folder) => $"there is no folder {folder} any more",
            Again or NoMemory => "end other programs, or let this one have more: ulimit -u and ulimit -v show what it may have",
            NoProgram => "what is there is no program of this host's processor",
            ManyFilesOfHost or ManyFiles => "let croft open more files: ulimit -n 1024",
            _ => Install,
        };
    }

    /// <summary>
    /// Where a program is. .NET would look in the present folder first, which is the farm's: a file <c>ssh</c> there is no ssh. Programs of
    /// administrators are not on the search path of other users, who may call them, too.
    /// </summary>
    static string PlaceOf(string program, string? path) =>
        program.Contains('/', StringComparison.Ordinal)
            ? program
            : $"{path ?? "/usr/local/bin:/usr/bin:/bin"}:/usr/local/sbin:/usr/sbin:/sbin"
                .Split(':')
                .Where(Path.IsPathRooted)
                .Select(folder => Path.Combine(folder, program))
                .FirstOrDefault(IsProgram)
                ?? throw CroftException.World($"cannot run \"{program}\": no folder of PATH has it", Install);

    static bool IsProgram(string file)
    {
        const UnixFileMode Runs = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        try
        {
            return File.Exists(file) && (File.GetUnixFileMode(file) & Runs) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }
}
