using System.Collections.Immutable;

namespace Croft.Farms.Reading;

sealed class ProjectReader(string folder, ProblemList problems)
{
    static readonly ImmutableSortedDictionary<string, TimeSpan> NoTimeouts = ImmutableSortedDictionary.Create<string, TimeSpan>(
        StringComparer.Ordinal
    );

    public ProjectSpec Read(MapReading? written, string farm)
    {
        var project = written ?? new MapReading(new YamlMap(new Location("", 1, 1), [], 1, 1), []);
        var vars = project.Get(ProjectKeys.Vars);
        return new ProjectSpec(
            project.Get(ProjectKeys.Id) ?? farm,
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
        if (!Directory.Exists(path))
            problems.Add(project.NodeOf(field), File.Exists(path) ? $"{path} is a file, not a folder" : $"no folder {path}");

        return path;
    }
}
