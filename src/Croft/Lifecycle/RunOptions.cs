using System.Collections.Immutable;
using Croft.Farms;

namespace Croft.Lifecycle;

/// <summary>How a run is asked for.</summary>
/// <param name="Only">Phases to run; empty means all. What they stand on is restored or run all the same.</param>
/// <param name="Skip">Phases not to run.</param>
/// <param name="Keep">Leave the machines up afterwards.</param>
/// <param name="FailFast">Stop the others when one machine fails.</param>
/// <param name="Fresh">Revert machines that the user holds, and use no layers.</param>
/// <param name="SaveAs">Keep the state of held machines under this name before they are reverted; null does not.</param>
public sealed record RunOptions(
    ImmutableArray<Phase> Only,
    ImmutableArray<Phase> Skip,
    bool Keep,
    bool FailFast,
    bool Fresh,
    string? SaveAs
)
{
    /// <summary>Everything, in the usual way.</summary>
    public static readonly RunOptions Default = new([], [], Keep: false, FailFast: false, Fresh: false, SaveAs: null);

    /// <summary>The step that may be asked for beside phases.</summary>
    public const string Shutdown = "shutdown";

    /// <summary>Whether shutdown is among what is asked for.</summary>
    public bool OnlyShutdown { get; init; }

    /// <summary>Whether machines are taken as they run, to end there: nothing else happens to them.</summary>
    internal bool EndsOnly => OnlyShutdown && Only is [] or [Phase.Terminate];

    /// <summary>Whether a machine is not made or reverted, whatever state it is in.</summary>
    internal bool TakesAsItIs(MachineSpec machine) => EndsOnly || (!Fresh && IsLeft(machine.Steps));

    static bool IsLeft(StepRules steps) =>
        !steps.Allows("startup") && !steps.Allowed.Any(step => step.StartsWith("restore ", StringComparison.Ordinal));

    /// <summary>Whether a phase is asked for, or is what one that is asked for stands on. Terminate is always.</summary>
    public bool Wants(Phase phase) =>
        EndsOnly
            ? Only.Contains(phase)
            : !Skip.Contains(phase)
                && (
                    Only.IsEmpty
                    || Only.Contains(phase)
                    || phase switch
                    {
                        Phase.Dependencies or Phase.Init => phase < Only.Max(),
                        Phase.Main => false,
                        _ => true,
                    }
                );
}
