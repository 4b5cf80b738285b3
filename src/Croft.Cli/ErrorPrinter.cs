using Croft.Planning;

namespace Croft.Cli;

/// <summary>The only place that turns an exception into text and an exit code.</summary>
static class ErrorPrinter
{
    public const int Bug = 70;
    public const int Cancelled = 130;

    public static int Print(Exception error, Terminal terminal, bool verbose)
    {
        switch (error)
        {
            case PlanException plan:
                foreach (var problem in plan.Problems)
                    terminal.Say($"{terminal.Bad("Error:")} {problem}");
                return (int)plan.Kind;
            case CroftException croft:
                terminal.Say($"{terminal.Bad("Error:")} {croft.Message}");
                for (var cause = croft.InnerException; cause is not null; cause = cause.InnerException)
                {
                    if (!croft.Message.Contains(cause.Message, StringComparison.Ordinal))
                        terminal.Say($"Caused by: {cause.Message}");
                }

                if (croft.Hint is { } hint)
                    terminal.Say($"{terminal.Strong("Hint:")} {hint}");
                return (int)croft.Kind;
            case OperationCanceledException:
                terminal.Say("Cancelled.");
                return Cancelled;
            case IOException or UnauthorizedAccessException:
                terminal.Say($"{terminal.Bad("Error:")} {(error.InnerException ?? error).Message}"); // a closed descriptor is "access denied" outside
                if (verbose) // nobody foresaw it
                    terminal.Say(error.StackTrace ?? "");
                return (int)FaultKind.World;
            case ArgumentOutOfRangeException { ParamName: "value" }
                when error.StackTrace?.Contains("System.IO.", StringComparison.Ordinal) == true:
                terminal.Say($"{terminal.Bad("Error:")} a file may not become as large as it has to be"); // .NET's EFBIG
                terminal.Say($"{terminal.Strong("Hint:")} ulimit -f shows how large this shell's files may be");
                return (int)FaultKind.World;
            case { } when IsOutOfMemory(error):
                terminal.Say($"{terminal.Bad("Error:")} this process may have no more memory or threads");
                terminal.Say($"{terminal.Strong("Hint:")} ulimit -v, ulimit -u and the limits of its service or container bound them");
                return (int)FaultKind.World;
            default:
                terminal.Say($"{terminal.Bad("Internal error:")} {error}");
                terminal.Say("This is a bug in Croft. Nothing that exists was forgotten: croft ls shows it.");
                return Bug;
        }
    }

    /// <summary>A thread that cannot be started is that, too.</summary>
    static bool IsOutOfMemory(Exception? error) =>
        error is OutOfMemoryException || (error is not null && IsOutOfMemory(error.InnerException));
}
