using System.Text.Json;
using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Farms.Reading;

namespace Croft.Images;

/// <summary>The farm author's network configuration laid over Croft's, as JSON, which is YAML too. cloud-init takes one alone.</summary>
static class CloudNetwork
{
    static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <summary>What a card's address is made of. A port of a bridge or a bond has none of its own.</summary>
    static readonly string[] Address = ["dhcp4", "dhcp4-overrides", "dhcp-identifier", "accept-ra", "addresses", "routes", "nameservers"];

    /// <summary>Both as one: maps merge, lists add up, and of single values the author's counts.</summary>
    public static string Over(string croft, OwnFile own)
    {
        var lower = Parse(croft, "network-config");
        var upper = Parse(own.Text, own.File);
        var merged = (JsonObject)Merge(lower, upper["network"] as JsonObject ?? upper)!;
        var givers = ((JsonObject)merged["ethernets"]!).Where(card => lower["ethernets"]![card.Key] is not null).ToDictionary();
        foreach (var kind in (string[])["bonds", "bridges"])
        foreach (var (name, device) in merged[kind] as JsonObject ?? [])
            if (device is JsonObject taker && Give(givers, taker))
                givers[name] = taker;
        return merged.ToJsonString(Readable) + "\n";
    }

    /// <summary>A bridge or a bond takes over what its ports were given, with the first one's MAC: who they are is known by it.</summary>
    static bool Give(Dictionary<string, JsonNode?> givers, JsonObject taker)
    {
        var ports = (taker["interfaces"] as JsonArray ?? [])
            .Select(p => givers.GetValueOrDefault($"{p}") as JsonObject)
            .OfType<JsonObject>();
        var own = (JsonObject)taker.DeepClone();
        JsonNode? given = null;
        foreach (var port in ports.ToList())
        {
            var address = Taken(port);
            foreach (var (key, _) in (given as JsonObject ?? []).Where(e => e.Value is JsonValue).ToList())
                address.Remove(key); // the first one's counts
            given = given is null ? address : Merge(given, address);
        }

        if (given is null)
            return false;
        foreach (var (key, value) in (JsonObject)Merge(given, own)!)
            taker[key] = value?.DeepClone();
        return true;
    }

    static JsonObject Taken(JsonObject port)
    {
        var taken = new JsonObject(Address.Where(port.ContainsKey).Select(key => KeyValuePair.Create(key, port[key]?.DeepClone())));
        foreach (var key in Address)
            port.Remove(key);
        port["dhcp4"] = false;
        port["accept-ra"] = false; // a port that waits for a router keeps networkd from calling the guest online
        foreach (
            var (key, value) in (IEnumerable<(string, JsonNode?)>)
                [("macaddress", port["match"]?["macaddress"] ?? port["macaddress"]), ("mtu", port["mtu"]), ("optional", port["optional"])]
        )
            if (value is not null)
                taken[key] = value.DeepClone();
        return taken;
    }

    static JsonNode? Merge(JsonNode? lower, JsonNode? upper)
    {
        if (lower is JsonObject map && upper is JsonObject other)
        {
            var merged = (JsonObject)map.DeepClone();
            foreach (var (key, value) in other)
                merged[key] = map.ContainsKey(key) ? Merge(map[key], value) : value?.DeepClone();
            return merged;
        }

        return lower is JsonArray list && upper is JsonArray more
            ? new JsonArray([.. list.Concat(more).Select(item => item?.DeepClone())])
            : upper?.DeepClone();
    }

    static JsonObject Parse(string text, string file)
    {
        var problems = new ProblemList();
        return YamlReader.Read(text, file, problems) is YamlMap map && problems.IsEmpty
            ? (JsonObject)Truths(JsonNode.Parse(YamlJson.Of(map))!)
            : throw CroftException.Usage($"{file} is no map of network settings");
    }

    /// <summary>netplan and cloud-init read YAML 1.1, where <c>no</c> is false: cloud-init would take the text for true.</summary>
    static JsonNode Truths(JsonNode node)
    {
        if (node is JsonObject map)
            return new JsonObject(map.Select(e => KeyValuePair.Create(e.Key, e.Value is null ? null : Truths(e.Value))));
        if (node is JsonArray list)
            return new JsonArray([.. list.Select(item => item is null ? null : Truths(item))]);
        return node.GetValueKind() != JsonValueKind.String
            ? node.DeepClone()
            : ((string)node!).ToLowerInvariant() switch
            {
                "yes" or "on" => true,
                "no" or "off" => false,
                _ => node.DeepClone(),
            };
    }
}
