using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>
/// A machine's definition from its layers: its projects' defaults &lt; target &lt; platform &lt; list entry. Each pair is merged once.
/// </summary>
/// <param name="projects">Those of the farm, in declared order; the one without a name has an empty one.</param>
sealed class MachineLayers(
    Definitions platforms,
    Definitions targets,
    ImmutableArray<(string Name, MapReading? Map)> projects,
    ProblemList problems
)
{
    readonly Dictionary<(string Platform, string Target), MapReading> pairs = [];
    readonly HashSet<YamlNode> reported = new(ReferenceEqualityComparer.Instance);
    readonly ImmutableArray<(string Name, MapReading? Map)> declared = projects;
    readonly ImmutableArray<(string Name, MapReading? Defaults)> projects =
    [
        .. projects.Select(p => (p.Name, p.Map is null ? null : DefaultsOf(p.Map))),
    ];

    /// <summary>
    /// The definition, and the machine's part in each of its projects. What is the machine's alone is as the first project says.
    /// </summary>
    public (MapReading Map, ImmutableArray<ProjectPart> Parts) Merge(DeclaredMachine machine)
    {
        if (!pairs.TryGetValue((machine.Platform, machine.Target), out var pair))
        {
            var platform = platforms.Find(machine.Platform, machine.Node)!;
            var target = targets.Find(machine.Target, machine.Node)!;
            pairs[(machine.Platform, machine.Target)] = pair = platform.Over(target);
        }

        var own = machine.Entry is null ? pair : machine.Entry.Over(pair);
        if (own.Get(MachineKeys.Vars) is { } vars)
            CheckNames(vars, own);
        var merged = own;
        var parts = ImmutableArray.CreateBuilder<ProjectPart>();
        foreach (var (name, defaults) in ProjectsOf(own))
        {
            var here = defaults is null ? own : own.Over(defaults);
            parts.Add(new(name, ProjectReader.StepsOf(here)));
            merged = defaults is null ? merged : merged.Over(defaults);
        }

        return (merged, parts.DrainToImmutable());
    }

    /// <summary>Of several layers, and of these and the projects, too, a name has one form.</summary>
    void CheckNames(YamlMap vars, MapReading own)
    {
        VariableNames.Check(vars, problems);
        var parts = ProjectsOf(own).Select(p => p.Name).ToHashSet();
        foreach (var (_, map) in declared.Where(p => parts.Contains(p.Name)))
        {
            if (map?.Get(ProjectKeys.Vars) is not { } ofProject)
                continue;
            foreach (var (name, other) in VariableNames.Same(vars.Entries.Select(e => e.Key), ofProject.Entries.Select(e => e.Key)))
            {
                problems.AddKey(
                    vars,
                    vars.Entries.First(e => e.Key == name),
                    VariableNames.SameToScripts(name, $", at line {ofProject.Entries.First(e => e.Key == other).KeyAt.Line},", other),
                    $"write {other}, or rename one of them"
                );
            }
        }
    }

    IEnumerable<(string Name, MapReading? Defaults)> ProjectsOf(MapReading map)
    {
        if (!map.Has(MachineKeys.Projects))
            return projects;

        var named = map.Items(MachineKeys.Projects);
        foreach (var unknown in named.Where(item => projects.All(p => p.Name != item.Value) && reported.Add(item.Node)))
        {
            problems.Add(
                unknown.Node,
                $"no project {Words.Quote(unknown.Value)} in this farm",
                projects is [{ Name: "" }]
                    ? "the farm file's projects: names them"
                    : Words.DidYouMeanOrKnown(unknown.Value, [.. projects.Select(p => p.Name)])
            );
        }

        return projects.Where(p => named.Any(item => item.Value == p.Name));
    }

    static MapReading DefaultsOf(MapReading project)
    {
        var values = ImmutableArray.CreateBuilder<FieldValue>();
        foreach (var value in project.Values)
        {
            if (value.Field == ProjectKeys.Wait)
                values.Add(value with { Field = MachineKeys.Wait });
            else if (value.Field == ProjectKeys.ConnectionTimeout)
                values.Add(value with { Field = MachineKeys.ConnectionTimeout });
            else if (ProjectKeys.Steps.Contains(value.Field))
                values.Add(value);
        }

        return new MapReading(project.Node, values.DrainToImmutable());
    }
}
