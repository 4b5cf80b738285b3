using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>The keys of a farm file.</summary>
static class FarmKeys
{
    public static readonly Field<string> Name = new("farm", Rules.DnsLabel, "The farm's name. Everything that the farm creates carries it.")
    {
        Required = true,
    };

    public static readonly Field<ImmutableArray<Named<MapReading>>> Hypervisors = new(
        "hypervisors",
        new NamedShape<MapReading>("name", Rules.Name, HypervisorKeys.Map, least: 1),
        "The hosts that run machines."
    )
    {
        DefaultText = "`local`: `qemu:///system` as root, else `qemu:///session`",
    };

    public static readonly Field<MapReading> Dispatch = new("dispatch", DispatchKeys.Map, "How machines are spread over hypervisors.");

    public static readonly Field<ImmutableArray<Named<MapReading>>> Networks = new(
        "networks",
        new NamedShape<MapReading>("name", Rules.Name, NetworkKeys.Map, least: 1),
        "The farm's networks."
    )
    {
        DefaultText = "one named `default`",
    };

    public static readonly Field<ImmutableArray<Named<MapReading>>> Platforms = new(
        "platforms",
        new NamedShape<MapReading>("name", Rules.Name, MachineKeys.Platform),
        "Operating systems. Further ones are the files in `platforms/`, and the built-in ones."
    );

    public static readonly Field<ImmutableArray<Named<MapReading>>> Targets = new(
        "targets",
        new NamedShape<MapReading>("name", Rules.Name, MachineKeys.Target),
        "Kinds of hardware. Further ones are the files in `targets/`, and the built-in ones."
    );

    public static readonly Field<MapReading> Vms = new("vms", VmsKeys.Map, "The machines.") { DefaultText = "none" };

    public static readonly Field<MapReading> Project = new("project", ProjectKeys.Map, "What the guests do.");

    public static readonly Field<ImmutableArray<Named<MapReading>>> Projects = new(
        "projects",
        new NamedShape<MapReading>("name", Rules.DnsLabel, ProjectKeys.Map, least: 1),
        "Several projects in place of `project`. Machines name those that they take part in."
    );

    public static readonly Field<ImmutableArray<Item<string>>> SshKeys = new(
        "ssh_keys",
        new ListShape<string>(new SshKeyShape()),
        "Further public keys that may log in."
    );

    public static readonly Field<MapReading> Cache = new("cache", CacheKeys.Map, "How much of a run's results is kept for later runs.");

    /// <summary>The name in <c>mirrors</c> that stands for all families.</summary>
    public const string EveryFamily = "all";

    public static readonly Field<ImmutableArray<Item<string>>> Catalog = new(
        "catalog",
        new ListShape<string>(Rules.CatalogFile),
        "Further files of the [image catalogue](images.md), each with a family of images: files on this host or addresses."
    );

    public static readonly Field<ImmutableArray<Named<string>>> Mirrors = new(
        "mirrors",
        new NamedShape<string>("family", Rules.Name, Rules.Mirror),
        "Where images are taken from in place of their publishers' addresses, by family. Below that of `all`, each host has a folder of its name."
    );

    public static readonly MapShape Map = new(
        "a farm file",
        [Name, Hypervisors, Dispatch, Networks, Platforms, Targets, Vms, Project, Projects, Cache, SshKeys, Catalog, Mirrors]
    )
    {
        OwnPrefix = "x-",
    };
}
