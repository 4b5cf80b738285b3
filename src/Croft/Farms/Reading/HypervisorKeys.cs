using System.Collections.Immutable;

namespace Croft.Farms.Reading;

static class HypervisorKeys
{
    public static readonly Field<string> Uri = new(
        "uri",
        Rules.LibvirtUri,
        "Where libvirt, LXD or Incus answers: a libvirt URI; `lxd://` or `incus://`, with `host:8443` or the name of a remote for another host."
    )
    {
        DefaultText = "the machine's, with `machine`; else needed",
    };

    public static readonly Field<string> Project = new("project", Rules.Name, "The project of LXD or Incus to work in.")
    {
        DefaultText = "the remote's; else `default`",
    };

    public static readonly Field<string> Machine = new(
        "machine",
        Rules.DnsLabel,
        "In place of `uri`: the machine of this farm that is the hypervisor. It runs only machines that ask for it."
    )
    {
        DefaultText = "a host outside of the farm",
    };

    public static readonly Field<ImmutableArray<Jump>> Jumps = new(
        "jump",
        new JumpShape(),
        "The hosts through which ssh reaches the guests there, with your own ssh configuration. `[]` means that their addresses can be reached from here."
    )
    {
        DefaultText = "the host itself where the uri says `+ssh`",
    };

    public static readonly Field<TimeSpan> ConnectionTimeout = new(
        "connection_timeout",
        new DurationShape(1),
        "How long it may take to answer the first connection."
    )
    {
        DefaultText = "10s; 30s of a machine of this farm",
    };

    public static readonly Field<MapReading> Limits = new("limits", CapacityKeys.Map, "The most that Croft's machines may take there.")
    {
        DefaultText = "no limit",
    };

    public static readonly Field<MapReading> Overcommit = new(
        "overcommit",
        OvercommitKeys.Map,
        "How many times over the host's processors and memory may be given to machines."
    )
    {
        DefaultText = "memory once; processors uncounted",
    };

    public static readonly Field<ImmutableArray<Named<string>>> Labels = new(
        "labels",
        new NamedShape<string>("name", Rules.Name, Rules.LabelValue),
        "Facts about the host, for `require`."
    );

    public static readonly Field<ImmutableArray<Named<ImmutableArray<Item<string>>>>> Capabilities = new(
        "capabilities",
        new NamedShape<ImmutableArray<Item<string>>>("arch", Architectures.Shape, new ListShape<string>(DispatchKeys.VirtType, least: 1)),
        "What the host can run. `plan --offline` uses it, and so does every plan for a machine of this farm."
    )
    {
        DefaultText = "asked of the host; a machine of this farm emulates its own architecture",
    };

    public static readonly Field<MapReading> Size = new(
        "size",
        CapacityKeys.Map,
        "The host's processors and memory. `plan --offline` uses them, and so does every plan for a machine of this farm."
    )
    {
        DefaultText = "asked of the host; a machine of this farm has its own, less 256MiB",
    };

    public static readonly MapShape Map = new(
        "a hypervisor",
        [Uri, Project, Machine, Jumps, ConnectionTimeout, Limits, Overcommit, Labels, Capabilities, Size]
    );
}
