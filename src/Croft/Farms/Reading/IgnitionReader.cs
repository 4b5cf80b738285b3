using System.Text.Json;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>Reads the user's own Ignition, JSON or Butane's YAML, and what of it contradicts Croft's.</summary>
sealed class IgnitionReader(OwnFiles files, ProblemList problems)
{
    static readonly string[] Ours = ["/etc/hostname", "/etc/ssh/ssh_host_ed25519_key", "/etc/ssh/ssh_host_ed25519_key.pub"];

    /// <summary>As JSON; null where there is none, or it is wrong, which is then reported.</summary>
    public OwnFile? Read(MapReading map)
    {
        if (map.Has(FirstBootKeys.Ignition) && map.Has(FirstBootKeys.Butane))
            problems.Add(map.NodeOf(FirstBootKeys.Butane), "ignition and butane are two forms of one thing", "write one of them");
        var field = map.Has(FirstBootKeys.Butane) ? FirstBootKeys.Butane : FirstBootKeys.Ignition;
        if (files.Read(map, field) is not { } file)
            return null;
        var json = field == FirstBootKeys.Butane ? OfYaml(file, map.NodeOf(field)) : Parse(file, map.NodeOf(field));
        if (json is null)
            return null;
        Check(json, file, map.NodeOf(field));
        return new(file.File, json.ToJsonString());
    }

    JsonObject? OfYaml(OwnFile file, YamlNode node)
    {
        if (YamlReader.Read(file.Text, file.File, problems) is YamlMap map)
            return new Butane(file.File, problems).Read(map);
        problems.Add(node, $"{file.File} is no map of Butane's");
        return null;
    }

    JsonObject? Parse(OwnFile file, YamlNode node)
    {
        try
        {
            if (JsonNode.Parse(file.Text) is JsonObject map)
                return map;
            problems.Add(node, $"{file.File} is no Ignition: it must be a JSON object");
        }
        catch (JsonException e)
        {
            problems.Add(node, $"{file.File}:{e.LineNumber + 1}: not JSON: {e.Message}", "YAML of Butane's is given as butane: FILE");
        }

        return null;
    }

    void Check(JsonObject json, OwnFile file, YamlNode node)
    {
        var version = json["ignition"]?["version"]?.ToString() ?? "none";
        if (!version.StartsWith("3.", StringComparison.Ordinal) || !Version.TryParse(version, out _))
            problems.Add(
                node,
                $"{file.File} is Ignition of version {version}, and Croft merges 3.x",
                "such as \"ignition\": { \"version\": \"3.3.0\" }"
            );
        if (json["ignition"]?["config"]?["replace"] is not null)
            problems.Add(node, $"{file.File}: ignition.config.replace would throw Croft's part away", "use ignition.config.merge");
        foreach (var path in (json["storage"]?["files"] as JsonArray ?? []).Select(f => f?["path"]?.ToString()).Where(Ours.Contains))
            problems.Add(node, $"{file.File}: {path} is Croft's: the machine's name and host key", "leave that file out");
    }
}
