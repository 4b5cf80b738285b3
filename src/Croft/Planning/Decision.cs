using System.Collections.Immutable;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>Why one machine goes where it goes: what was weighed when its turn came.</summary>
public sealed record Decision
{
    /// <summary>The machine that asks for a place.</summary>
    public required MachineSpec Machine { get; init; }

    /// <summary>Of the farm file.</summary>
    public required DispatchPolicy Policy { get; init; }

    /// <summary>The virtualization types that it may run by, best first.</summary>
    public required ImmutableArray<string> Types { get; init; }

    /// <summary>The one that was chosen: the first that a hypervisor which may run it offers; null when none does.</summary>
    public string? VirtType { get; init; }

    /// <summary>How much slower than hardware it runs there: 1 is native.</summary>
    public required double Slowness { get; init; }

    /// <summary>How many machines of its architecture had their turn before, the passed ones counted.</summary>
    public required int Turn { get; init; }

    /// <summary>Null when it could not be placed.</summary>
    public string? Hypervisor { get; init; }

    /// <summary>For people.</summary>
    public required string Reason { get; init; }

    /// <summary>Every hypervisor, in the order in which the policy asks them; those that are not asked last, in declared
    /// order.</summary>
    public required ImmutableArray<Weighed> Weighed { get; init; }
}

/// <summary>One hypervisor in the decision about a machine.</summary>
/// <param name="Offers">The virtualization types that it offers for the machine's architecture.</param>
/// <param name="Barred">Why it may not run the machine; null when it may.</param>
/// <param name="Rank">Its place in the policy's order, from 1; null when it is not asked.</param>
/// <param name="Share">The free share that would stay, of memory or processors, whichever is less; null where the policy does not ask for
/// it.</param>
/// <param name="SharesGroup">Whether it has a machine of the same <c>apart</c> group, and so comes after those that have none.</param>
/// <param name="Before">What is free before the machine.</param>
/// <param name="After">What is free after it, were it placed there.</param>
public sealed record Weighed(
    string Hypervisor,
    ImmutableArray<string> Offers,
    string? Barred,
    int? Rank,
    double? Share,
    bool SharesGroup,
    Room Before,
    Room After
);
