using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>A list; each item keeps its node. An item that cannot be read is reported and left out.</summary>
sealed class ListShape<T>(Shape<T> item, int least = 0) : Shape<ImmutableArray<Item<T>>>
    where T : notnull
{
    public override string Type => $"list of {item.Type}";

    public override IEnumerable<(string Suffix, MapShape Map)> Maps => item.Maps.Select(map => ("[]" + map.Suffix, map.Map));

    public override bool TryRead(YamlNode node, ProblemList problems, out ImmutableArray<Item<T>> value)
    {
        value = [];
        if (node is not YamlList list)
        {
            problems.Add(
                node,
                $"must be a list, not {node.Kind}",
                node switch
                {
                    YamlScalar { IsNull: false } word => $"write [{Words.Printable(word.Text, 60)}]",
                    YamlMap => "each item begins with \"- \"",
                    _ => null,
                }
            );
            return false;
        }

        if (list.Items.Length < least)
        {
            problems.Add(node, "must not be empty", "leave the key out for the default");
            return false;
        }

        var items = ImmutableArray.CreateBuilder<Item<T>>(list.Items.Length);
        foreach (var itemNode in list.Items)
        {
            if (item.TryRead(itemNode, problems, out var read))
                items.Add(new(itemNode, read));
        }

        value = items.DrainToImmutable();
        return true;
    }

    public override JsonObject Schema()
    {
        JsonObject schema = new() { ["type"] = "array", ["items"] = item.Schema() };
        if (least > 0)
            schema["minItems"] = least;

        return schema;
    }
}

/// <summary>An item of a list with its node.</summary>
readonly record struct Item<T>(YamlNode Node, T Value);
