using System.Collections.Immutable;
using Croft.Farms.Keys;
using Croft.Farms.Shapes;

namespace Croft.Farms.Resolving;

static class HypervisorReader
{
    const string Local = "local";

    static readonly ImmutableSortedDictionary<string, string> NoLabels = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
    static readonly ImmutableSortedDictionary<string, ImmutableArray<string>> NotDeclared = ImmutableSortedDictionary.Create<string, ImmutableArray<string>>(StringComparer.Ordinal);

    public static ImmutableArray<HypervisorSpec> Read(MapReading farm, FarmDefaults defaults, ProblemList problems) =>
        farm.Has(FarmKeys.Hypervisors)
            ? [.. farm.Items(FarmKeys.Hypervisors).Select(named => Read(named, problems))]
            : [new HypervisorSpec(Local, defaults.LocalUri, Capacity.Unbounded, NoLabels, NotDeclared, Capacity.Unbounded, null)];

    static HypervisorSpec Read(Named<MapReading> named, ProblemList problems)
    {
        var map = named.Value;
        var address = new HypervisorAddress(map.Get(HypervisorKeys.Uri) ?? "");
        var declared = map.Has(HypervisorKeys.Jumps);
        if (address.IsSsh && !declared && address.Jump is null)
        {
            problems.Add(map.NodeOf(HypervisorKeys.Uri), $"ssh cannot be told to go to {Words.Quote(address.Authority)} with these parameters", "write qemu+ssh://user@host:port/system; jump says another way to the guests");
        }

        return new HypervisorSpec(
            named.Name,
            map.Get(HypervisorKeys.Uri) ?? "",
            CapacityOf(map.Get(HypervisorKeys.Limits)),
            NoLabels.AddRange(map.Items(HypervisorKeys.Labels).Select(label => KeyValuePair.Create(label.Name, label.Value))),
            NotDeclared.SetItems(map.Items(HypervisorKeys.Capabilities).Select(arch => KeyValuePair.Create(arch.Name, ImmutableArray.CreateRange(arch.Value.Select(type => type.Value).Distinct())))),
            CapacityOf(map.Get(HypervisorKeys.Size)),
            named.At)
        {
            Overcommit = map.Get(HypervisorKeys.Overcommit) is { } factors ? new(factors.Maybe(OvercommitKeys.Vcpus), factors.Maybe(OvercommitKeys.Memory)) : new(null, null),
            Jumps = declared ? map.Items(HypervisorKeys.Jumps) : address.IsSsh && address.Jump is { } itself ? [itself] : [],
            IsWayUnknown = !declared && address.IsFarAway,
            ConnectionTimeout = map.Maybe(HypervisorKeys.ConnectionTimeout) ?? HypervisorSpec.DefaultConnectionTimeout,
        };
    }

    static Capacity CapacityOf(MapReading? map) =>
        map is null ? Capacity.Unbounded : new Capacity(map.Maybe(CapacityKeys.Vcpus), map.Maybe(CapacityKeys.Memory));
}
