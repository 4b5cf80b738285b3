using System.Collections.Immutable;

namespace Croft.Engines;

/// <summary>What a host of containers has for them beside room. What it did not say is null.</summary>
public sealed record ContainerHost
{
    /// <summary>The service's own client, as hints have people type it.</summary>
    public string Tool { get; init; } = "lxc";

    /// <summary>Storage pools that containers can be in.</summary>
    public ImmutableHashSet<string>? Pools { get; init; }

    /// <summary>Profiles that containers can have, each with its devices.</summary>
    public ImmutableSortedDictionary<string, IReadOnlyDictionary<string, Dictionary<string, string>>>? Profiles { get; init; }

    /// <summary>Volumes of the pools, as <c>POOL/NAME</c>.</summary>
    public ImmutableHashSet<string>? Volumes { get; init; }

    /// <summary>Networks, as the service itself calls them.</summary>
    public ImmutableHashSet<string>? Networks { get; init; }

    /// <summary>Of the files and kernel modules that the farm's containers name, those that are not there; null of another host.</summary>
    public ImmutableHashSet<string>? Absent { get; init; }

    /// <summary>The project that the containers are in.</summary>
    public ContainerProject? Project { get; init; }

    /// <summary>How a kernel module stands among what is absent.</summary>
    public static string Module(string name) => "module " + name;
}

/// <summary>A project of a service of containers.</summary>
/// <param name="Config">Its configuration: what is restricted in it, and how.</param>
/// <param name="Left">What its limits leave, such as of <c>memory</c>.</param>
public sealed record ContainerProject(
    string Name,
    IReadOnlyDictionary<string, string> Config,
    ImmutableSortedDictionary<string, long> Left
);
