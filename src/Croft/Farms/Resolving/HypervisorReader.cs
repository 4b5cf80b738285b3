using System.Collections.Immutable;
using Croft.Farms.Keys;
using Croft.Farms.Shapes;

namespace Croft.Farms.Resolving;

static class HypervisorReader
{
    const string Local = "local";

    static readonly ImmutableSortedDictionary<string, string> NoLabels = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
    static readonly ImmutableSortedDictionary<string, ImmutableArray<string>> NotDeclared = ImmutableSortedDictionary.Create<string, ImmutableArray<string>>(StringComparer.Ordinal);

    public static ImmutableArray<HypervisorSpec> Read(MapReading farm, FarmDefaults defaults) =>
        farm.Has(FarmKeys.Hypervisors)
            ? [.. farm.Items(FarmKeys.Hypervisors).Select(Read)]
            : [new HypervisorSpec(Local, defaults.LocalUri, Capacity.Unbounded, NoLabels, NotDeclared, Capacity.Unbounded, null)];

    static HypervisorSpec Read(Named<MapReading> named)
    {
        var map = named.Value;
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
        };
    }

    static Capacity CapacityOf(MapReading? map) =>
        map is null ? Capacity.Unbounded : new Capacity(map.Maybe(CapacityKeys.Vcpus), map.Maybe(CapacityKeys.Memory));
}
