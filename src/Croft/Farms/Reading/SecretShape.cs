using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>Where a secret is found. The secret itself is refused: farm files are kept and shown.</summary>
sealed class SecretShape : Shape<SecretSpec>
{
    const string Cure = "write { env: NAME }, { file: PATH }, { command: TEXT } or ask";

    static readonly ImmutableArray<(string Name, string Doc, SecretKind Kind, TextShape Shape)> Kinds =
    [
        ("env", "A variable of the caller's environment.", SecretKind.Env, Rules.Variable),
        (
            "file",
            "A file on this host, of which the first line counts. A relative path starts at the farm file.",
            SecretKind.File,
            Rules.HostPath
        ),
        (
            "command",
            "A command for this host's `sh`, in the farm file's folder; the first line that it prints counts.",
            SecretKind.Command,
            Rules.CommandLine
        ),
    ];

    public override string Type => "`ask`, or one of `env`, `file` and `command`";

    public override bool TryRead(YamlNode node, ProblemList problems, [NotNullWhen(true)] out SecretSpec? value)
    {
        value = null;
        if (node is YamlScalar { Text: "ask" })
            value = new(SecretKind.Ask, "");
        else if (node is YamlScalar { IsNull: false })
            problems.Add(node, "a secret does not belong in a farm file", Cure);
        else if (node is not YamlMap { Entries: [var entry] })
            problems.Add(node, $"must be {Type}", Cure);
        else if (entry is { Key: "ask", Value: YamlScalar { Text: "true" } or YamlScalar { IsNull: true } })
            value = new(SecretKind.Ask, "");
        else if (Kinds.FirstOrDefault(k => k.Name == entry.Key) is { Shape: { } shape, Kind: var kind })
            value = shape.TryRead(entry.Value, problems, out var text) ? new(kind, text) : null;
        else
            problems.AddKey((YamlMap)node, entry, $"a secret has no key {Words.Quote(entry.Key)}", Cure);
        return value is not null;
    }

    public override JsonObject Schema()
    {
        var one = Kinds.Select(k => (JsonNode)Only(k.Name, k.Doc, k.Shape.Schema()));
        return new()
        {
            ["anyOf"] = new JsonArray([
                new JsonObject { ["const"] = "ask" },
                Only("ask", "Asks at the terminal.", new JsonObject { ["const"] = true }),
                .. one,
            ]),
        };
    }

    static JsonObject Only(string key, string doc, JsonObject value)
    {
        value.Insert(0, "description", doc);
        return new()
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["required"] = new JsonArray(key),
            ["properties"] = new JsonObject { [key] = value },
        };
    }
}
