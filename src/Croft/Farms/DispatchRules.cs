using System.Collections.Immutable;

namespace Croft.Farms;

/// <summary>How machines are spread over hypervisors.</summary>
/// <param name="PriorityDomains">Virtualization types, best first.</param>
/// <param name="Retry">How often a machine that is being made is placed again when its hypervisor goes away.</param>
public sealed record DispatchRules(ImmutableArray<string> PriorityDomains, DispatchPolicy Policy, int Retry)
{
    internal const int DefaultRetry = 1;

    /// <summary>The virtualization type of containers.</summary>
    public const string Container = "lxc";
}

/// <summary>The rule by which a hypervisor is chosen among those that can run a machine.</summary>
public enum DispatchPolicy
{
    /// <summary>In turn, per architecture, in declared order.</summary>
    Fair,

    /// <summary>The host with the largest free share.</summary>
    Spread,

    /// <summary>The fewest hosts.</summary>
    Pack,
}
