using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>Everything that a plan follows from; equal input gives an equal plan.</summary>
/// <param name="Owner">The farm's owner id; null before its first <c>up</c>.</param>
/// <param name="Images">Identity of every image that is at hand.</param>
/// <param name="AnsibleVersion">Of ansible-core and collections; null when no phase is Ansible.</param>
public sealed record PlanInput(
    Farm Farm,
    Inventory Inventory,
    string? Owner,
    PhaseFiles Phases,
    ImmutableDictionary<ImageSpec, string> Images,
    string? AnsibleVersion
)
{
    /// <summary>Size in bytes, as a guest sees it, of every image's disk that is at hand.</summary>
    public ImmutableDictionary<ImageSpec, long> DiskSizes { get; init; } = ImmutableDictionary<ImageSpec, long>.Empty;

    /// <summary>Names of the layers for which nothing changed of what Ansible read; null believes all.</summary>
    public ImmutableHashSet<string>? Agreeing { get; init; }

    /// <summary>A machine whose placement the plan shall explain; null for none.</summary>
    public string? Explain { get; init; }
}
