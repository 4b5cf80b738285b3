using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Croft.Farms;
using Croft.Farms.Reading;

namespace Croft.Images;

/// <summary>The farm author's network configuration laid over Croft's, as JSON, which is YAML too. cloud-init takes one alone.</summary>
static partial class CloudNetwork
{
    static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <summary>Both as one: maps merge, lists add up, and of single values the author's counts.</summary>
    /// <param name="cards">How many the machine has.</param>
    public static string Over(string croft, OwnFile own, int cards)
    {
        var upper = Parse(own.Text, own.File);
        upper = upper["network"] as JsonObject ?? upper;
        if (upper["ethernets"] is JsonObject ethernets)
            upper["ethernets"] = new JsonObject(
                ethernets.Select(card => KeyValuePair.Create(NameOf(card.Key, cards, own.File), card.Value?.DeepClone()))
            );
        return Merge(Parse(croft, "network-config"), upper)!.ToJsonString(Readable) + "\n";
    }

    /// <summary>Croft numbers its cards: <c>eth0</c>, as the guest calls the first, is <c>nic0</c> there.</summary>
    static string NameOf(string card, int cards, string file)
    {
        if (CardForm().Match(card) is not { Success: true } match)
            return card;
        return int.TryParse(match.Groups[1].Value, out var number) && number < cards
            ? $"nic{number}"
            : throw CroftException.Usage(
                $"{file}: the machine has no card {card}: it has {cards}",
                "networks: of the machine gives it cards"
            );
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
            ? (JsonObject)JsonNode.Parse(YamlJson.Of(map))!
            : throw CroftException.Usage($"{file} is no map of network settings");
    }

    [GeneratedRegex(@"^(?:eth|nic)([0-9]+)\z")]
    private static partial Regex CardForm();
}
