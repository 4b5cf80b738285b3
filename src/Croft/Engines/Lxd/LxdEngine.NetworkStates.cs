using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Journal;
using Croft.Lxd;

namespace Croft.Engines.Lxd;

/// <summary>What the configuration of a network says.</summary>
sealed partial class LxdEngine
{
    /// <summary>Of a network's name server's configuration.</summary>
    const string Lines = "raw.dnsmasq";

    const string Record = "host-record=";

    static string NameOf(Network network) =>
        network.Config.TryGetValue(LxdNames.Farm, out var farm) && network.Config.TryGetValue(LxdNames.Network, out var own)
            ? NetworkDefinition.NameOf(farm, own)
            : network.Name;

    static NetworkState StateOf(Network network)
    {
        var config = network.Config;
        var entries = (config.GetValueOrDefault(LxdNames.Hosts) ?? "")
            .Split('\n')
            .Select(line => line.Split(' '))
            .Where(words => words.Length is 3 or 4 && IPAddress.TryParse(words[0], out _))
            .ToLookup(words => words[1] == "-");
        ImmutableArray<Reservation> hosts = [.. entries[false].Select(w => new Reservation(IPAddress.Parse(w[0]), w[1], w[2]))];
        var told = LinesOf(config).Select(line => line.Split(',')).Select(words => (words[0], words[^1])).ToHashSet();
        return new()
        {
            Name = NameOf(network),
            Device = network.Name,
            Farm = config.GetValueOrDefault(LxdNames.Farm),
            Owner = config.GetValueOrDefault(LxdNames.Owner),
            Folder = config.GetValueOrDefault(LxdNames.Folder),
            Network = config.GetValueOrDefault(LxdNames.Network),
            Cidr = CidrOf(config.GetValueOrDefault("ipv4.address")),
            Cidr6 = config.ContainsKey(LxdNames.Farm) ? null : CidrOf(config.GetValueOrDefault("ipv6.address")),
            Active = network.Status is null or "Created",
            SpanningTree = false,
            Reservations = hosts,
            Made = DateTimeOffset.TryParse(
                config.GetValueOrDefault(LxdNames.Made),
                System.Globalization.CultureInfo.InvariantCulture,
                out var made
            )
                ? made
                : null,
            Mode =
                config.GetValueOrDefault("ipv4.nat") == "true" ? NetworkMode.Nat
                : config.GetValueOrDefault("ipv4.routing") == "false" ? NetworkMode.Isolated
                : NetworkMode.Routed,
            Dhcp = config.GetValueOrDefault("ipv4.dhcp") != "false",
            Zone = config.GetValueOrDefault("dns.domain"),
            Published = [.. hosts.Where(h => told.Contains((Record + h.Host, $"{h.Address}")))],
            Names = [.. entries[true].Select(w => new Reservation(IPAddress.Parse(w[0]), "", w[2]) { Zone = w.ElementAtOrDefault(3) })],
        };
    }

    static IPNetwork? CidrOf(string? address) =>
        address?.Split('/') is [var host, var prefix] && IPAddress.TryParse(host, out var gateway) && int.TryParse(prefix, out var length)
            ? Subnets.Of(gateway, length)
            : null;

    static string LineOf(Reservation host, string farm, string? zone) =>
        $"{Record}{host.Host},{host.Host}.{farm},{host.Host}.{host.Zone ?? zone},{host.Address}";

    /// <summary>What others have its name server do.</summary>
    static IEnumerable<string> OthersLines(Network network)
    {
        var seen = StateOf(network);
        var known = seen.Reservations.Concat(seen.Names).Select(h => (Record + h.Host, $"{h.Address}")).ToHashSet();
        return LinesOf(network.Config).Where(line => line.Split(',') is var words && !known.Contains((words[0], words[^1])));
    }

    static string[] LinesOf(IReadOnlyDictionary<string, string> config) =>
        config.GetValueOrDefault(Lines)?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [];
}
