using System.CommandLine;
using Croft.Cli.Options;
using Croft.Tools;

namespace Croft.Cli.Commands;

/// <summary>Makes commands that share one way to start and one way to fail.</summary>
sealed class CommandMaker(GlobalOptions options)
{
    /// <summary>Makes a command.</summary>
    /// <param name="parts">Its arguments, options and sub-commands.</param>
    /// <param name="run">What it does; returns the exit code.</param>
    /// <param name="alone">Whether it waits for other commands that change the farm, and those for it.</param>
    /// <param name="timeout">Whether --timeout bounds the whole command; otherwise the command gives it a meaning of its own.</param>
    public Command Make(
        string name,
        string description,
        IEnumerable<Symbol> parts,
        Func<Session, ParseResult, CancellationToken, Task<int>> run,
        bool alone = false,
        bool timeout = true
    )
    {
        var command = Group(name, description, parts);
        command.SetAction((parsed, cancel) => RunAsync(run, parsed, alone, timeout, cancel));
        return command;
    }

    /// <summary>Makes a command that only holds others.</summary>
    public static Command Group(string name, string description, IEnumerable<Symbol> parts)
    {
        var command = new Command(name, description);
        foreach (var part in parts)
        {
            switch (part)
            {
                case Command sub:
                    command.Add(sub);
                    break;
                case Option option:
                    command.Add(option);
                    break;
                case Argument argument:
                    command.Add(argument);
                    break;
            }
        }

        return command;
    }

    async Task<int> RunAsync(
        Func<Session, ParseResult, CancellationToken, Task<int>> run,
        ParseResult parsed,
        bool alone,
        bool timeout,
        CancellationToken cancel
    )
    {
        var terminal = new Terminal(parsed.GetValue(options.NoColor));
        var session = new Session(parsed, options, terminal);
        Waits.Tell(terminal.SayForNow, terminal.Say);
        using var late = new CancellationTokenSource();
        try
        {
            if (timeout && session.Timeout is { } limit)
                late.CancelAfter(limit);
            using var any = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
            session.Cancel = any.Token;
            using var gate = alone && session.FarmPath() is { } farm ? await session.AloneAsync(farm, any.Token) : null;
            return await run(session, parsed, any.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return ErrorPrinter.Print(
                CroftException.World(
                    $"croft {Usage.Path(parsed.CommandResult)} was not done within --timeout {session.Timeout!.Value.TotalSeconds:0} s",
                    "croft ls shows what exists"
                ),
                terminal,
                session.Verbose
            );
        }
        catch (Exception e)
        {
            return ErrorPrinter.Print(e, terminal, session.Verbose);
        }
    }
}
