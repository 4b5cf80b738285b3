using System.Collections.Immutable;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>A farm file, or the plan made from it, that cannot be executed; carries every problem at once.</summary>
public sealed class PlanException(ImmutableArray<Problem> problems) : Exception(string.Join('\n', problems))
{
    /// <summary>All that is wrong.</summary>
    public ImmutableArray<Problem> Problems => problems;

    /// <summary>The user's, when anything is wrong with what was written; otherwise the world's.</summary>
    public FaultKind Kind => problems.All(p => p.IsWorld) ? FaultKind.World : FaultKind.Usage;
}
