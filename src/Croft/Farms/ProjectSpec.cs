using System.Collections.Immutable;

namespace Croft.Farms;

/// <summary>What is done in the guests: the project's phases.</summary>
/// <param name="Id">Names the project in layers and reports; the farm's name when not given.</param>
/// <param name="Revision">The user's own revision; null is <c>auto</c>: computed from what goes in.</param>
/// <param name="Phases">Full path of the folder with the phase files; null when the farm has no phases.</param>
/// <param name="Vars">The project's variables as a JSON object.</param>
/// <param name="Artifacts">Globs of files to fetch from each guest after main.</param>
/// <param name="AllowedSteps">Names of the lifecycle steps that may happen, in the roles' words; empty means all.</param>
/// <param name="RetryCount">How often a graceful shutdown is asked for before the power is cut.</param>
/// <param name="RetryDelay">The time between two such requests.</param>
/// <param name="Timeouts">The longest a phase may take, by phase name; a phase not named has no bound.</param>
public sealed record ProjectSpec(
    string Id,
    string? Revision,
    string? Phases,
    string Vars,
    ImmutableArray<string> Artifacts,
    ImmutableArray<string> AllowedSteps,
    int RetryCount,
    TimeSpan RetryDelay,
    ImmutableSortedDictionary<string, TimeSpan> Timeouts,
    Location? At)
{
    /// <summary>Full path of the folder that is a playbook's to Ansible: roles, group variables, plugins and ansible.cfg are found there.</summary>
    public required string Root { get; init; }

    /// <summary><c>auto</c>, <c>yes</c> or <c>no</c> alone, or the subsets of facts that Ansible gathers.</summary>
    public required ImmutableArray<string> GatherFacts { get; init; }

    /// <summary>The most that is kept of a phase's log, in bytes.</summary>
    public long LogLimit { get; init; } = 64 << 20;
}
