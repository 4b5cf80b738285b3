using System.Collections.Immutable;

namespace Croft.Farms;

/// <summary>What came of reading a farm file: a farm, or everything that is wrong.</summary>
/// <param name="Farm">Null when there are problems.</param>
/// <param name="Problems">By place; empty when there is a farm.</param>
public sealed record FarmReading(Farm? Farm, ImmutableArray<Problem> Problems)
{
    /// <summary>The farm; else one error that lists the problems, one per line.</summary>
    public Farm Require() =>
        Farm
        ?? throw CroftException.Usage(
            Problems.Length == 1 ? Problems[0].ToString() : $"the farm file has {Problems.Length} problems:\n{string.Join('\n', Problems)}"
        );
}
