using System.Collections.Immutable;

namespace Croft.Farms.Reading;

sealed class ProjectReader(string folder, ProblemList problems)
{
    static readonly ImmutableSortedDictionary<string, TimeSpan> NoTimeouts = ImmutableSortedDictionary.Create<string, TimeSpan>(StringComparer.Ordinal);

    public ProjectSpec Read(MapReading? written, string farm)
    {
        var project = written ?? new MapReading(new YamlMap(new Location("", 1, 1), [], 1, 1), []);
        var timeouts = project.Get(ProjectKeys.Timeouts);
        var vars = project.Get(ProjectKeys.Vars);
        if (vars is not null)
        {
            VariableNames.Check(vars, problems);
        }

        return new ProjectSpec(
            project.Get(ProjectKeys.Id) ?? farm,
            project.Get(ProjectKeys.Revision) is { } revision && revision != "auto" ? revision : null,
            PhasesOf(project),
            vars is null ? YamlJson.EmptyObject : YamlJson.Of(vars),
            [.. project.Items(ProjectKeys.Artifacts).Select(glob => glob.Value).Distinct()],
            [.. project.Items(ProjectKeys.AllowedPhases).Select(step => step.Value).Distinct()],
            project.Maybe(ProjectKeys.RetryCount) ?? 10,
            project.Maybe(ProjectKeys.RetryDelay) ?? TimeSpan.FromSeconds(5),
            timeouts is null ? NoTimeouts : NoTimeouts.AddRange(
                from field in ProjectKeys.PhaseTimeouts
                let timeout = timeouts.Maybe(field)
                where timeout is not null
                select KeyValuePair.Create(field.Name, timeout.Value)),
            written?.Node.At)
        {
            LogLimit = project.Maybe(ProjectKeys.LogLimit) ?? 64 << 20,
        };
    }

    string? PhasesOf(MapReading project)
    {
        if (project.Get(ProjectKeys.Phases) is not { } written)
        {
            return null;
        }

        var phases = Path.GetFullPath(written, folder);
        if (!Directory.Exists(phases))
        {
            problems.Add(project.NodeOf(ProjectKeys.Phases), File.Exists(phases) ? $"{phases} is a file, not a folder" : $"no folder {phases}");
        }

        return phases;
    }
}
