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
            default:
                terminal.Say($"{terminal.Bad("Internal error:")} {error}");
                terminal.Say("This is a bug in Croft. Nothing that exists was forgotten: croft ls shows it.");
                return Bug;
        }
    }
}
