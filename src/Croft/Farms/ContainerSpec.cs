using System.Collections.Immutable;

namespace Croft.Farms;

/// <summary>What a container is beside what every machine is, in LXD's own words.</summary>
/// <param name="Pool">Where its root file system is; null is the default profile's.</param>
/// <param name="Profiles">In order; later ones win.</param>
/// <param name="Config">Of its instance.</param>
/// <param name="Devices">Of its instance, beside its root file system and its cards.</param>
public sealed record ContainerSpec(
    string? Pool,
    ImmutableArray<string> Profiles,
    ImmutableSortedDictionary<string, string> Config,
    ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>> Devices
)
{
    /// <summary>The member of a cluster that runs it; null leaves that to the cluster.</summary>
    public string? Member { get; init; }

    /// <summary>Nothing beside.</summary>
    public static ContainerSpec Plain { get; } =
        new(
            null,
            [],
            ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal),
            ImmutableSortedDictionary.Create<string, ImmutableSortedDictionary<string, string>>(StringComparer.Ordinal)
        );

    /// <summary>All that a restart can change, as text; nothing where nothing was asked for.</summary>
    internal IEnumerable<string> Parts() =>
        [
            .. Profiles.Select(p => $"profile {p}"),
            .. Config.Select(c => $"{c.Key}={c.Value}"),
            .. Devices.SelectMany(d => d.Value.Select(c => $"{d.Key}.{c.Key}={c.Value}")),
        ];
}
