using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>A map of values that are the user's own; handed on as JSON.</summary>
/// <param name="key">The rule for its top keys; null takes any.</param>
/// <param name="check">Finds what else is wrong with them.</param>
sealed class FreeShape(TextShape? key, Action<YamlMap, ProblemList>? check = null) : Shape<YamlMap>
{
    /// <summary>Variables of the user's.</summary>
    public static readonly FreeShape Variables = new(Rules.Variable, VariableNames.Check);

    static readonly string[] NotInJson = [".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF"];

    const long Largest = 64 << 10;

    public override string Type => "map of anything";

    public override bool TryRead(YamlNode node, ProblemList problems, out YamlMap value)
    {
        value = (node as YamlMap)!;
        if (value is null)
        {
            problems.Add(node, $"must be a map, not {node.Kind}");
            return false;
        }

        if (value.Weight > Largest)
        {
            problems.Add(node, "too much to hand to every machine", "put large values into a file of the project");
            return false;
        }

        var before = problems.Count;
        foreach (var entry in value.Entries)
        {
            if (key is not null && !key.TryParse(entry.Key, out _, out var complaint))
                problems.AddKey(value, entry, complaint.Message, complaint.Hint);
        }

        check?.Invoke(value, problems);
        CheckNumbers(value, problems);
        return problems.Count == before;
    }

    public override JsonObject Schema()
    {
        JsonObject schema = new() { ["type"] = "object" };
        if (key is not null)
            schema["propertyNames"] = key.Schema();

        return schema;
    }

    static void CheckNumbers(YamlNode node, ProblemList problems)
    {
        switch (node)
        {
            case YamlMap map:
                foreach (var entry in map.Entries)
                    CheckNumbers(entry.Value, problems);

                break;
            case YamlList list:
                foreach (var item in list.Items)
                    CheckNumbers(item, problems);

                break;
            case YamlScalar { Quoted: false } scalar when NotInJson.Contains(scalar.Text.TrimStart('+', '-')):
                problems.Add(node, "JSON has no infinity and no not-a-number", "put it in quotation marks");
                break;
        }
    }
}
