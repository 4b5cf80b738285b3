using System.Collections.Immutable;

namespace Croft.Farms.Reading;

static class VmsKeys
{
    public const int MostMachines = 100_000;

    public static readonly Field<ImmutableArray<Item<string>>> Platforms = new(
        "platforms",
        new ListShape<string>(Rules.Name),
        "The outer loop."
    )
    {
        Required = true,
    };

    public static readonly Field<ImmutableArray<Item<string>>> Targets = new(
        "targets",
        new ListShape<string>(Rules.Name),
        "The inner loop."
    )
    {
        DefaultText = "the target of this host's architecture",
    };

    public static readonly Field<MapReading> Permutations = new(
        "permutations",
        new MapShape("permutations", [Platforms, Targets]),
        "Every platform on every target."
    );

    public static readonly Field<string> ExcludedPlatform = new("platform", Rules.Name, "Permutations with this platform.");

    public static readonly Field<string> ExcludedTarget = new("target", Rules.Name, "Permutations with this target.");

    public static readonly Field<ImmutableArray<Item<MapReading>>> Exclude = new(
        "exclude",
        new ListShape<MapReading>(new MapShape("an exclusion", [ExcludedPlatform, ExcludedTarget])),
        "Permutations to leave out: by platform, by target, or the pair."
    );

    public static readonly Field<string> Platform = new("platform", Rules.Name, "The operating system.") { Required = true };

    public static readonly Field<string> Target = new("target", Rules.Name, "The kind of hardware.")
    {
        DefaultText = "the target of this host's architecture",
    };

    public static readonly Field<string> Name = new("name", Rules.DnsLabel, "The machine's name.")
    {
        DefaultText = "`<platform>-<target>`, lower case, \"_\" written \"-\"",
    };

    public static readonly Field<int> Count = new(
        "count",
        new NumberShape(1, 10_000),
        "How many such machines, named `<name>-1`, `<name>-2` and so on."
    );

    public static readonly MapShape Entry = new("a machine", [Platform, Target, Name, Count, .. MachineKeys.All]);

    public static readonly Field<ImmutableArray<Item<MapReading>>> List = new(
        "list",
        new ListShape<MapReading>(Entry),
        "Machines one by one."
    );

    public static readonly MapShape Map = new("vms", [Permutations, Exclude, List]);

    /// <summary>A farm with one machine more of each platform, the last ones of its list.</summary>
    public static MapReading Add(MapReading farm, IReadOnlyList<string> platforms)
    {
        if (platforms.Count == 0)
            return farm;
        var (vms, node) = (farm.Get(FarmKeys.Vms) ?? new(farm.Node, []), farm.Node);
        var list = vms.Items(List)
            .AddRange(
                platforms.Select(
                    (platform, i) =>
                        new Item<MapReading>(
                            node,
                            new(
                                node,
                                [
                                    new(Platform, node, platform),
                                    new(Name, node, $"croft-image-{i}"),
                                    new(MachineKeys.Wait, node, new WaitSpec(WaitKind.None)),
                                ]
                            )
                        )
                )
            );
        return With(farm, FarmKeys.Vms, With(vms, List, list));

        static MapReading With(MapReading map, Field field, object value) =>
            new(map.Node, [.. map.Values.Where(v => v.Field != field), new(field, map.Node, value)]);
    }
}
