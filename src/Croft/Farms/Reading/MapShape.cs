using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>A map with known keys. A key without a value is as if it were not there.</summary>
/// <param name="title">What the map is: <c>a network</c>.</param>
/// <param name="name">The field that a bare word stands for; null when only a map will do.</param>
sealed class MapShape(string title, ImmutableArray<Field> fields, Field? name = null) : Shape<MapReading>
{
    const int MostKeys = 5;

    readonly Dictionary<string, Field> byName = fields.ToDictionary(field => field.Name, StringComparer.Ordinal);

    /// <summary>What the keys begin with that are the user's own, as for anchors that other keys refer to; null allows none.</summary>
    public string? OwnPrefix { get; init; }

    public override string Type => name is null ? title : $"{title}, or its {name.Name}";

    public ImmutableArray<Field> Fields => fields;

    public override IEnumerable<(string Suffix, MapShape Map)> Maps => [("", this)];

    /// <summary>An entry whose value is left out, as an empty map.</summary>
    public static YamlMap Nothing(YamlEntry entry) => new(entry.Value.At, [], 1, 1);

    public override bool TryRead(YamlNode node, ProblemList problems, [NotNullWhen(true)] out MapReading? value)
    {
        value = null;
        if (node is YamlScalar scalar && name is not null && !scalar.IsNull)
        {
            value = name.Read(node, problems) is { } word ? new MapReading(node, [new(name, node, word)]) : null;
            return value is not null;
        }

        if (node is not YamlMap map)
        {
            problems.Add(node, $"must be a map{(name is null ? "" : $", or {name.Name} alone")}, not {node.Kind}", KeysHint);
            return false;
        }

        var read = ImmutableArray.CreateBuilder<FieldValue>(map.Entries.Length);
        foreach (var entry in map.Entries)
        {
            if (OwnPrefix is not null && entry.Key.StartsWith(OwnPrefix, StringComparison.Ordinal))
                continue;
            if (!byName.TryGetValue(entry.Key, out var field))
                problems.AddKey(map, entry, $"{title} has no key {Words.Quote(entry.Key)}", HintOf(entry.Key));
            else if (entry.Value is not YamlScalar { IsNull: true } && field.Read(entry.Value, problems) is { } fieldValue)
            {
                read.Add(new(field, entry.Value, fieldValue));
            }
        }

        foreach (var field in fields)
        {
            if (field.Required && !map.Entries.Any(entry => entry.Key == field.Name && entry.Value is not YamlScalar { IsNull: true }))
                problems.AddMissing(map, field.Name, "missing", $"{title} needs {field.Name}: {field.Shape.Type}");
        }

        value = new MapReading(node, read.DrainToImmutable());
        return true;
    }

    string KeysHint
    {
        get
        {
            var keys = fields.Where(f => !f.Hidden).OrderBy(f => !f.Required).Select(f => f.Name).ToList();
            return $"{title} has {(keys.Count == 1 ? "the key" : "keys such as")} {string.Join(", ", keys.Take(MostKeys))}";
        }
    }

    string? HintOf(string key) =>
        Words.Invisible(key) is >= 0 and var i
            ? $"its character {i + 1} is U+{(int)key[i]:X4}, which is no space to YAML: write a plain one"
            : Words.DidYouMeanOrKnown(key, [.. fields.Where(known => !known.Hidden).Select(known => known.Name)]);

    public override JsonObject Schema()
    {
        JsonObject properties = [];
        foreach (var field in fields.Where(field => !field.Hidden))
            properties[field.Name] = field.Schema();

        JsonObject schema = new()
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = properties,
        };
        if (OwnPrefix is not null)
            schema["patternProperties"] = new JsonObject { ["^" + OwnPrefix] = new JsonObject() };
        if (fields.Any(field => field.Required))
            schema["required"] = new JsonArray([.. fields.Where(field => field.Required).Select(field => (JsonNode)field.Name)]);

        return name is null ? schema : new JsonObject { ["anyOf"] = new JsonArray(name.Shape.Schema(), schema) };
    }
}
