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
public sealed record RunOptions(ImmutableArray<Phase> Only, ImmutableArray<Phase> Skip, bool Keep, bool FailFast, bool Fresh, string? SaveAs)
{
    /// <summary>Everything, in the usual way.</summary>
    public static readonly RunOptions Default = new([], [], false, false, false, null);

    /// <summary>Whether a phase is asked for, or is what one that is asked for stands on. Terminate is always.</summary>
    public bool Wants(Phase phase) => !Skip.Contains(phase) && (Only.IsEmpty || Only.Contains(phase) || phase switch
    {
        Phase.Dependencies or Phase.Init => phase < Only.Max(),
        Phase.Main => false,
        _ => true,
    });
}
