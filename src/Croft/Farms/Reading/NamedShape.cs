using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>A map whose keys are names that the user chooses (or values of <paramref name="name"/>).</summary>
/// <param name="what">What a name stands for in the key reference: <c>name</c>, <c>arch</c>.</param>
/// <param name="least">The fewest entries.</param>
sealed class NamedShape<T>(string what, ScalarShape<string> name, Shape<T> item, int least = 0) : Shape<ImmutableArray<Named<T>>>
    where T : notnull
{
    public override string Type => $"map of {what} to {item.Type}";

    public override IEnumerable<(string Suffix, MapShape Map)> Maps => item.Maps.Select(map => ($".<{what}>{map.Suffix}", map.Map));

    public override bool TryRead(YamlNode node, ProblemList problems, out ImmutableArray<Named<T>> value)
    {
        value = [];
        if (node is not YamlMap map)
        {
            problems.Add(
                node,
                $"must be a map with a key for each {what}, not {node.Kind}",
                $"such as {ExampleOf(node)}: {ValueOfExample}"
            );
            return false;
        }

        if (map.Entries.Length < least)
        {
            problems.Add(node, "must not be empty", "leave the key out for the default");
            return false;
        }

        var read = ImmutableArray.CreateBuilder<Named<T>>(map.Entries.Length);
        foreach (var entry in map.Entries)
        {
            var named = name.TryParse(entry.Key, out var key, out var complaint);
            if (!named)
                problems.AddKey(map, entry, complaint.Message, complaint.Hint);

            if (
                item.TryRead(
                    entry.Value is YamlScalar { IsNull: true } && item is MapShape ? MapShape.Nothing(entry) : entry.Value,
                    problems,
                    out var itemValue
                ) && named
            )
                read.Add(new(key!, entry.KeyAt, entry.Value, itemValue));
        }

        value = read.DrainToImmutable();
        return true;
    }

    /// <summary>The first name that was meant, as far as it can be guessed.</summary>
    static string ExampleOf(YamlNode node) =>
        node switch
        {
            YamlScalar { IsNull: false } word => Words.Printable(word.Text, 60),
            YamlList { Items: [var first, ..] } => ExampleOf(first),
            YamlMap map when map.Entries.FirstOrDefault(e => e.Key == "name") is { Value: YamlScalar word } => ExampleOf(word),
            _ => "NAME",
        };

    string ValueOfExample => item is MapShape ? "{ … }" : item.Type;

    public override JsonObject Schema()
    {
        JsonObject schema = new()
        {
            ["type"] = "object",
            ["propertyNames"] = name.Schema(),
            ["additionalProperties"] = item.Schema(),
        };
        if (least > 0)
            schema["minProperties"] = least;

        return schema;
    }
}

/// <summary>An entry of a map of names.</summary>
readonly record struct Named<T>(string Name, Location At, YamlNode Node, T Value);
