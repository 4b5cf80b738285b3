using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>Everything that a plan follows from; equal input gives an equal plan.</summary>
/// <param name="Owner">The farm's owner id; null before its first <c>up</c>.</param>
/// <param name="Images">Identity of every image that is at hand.</param>
/// <param name="Phases">Of the first project.</param>
/// <param name="AnsibleVersion">Of ansible-core and collections, for the first project; null when no phase is Ansible.</param>
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

    /// <summary>The phases and Ansible's version of the further projects, by name.</summary>
    public ImmutableDictionary<string, (PhaseFiles Phases, string? AnsibleVersion)> Further { get; init; } =
        ImmutableDictionary<string, (PhaseFiles, string?)>.Empty;

    /// <summary>Of all projects, in the farm's order.</summary>
    internal IEnumerable<PhaseFiles> AllPhases => Farm.Projects.Select(p => In(p.Name).Phases);

    /// <summary>What one project's layers follow from.</summary>
    internal PlanInput In(string project) =>
        Further.TryGetValue(project, out var own)
            ? this with
            {
                Farm = Farm.In(project),
                Phases = own.Phases,
                AnsibleVersion = own.AnsibleVersion,
            }
        : Farm.Projects is [_] ? this
        : this with { Farm = Farm.In(project) };

    /// <summary>Names of the layers for which nothing changed of what Ansible read; null believes all.</summary>
    public ImmutableHashSet<string>? Agreeing { get; init; }

    /// <summary>A machine whose placement the plan shall explain; null for none.</summary>
    public string? Explain { get; init; }
}
