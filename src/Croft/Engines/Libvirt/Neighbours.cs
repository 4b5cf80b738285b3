using System.Collections.Immutable;
using System.Net;
using System.Text.Json;

namespace Croft.Engines.Libvirt;

/// <summary>This host's table of neighbours, as <c>ip -j neighbour show</c> tells it.</summary>
static class Neighbours
{
    /// <summary>Best first: what was heard of just now, what is being asked, what was heard of once.</summary>
    static readonly string[] States = ["PERMANENT", "REACHABLE", "DELAY", "PROBE", "STALE"];

    /// <summary>Cards whose address nobody told, with the one that this host speaks to.</summary>
    public static ImmutableArray<Nic> See(ImmutableArray<Nic> nics, string table)
    {
        if (table.Trim() is "")
            return nics; // an ip that knows no JSON
        using var json = JsonDocument.Parse(table);
        var known = (
            from entry in json.RootElement.EnumerateArray()
            let rank = entry.TryGetProperty("state", out var states) ? RankOf(states) : -1
            where rank >= 0 && entry.TryGetProperty("lladdr", out _)
            orderby rank
            select (Mac: entry.GetProperty("lladdr").GetString(), Address: IPAddress.Parse(entry.GetProperty("dst").GetString()!))
        ).ToLookup(n => n.Mac, n => n.Address, StringComparer.OrdinalIgnoreCase);
        return [.. nics.Select(n => n.IsOutside && n.Seen is null ? n with { Seen = known[n.Mac].FirstOrDefault() } : n)];
    }

    static int RankOf(JsonElement states) =>
        states.EnumerateArray().Select(s => Array.IndexOf(States, s.GetString())).DefaultIfEmpty(-1).Max();
}
