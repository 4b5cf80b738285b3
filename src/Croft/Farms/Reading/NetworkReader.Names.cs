using System.Collections.Immutable;
using System.Net;

namespace Croft.Farms.Reading;

/// <summary>What a network's name server says besides, and whether it can.</summary>
sealed partial class NetworkReader
{
    /// <summary>Further names that lead to nobody, or are somebody's already.</summary>
    public void CheckRecords(ImmutableArray<Named<MapReading>> declared, ImmutableArray<MachineSpec> machines)
    {
        var names = machines.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (network, _, _, map) in declared)
        {
            var records = map.Get(NetworkKeys.Dns)?.Items(DnsKeys.Records) ?? [];
            foreach (var record in records)
            {
                if (machines.Any(m => m.Name == record.Name && m.Networks.Any(n => n.Network == network)))
                    problems.Add(
                        record.Node,
                        $"machine {Words.Quote(record.Name)} has that name on network {Words.Quote(network)}",
                        "another name"
                    );
                else if (EndOf(record.Value, records) is not { } end)
                    problems.Add(
                        record.Node,
                        $"{Words.Quote(record.Name)} leads in a circle",
                        "a name leads to an address, or to a machine"
                    );
                else if (!IPAddress.TryParse(end, out _) && !names.Contains(end.Split('.')[0]))
                    problems.Add(
                        record.Node,
                        $"{Words.Quote(end)} is neither a machine of the farm nor one of these names: the name server knows no others",
                        Words.DidYouMean(end, names) ?? "an address leads anywhere"
                    );
            }
        }
    }

    /// <summary>Where a name leads in the end, by the others; null for a circle.</summary>
    static string? EndOf(string target, ImmutableArray<Named<string>> records)
    {
        for (var i = 0; i <= records.Length; i++)
        {
            if (records.FirstOrDefault(r => r.Name == target) is not { Node: not null } next)
                return target;
            target = next.Value;
        }

        return null;
    }

    void CheckForwarders(MapReading map)
    {
        foreach (var forwarder in map.Get(NetworkKeys.Dns)?.Items(DnsKeys.Forwarders) ?? [])
        {
            var isOwn = new[] { map.Maybe(NetworkKeys.Cidr), map.Maybe(NetworkKeys.Ipv6) }
                .OfType<IPNetwork>()
                .Any(cidr => cidr.Contains(forwarder.Value) && Ip.ToNumber(forwarder.Value) == Ip.First(cidr) + 1);
            if (isOwn)
                problems.Add(
                    forwarder.Node,
                    $"{forwarder.Value} is this network's own name server",
                    "one outside; or leave forwarders out"
                );
            else if (forwarder.Value.GetAddressBytes() is [0, .., 0] or [>= 224, _, _, _])
                problems.Add(forwarder.Node, $"{forwarder.Value} is no host's address", "such as 10.1.1.1");
        }
    }
}
