using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Croft.Journal;

/// <summary>
/// One run's folder, <c>&lt;state&gt;/runs/&lt;id&gt;/</c>: its journal, logs, artifacts and reports. Names of machines and steps become
/// parts of paths only after everything but letters, digits, <c>.</c>, <c>_</c> and <c>-</c> is replaced.
/// </summary>
/// <param name="Root">The folder's full path.</param>
public sealed partial record RunFolder(string Root)
{
    /// <summary>Begins the names of steps, where a machine has those of several projects; else empty.</summary>
    internal string Scope { get; init; } = "";

    /// <summary>The run's id: UTC time, then a part that makes it unique. Ids sort by time.</summary>
    public string Id => Path.GetFileName(Path.TrimEndingDirectorySeparator(Root));

    /// <summary>The journal.</summary>
    public string EventsPath => Path.Combine(Root, "events.jsonl");

    /// <summary>The results as JUnit XML.</summary>
    public string JUnitPath => Path.Combine(Root, "junit.xml");

    /// <summary>The results as a page.</summary>
    public string HtmlPath => Path.Combine(Root, "report.html");

    /// <summary>Where the output of a machine's step goes; its folder need not exist.</summary>
    public string LogPath(string machine, string step) => Path.Combine(Root, "logs", Part(machine), Part(Scope + step) + ".log");

    /// <summary>Where a machine's serial console is kept; its folder need not exist.</summary>
    public string ConsolePath(string machine) => Path.Combine(Root, "logs", Part(machine), "console.log");

    /// <summary>The folder of the files fetched from a machine; it need not exist.</summary>
    public string ArtifactsPath(string machine) => Path.Combine(Root, "artifacts", Part(machine), OfScope);

    /// <summary>Where Ansible keeps facts; its folder need not exist.</summary>
    public string FactsPath => Path.Combine(Root, "facts", OfScope);

    /// <summary>Where what Ansible is given for a step is; it need not exist.</summary>
    internal string AnsiblePath(string machine, string step) => Path.Combine(Root, "ansible", Part(machine), Part(Scope + step));

    string OfScope => Scope.Length == 0 ? "" : Part(Scope.TrimEnd('.'));

    /// <summary>The full path of what the journal names relative to this folder; null when that would lie outside of it.</summary>
    public string? Resolve(string relative)
    {
        if (relative.Contains('\0', StringComparison.Ordinal))
            return null;
        var full = Path.GetFullPath(Path.Combine(Root, relative));
        return full.StartsWith(Path.GetFullPath(Root) + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? full : null;
    }

    /// <summary>A path in this folder as the journal and the reports name it: relative, with <c>/</c>.</summary>
    public string Relative(string path) => Path.GetRelativePath(Root, Path.Combine(Root, path)).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>The run's events.</summary>
    public ImmutableArray<JournalEvent> Read() => JournalReader.Read(EventsPath);

    /// <summary>All runs that left a journal, oldest first.</summary>
    public static ImmutableArray<RunFolder> All(string stateDirectory)
    {
        var runs = RunsPath(stateDirectory);
        if (!Directory.Exists(runs))
            return [];
        return
        [
            .. Directory
                .EnumerateDirectories(runs)
                .Select(path => new RunFolder(path))
                .Where(run => IdPattern().IsMatch(run.Id) && HasJournal(run))
                .OrderBy(run => run.Id, StringComparer.Ordinal),
        ];
    }

    /// <summary>A run of another user's is not a run that is not there.</summary>
    static bool HasJournal(RunFolder run)
    {
        try
        {
            return File.Exists(run.EventsPath) || Directory.GetFiles(run.Root, "events.jsonl").Length > 0;
        }
        catch (UnauthorizedAccessException e)
        {
            throw CroftException.World(
                $"{run.Root} cannot be read: a croft of another user made it",
                $"sudo chown -R {Environment.UserName} {Path.GetFullPath(Path.Combine(run.Root, "../.."))}",
                e
            );
        }
        catch (DirectoryNotFoundException)
        {
            return false; // removed meanwhile
        }
    }

    /// <summary>The run of that id, or the one whose id begins so; null when there is none.</summary>
    /// <exception cref="CroftException">Several runs' ids begin so.</exception>
    public static RunFolder? Find(string stateDirectory, string idOrPrefix)
    {
        var found = All(stateDirectory).RemoveAll(run => !run.Id.StartsWith(idOrPrefix, StringComparison.Ordinal));
        return found switch
        {
            [] => null,
            [var only] => only,
            _ => found.FirstOrDefault(run => run.Id == idOrPrefix)
                ?? throw CroftException.Usage(
                    $"{found.Length} runs begin with \"{idOrPrefix}\": {string.Join(", ", found.Take(5).Select(run => run.Id))}{(found.Length > 5 ? ", …" : "")}",
                    "give more of the id"
                ),
        };
    }

    internal static string RunsPath(string stateDirectory) => Path.Combine(Path.GetFullPath(stateDirectory), "runs");

    // A leading dot would hide the file, and ".." would leave the folder.
    static string Part(string name)
    {
        var part = UnsafeCharacters().Replace(name, "-");
        return part is "" || part[0] == '.' ? "-" + part : part;
    }

    [GeneratedRegex("[^A-Za-z0-9._-]")]
    private static partial Regex UnsafeCharacters();

    [GeneratedRegex("^[0-9]{8}-[0-9]{6}-[0-9a-f]{4}$")]
    private static partial Regex IdPattern();
}
