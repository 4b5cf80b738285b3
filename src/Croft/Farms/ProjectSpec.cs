using System.Collections.Immutable;

namespace Croft.Farms;

/// <summary>What is done in the guests: the project's phases.</summary>
/// <param name="Id">Names the project in layers and reports; the farm's name when not given.</param>
/// <param name="Revision">The user's own revision; null is <c>auto</c>: computed from what goes in.</param>
/// <param name="Phases">Full path of the folder with the phase files; null when the farm has no phases.</param>
/// <param name="Vars">The project's variables as a JSON object, for all machines.</param>
/// <param name="Artifacts">Globs of files to fetch from each guest after main.</param>
public sealed record ProjectSpec(string Id, string? Revision, string? Phases, string Vars, ImmutableArray<string> Artifacts, Location? At)
{
    /// <summary>Its name among the farm's projects; empty where the farm has one without a name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where it is in the farm file.</summary>
    internal string Key => Name.Length == 0 ? "project" : "projects." + Name;

    /// <summary>How a run goes on machines that say nothing else.</summary>
    public required StepRules Steps { get; init; }

    /// <summary>Whether a run keeps layers and goes on from them.</summary>
    public bool HasSnapshots { get; init; } = true;

    /// <summary>Variables of one command, as a JSON object: above all others.</summary>
    public string Extra { get; init; } = "{}";

    /// <summary>
    /// Full path of the folder that is a playbook's to Ansible: roles, group variables, plugins and ansible.cfg are found there.
    /// </summary>
    public required string Root { get; init; }

    /// <summary><c>auto</c>, <c>yes</c> or <c>no</c> alone, or the subsets of facts that Ansible gathers.</summary>
    public required ImmutableArray<string> GatherFacts { get; init; }

    /// <summary>The most that is kept of a phase's log, in bytes.</summary>
    public long LogLimit { get; init; } = 64 << 20;
}
