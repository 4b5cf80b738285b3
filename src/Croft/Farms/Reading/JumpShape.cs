using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>One host that ssh goes through, or several in order; an empty list is none.</summary>
sealed class JumpShape : Shape<ImmutableArray<Jump>>
{
    public override string Type => "`user@host:port`, user and port as needed; or a list of them, in order";

    public override bool TryRead(YamlNode node, ProblemList problems, out ImmutableArray<Jump> value)
    {
        var hosts = ImmutableArray.CreateBuilder<Jump>();
        foreach (var item in node is YamlList list ? list.Items : [node])
        {
            if (item is YamlScalar scalar && Jump.Parse(scalar.Text) is { } jump)
                hosts.Add(jump);
            else
                problems.Add(
                    item,
                    item is YamlScalar { Text: var text }
                        ? $"{Words.Quote(text)} is not a host to go through"
                        : $"must be {Type}, not {item.Kind}",
                    "write user@host, or user@host:port"
                );
        }

        value = hosts.ToImmutable();
        return true;
    }

    public override JsonObject Schema() =>
        new() { ["anyOf"] = new JsonArray(One(), new JsonObject { ["type"] = "array", ["items"] = One() }) };

    static JsonObject One() => new() { ["type"] = "string", ["pattern"] = Jump.Pattern };
}
