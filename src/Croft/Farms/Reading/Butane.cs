using System.Text;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>
/// Makes Ignition's JSON of Butane's YAML, for what farms' files usually say. What Butane itself would have to work out is refused by name.
/// </summary>
/// <param name="file">The YAML's file, beside which local contents lie.</param>
sealed class Butane(string file, ProblemList problems)
{
    static readonly Dictionary<string, string> Versions = new(StringComparer.Ordinal)
    {
        ["fcos 1.0"] = "3.0.0",
        ["fcos 1.1"] = "3.1.0",
        ["fcos 1.2"] = "3.2.0",
        ["fcos 1.3"] = "3.2.0",
        ["fcos 1.4"] = "3.3.0",
        ["fcos 1.5"] = "3.4.0",
        ["fcos 1.6"] = "3.5.0",
        ["flatcar 1.0"] = "3.3.0",
        ["flatcar 1.1"] = "3.4.0",
        ["r4e 1.0"] = "3.3.0",
        ["r4e 1.1"] = "3.4.0",
        ["fiot 1.0"] = "3.4.0",
    };

    static readonly string[] Sections = ["variant", "version", "ignition", "passwd", "storage", "systemd", "kernel_arguments"];

    static readonly string[] NotDone = ["trees", "luks", "ssh_authorized_keys_local", "clevis"];

    /// <summary>The JSON; null when something is wrong, which is then reported.</summary>
    public JsonObject? Read(YamlMap map)
    {
        var before = problems.Count;
        foreach (var entry in map.Entries.Where(e => !Sections.Contains(e.Key)))
            problems.AddKey(map, entry, $"Croft does not turn {entry.Key} into Ignition", Cure);
        var dialect = $"{Text(map, "variant")} {string.Join('.', (Text(map, "version") ?? "").Split('.')[..^1])}";
        if (!Versions.TryGetValue(dialect, out var version))
            problems.Add(map, $"no Butane of variant and version {Words.Quote(dialect)}", "such as variant: fcos, version: 1.4.0");
        var made = (JsonObject)Of(map, "")!;
        made.Remove("variant");
        made.Remove("version");
        var ignition = made["ignition"] as JsonObject ?? [];
        ignition["version"] = version;
        made["ignition"] = ignition;
        AddMounts(made);
        return problems.Count == before ? made : null;
    }

    const string Cure = "let the program butane make JSON of the file, and give that: ignition: FILE";

    JsonNode? Of(YamlNode node, string key) =>
        node switch
        {
            YamlMap map when key is "contents" or "append" && Local(map) is { } source => source,
            YamlMap map => new JsonObject([.. map.Entries.Where(e => IsDone(map, e)).Select(e => Pair(e))]),
            YamlList list => new JsonArray([.. list.Items.Select(item => Of(item, key))]),
            YamlScalar { Quoted: false, Text: ['0', ..] } mode when key == "mode" && Octal(mode.Text) is { } bits => bits,
            _ => JsonNode.Parse(YamlJson.Of(node)),
        };

    KeyValuePair<string, JsonNode?> Pair(YamlEntry entry) =>
        entry.Key == "contents_local"
            ? KeyValuePair.Create("contents", (JsonNode?)Encoding.UTF8.GetString(Contents(entry.Value)))
            : KeyValuePair.Create(NameOf(entry.Key), Of(entry.Value, entry.Key));

    bool IsDone(YamlMap map, YamlEntry entry)
    {
        if (!NotDone.Contains(entry.Key))
            return true;
        problems.AddKey(map, entry, $"Croft does not turn {entry.Key} into Ignition", Cure);
        return false;
    }

    /// <summary>Contents that stand in the YAML or in a file beside it, as a URL that holds them.</summary>
    JsonObject? Local(YamlMap map)
    {
        var inline = map.Entries.FirstOrDefault(e => e.Key is "inline" or "local");
        if (inline.Key is null)
            return null;
        var bytes = inline.Key == "local" ? Contents(inline.Value) : Encoding.UTF8.GetBytes((inline.Value as YamlScalar)?.Text ?? "");
        var made = new JsonObject { ["source"] = "data:;base64," + Convert.ToBase64String(bytes) };
        foreach (var other in map.Entries.Where(e => e.Key is not ("inline" or "local")))
            made[NameOf(other.Key)] = Of(other.Value, other.Key);
        return made;
    }

    byte[] Contents(YamlNode node)
    {
        var path = Path.GetFullPath((node as YamlScalar)?.Text ?? "", Path.GetDirectoryName(file)!);
        if (FileNode.At(path) is not { Kind: FileKind.File, Size: <= 1 << 20 } found)
            problems.Add(node, $"{path} is no file of at most 1 MiB");
        else
            return File.ReadAllBytes(path);
        return [];
    }

    /// <summary>File systems that are to be mounted have units for that, which Ignition itself makes none of.</summary>
    static void AddMounts(JsonObject made)
    {
        foreach (var system in (made["storage"]?["filesystems"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var wanted = system["withMountUnit"]?.ToString() == "true";
            system.Remove("withMountUnit");
            if (!wanted || system["path"]?.ToString() is not { } path)
                continue;
            var systemd = made["systemd"] as JsonObject ?? [];
            var units = systemd["units"] as JsonArray ?? [];
            units.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["name"] = MountUnit.NameOf(path),
                        ["enabled"] = true,
                        ["contents"] = MountUnit.TextOf(system["device"]?.ToString() ?? "", path, system["format"]?.ToString() ?? "auto"),
                    }
            );
            systemd["units"] = units;
            made["systemd"] = systemd;
        }
    }

    static int? Octal(string text)
    {
        var digits = text.Replace("0o", "0", StringComparison.Ordinal);
        return digits.Length <= 6 && digits.All(c => c is >= '0' and <= '7') ? Convert.ToInt32(digits, 8) : null;
    }

    static string NameOf(string key)
    {
        var words = key.Split('_');
        return words[0]
            + string.Concat(
                words
                    .Skip(1)
                    .Select(w =>
                        w == "mib" ? "MiB"
                        : w.Length == 0 ? "_"
                        : char.ToUpperInvariant(w[0]) + w[1..]
                    )
            );
    }

    static string? Text(YamlMap map, string key) => (map.Entries.FirstOrDefault(e => e.Key == key).Value as YamlScalar)?.Text;
}
