using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>Which facts Ansible gathers: <c>auto</c>, <c>yes</c>, <c>no</c>, or a list of subsets.</summary>
sealed class FactsShape : Shape<ImmutableArray<string>>
{
    static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz_");
    static readonly ChoiceShape<string> Choice = new(("auto", "auto"), ("yes", "yes"), ("no", "no"), ("true", "yes"), ("false", "no"));
    static readonly TextShape Subset = new("a subset of facts", "such as network, virtual or !hardware", "^!?[a-z_]+$", text =>
        text.AsSpan(text.StartsWith('!') ? 1 : 0) is { Length: > 0 } name && !name.ContainsAnyExcept(Letters)
    );
    static readonly ListShape<string> Subsets = new(Subset, least: 1);

    public override string Type => "`auto`, `yes`, `no`, or list of subsets";

    public override bool TryRead(YamlNode node, ProblemList problems, out ImmutableArray<string> value)
    {
        value = [];
        if (node is YamlList)
        {
            var read = Subsets.TryRead(node, problems, out var items);
            value = [.. items.Select(item => item.Value)];
            return read;
        }

        if (!Choice.TryRead(node, problems, out var choice))
            return false;
        value = [choice];
        return true;
    }

    public override JsonObject Schema() =>
        new()
        {
            ["anyOf"] = new JsonArray(new JsonObject { ["enum"] = new JsonArray("auto", "yes", "no", true, false) }, Subsets.Schema()),
        };
}
