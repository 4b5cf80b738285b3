using System.Collections.Immutable;

namespace Croft.Farms.Reading;

sealed class ProjectReader(string folder, ProblemList problems)
{
    static readonly ImmutableSortedDictionary<string, TimeSpan> NoTimeouts = ImmutableSortedDictionary.Create<string, TimeSpan>(
        StringComparer.Ordinal
    );

    /// <summary>The farm's projects: those with names, or the one without, which may say nothing.</summary>
    public ImmutableArray<ProjectSpec> ReadAll(MapReading farm, string name)
    {
        var one = farm.Get(FarmKeys.Project);
        var several = farm.Items(FarmKeys.Projects);
        if (several.IsEmpty)
            return [Read(one, name)];

        if (one is not null)
            problems.Add(farm.NodeOf(FarmKeys.Project), "projects has the farm's projects already", "give this one a name there");

        ImmutableArray<ProjectSpec> all = [.. several.Select(named => Read(named.Value, named.Name) with { Name = named.Name })];
        foreach (var (named, project) in several.Zip(all))
        {
            if (all.First(other => other.Id == project.Id).Name is var first && first != project.Name)
            {
                problems.Add(
                    named.Value.NodeOf(ProjectKeys.Id),
                    $"project {Words.Quote(first)} has the id {Words.Quote(project.Id)} already"
                );
            }
        }

        return all;
    }

    ProjectSpec Read(MapReading? written, string name)
    {
        var project = written ?? new MapReading(new YamlMap(new Location("", 1, 1), [], 1, 1), []);
        var vars = project.Get(ProjectKeys.Vars);
        return new ProjectSpec(
            project.Get(ProjectKeys.Id) ?? name,
            project.Get(ProjectKeys.Revision) is { } revision && revision != "auto" ? revision : null,
            FolderOf(project, ProjectKeys.Phases),
            vars is null ? YamlJson.EmptyObject : YamlJson.Of(vars),
            [.. project.Items(ProjectKeys.Artifacts).Select(glob => glob.Value).Distinct()],
            written?.Node.At
        )
        {
            Steps = StepsOf(project),
            HasSnapshots = project.Maybe(ProjectKeys.Snapshots) ?? true,
            Root = FolderOf(project, ProjectKeys.Root) ?? folder,
            GatherFacts = project.Get(ProjectKeys.Ansible)?.Maybe(ProjectKeys.GatherFacts) ?? ["auto"],
            LogLimit = project.Maybe(ProjectKeys.LogLimit) ?? 64 << 20,
        };
    }

    /// <summary>How a run goes on a machine, of the project's keys or a machine's merged ones.</summary>
    public static StepRules StepsOf(MapReading map) =>
        new(
            [.. map.Items(ProjectKeys.AllowedPhases).Select(step => step.Value).Distinct()],
            map.Maybe(ProjectKeys.RetryCount) ?? 10,
            map.Maybe(ProjectKeys.RetryDelay) ?? TimeSpan.FromSeconds(5),
            map.Get(ProjectKeys.Timeouts) is not { } timeouts
                ? NoTimeouts
                : NoTimeouts.AddRange(
                    from field in ProjectKeys.PhaseTimeouts
                    let timeout = timeouts.Maybe(field)
                    where timeout is not null
                    select KeyValuePair.Create(field.Name, timeout.Value)
                )
        );

    string? FolderOf(MapReading project, Field<string> field)
    {
        if (project.Get(field) is not { } written)
            return null;

        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(written, folder));
        if (FileNode.At(path) is { FolderRefusal: { } refusal, Kind: var kind })
            problems.Add(project.NodeOf(field), kind == FileKind.Nothing ? $"no folder {path}" : $"{path} {refusal}");

        return path;
    }
}
