using System.Collections.Immutable;

namespace Croft.Farms;

/// <summary>How a run goes on a machine.</summary>
/// <param name="Allowed">Names of the lifecycle steps that may happen, in the roles' words; empty means all.</param>
/// <param name="RetryCount">How often a graceful shutdown is asked for before the power is cut.</param>
/// <param name="RetryDelay">The time between two such requests.</param>
/// <param name="Timeouts">The longest a phase may take, by phase name; a phase not named has no bound.</param>
public sealed record StepRules(
    ImmutableArray<string> Allowed,
    int RetryCount,
    TimeSpan RetryDelay,
    ImmutableSortedDictionary<string, TimeSpan> Timeouts
)
{
    /// <summary>Whether a step may happen.</summary>
    public bool Allows(string step) => Allowed.IsEmpty || Allowed.Contains(step);
}
