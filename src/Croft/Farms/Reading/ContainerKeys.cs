using System.Collections.Immutable;

namespace Croft.Farms.Reading;

static class ContainerKeys
{
    public static readonly Field<bool> Nesting = new("nesting", new BoolShape(), "Whether containers can run in it: `security.nesting`.")
    {
        DefaultText = "`false`",
    };

    public static readonly Field<bool> Privileged = new(
        "privileged",
        new BoolShape(),
        "Whether its root is the host's: `security.privileged`."
    )
    {
        DefaultText = "`false`",
    };

    public static readonly Field<ImmutableArray<Item<string>>> KernelModules = new(
        "kernel_modules",
        new ListShape<string>(Rules.Name),
        "Modules that the host loads before it starts: `linux.kernel_modules`."
    );

    public static readonly Field<ImmutableArray<Item<string>>> Profiles = new(
        "profiles",
        new ListShape<string>(Rules.Name),
        "Profiles of the host's that it has, in order."
    );

    public static readonly Field<string> Pool = new("pool", Rules.Name, "The storage pool of its root file system.")
    {
        DefaultText = "the default profile's",
    };

    public static readonly Field<YamlMap> Config = new(
        "config",
        new FreeShape(key: null),
        "Further configuration of the instance, such as `raw.lxc`, `limits.processes` or `user.vendor-data`."
    )
    {
        Merging = (lower, upper) => upper.Over(lower),
    };

    public static readonly Field<YamlMap> Devices = new(
        "devices",
        new FreeShape(key: null),
        "Further devices of the instance by name, such as disks and volumes: `data: { type: disk, source: /srv, path: /srv }`."
    )
    {
        Merging = (lower, upper) => upper.Over(lower),
    };

    public static readonly MapShape Map = new("what a container is", [Nesting, Privileged, KernelModules, Profiles, Pool, Config, Devices]);
}
