using System.Text.Json.Nodes;
using Croft.Farms.Reading;

namespace Croft.Farms;

/// <summary>Variables of one command for the phases: of several of one name the last counts.</summary>
public static class ExtraVariables
{
    /// <summary>The farm with them.</summary>
    /// <param name="given">Each as <c>NAME=VALUE</c>, whose value is text, as <c>@FILE</c> of YAML, or as a map in YAML's or JSON's flow
    /// style.</param>
    public static FarmReading In(Farm farm, IReadOnlyList<string> given)
    {
        var problems = new ProblemList();
        var all = new JsonObject();
        var known = farm
            .Projects.Select(p => p.Vars)
            .Concat(farm.Machines.Select(m => m.Vars).Distinct())
            .SelectMany(vars => JsonNode.Parse(vars)!.AsObject().Select(e => e.Key))
            .ToHashSet();
        for (var i = 0; i < given.Count; i++)
        {
            if (Read(given[i], new("-e", i + 1, 1), problems) is not { } node || !FreeShape.Variables.TryRead(node, problems, out var map))
                continue;
            foreach (var (name, other) in VariableNames.Same(map.Entries.Select(e => e.Key), all.Select(e => e.Key).Concat(known)))
            {
                var entry = map.Entries.First(e => e.Key == name);
                problems.AddKey(map, entry, VariableNames.SameToScripts(name, "", other), $"write {other}");
            }

            foreach (var (name, value) in JsonNode.Parse(YamlJson.Of(map))!.AsObject())
                all[name] = value?.DeepClone();
        }

        return new(
            problems.IsEmpty ? farm with { Projects = [.. farm.Projects.Select(p => p with { Extra = all.ToJsonString() })] } : null,
            problems.Sorted("-e")
        );
    }

    static YamlNode? Read(string given, Location at, ProblemList problems)
    {
        if (given.StartsWith('@'))
        {
            if (YamlText.ReadFile(Path.GetFullPath(given[1..]), given[1..], problems) is not { } file)
                return null;
            if (!file.StartsWith("$ANSIBLE_VAULT;", StringComparison.Ordinal))
                return YamlReader.Read(file, given[1..], problems);
            problems.Add(
                new Location(given[1..], 1, 1),
                "",
                "the file is encrypted by ansible-vault, and scripts get these variables, too",
                "put it into group_vars/all/ of the project, or name it by include_vars: in a task list"
            );
            return null;
        }

        if (given.StartsWith('{'))
            return YamlReader.Read(given, at.File, problems);
        if (given.Split('=', 2) is [var name, var value])
        {
            var map = new YamlMap(at, [new(name, at, new YamlScalar(at, value, quoted: true))], 1, 1);
            problems.Know(map);
            return map;
        }

        problems.Add(at, "", $"{Words.Quote(given)} is no variable", "write NAME=VALUE, @FILE or {NAME: VALUE}");
        return null;
    }
}
