using System.Collections.Immutable;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>Why one machine goes where it goes: what was weighed when its turn came.</summary>
/// <param name="Types">The virtualization types that it may run by, best first.</param>
/// <param name="VirtType">The one that was chosen: the first that a hypervisor which may run it offers; null when none does.</param>
/// <param name="Slowness">How much slower than hardware it runs there: 1 is native.</param>
/// <param name="Turn">How many machines of its architecture had their turn before, the passed ones counted.</param>
/// <param name="Hypervisor">Null when it could not be placed.</param>
/// <param name="Reason">For people.</param>
/// <param name="Weighed">Every hypervisor, in the order in which the policy asks them; those that are not asked last, in declared
/// order.</param>
public sealed record Decision(
    MachineSpec Machine,
    DispatchPolicy Policy,
    ImmutableArray<string> Types,
    string? VirtType,
    double Slowness,
    int Turn,
    string? Hypervisor,
    string Reason,
    ImmutableArray<Weighed> Weighed
);

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
