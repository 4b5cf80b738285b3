using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Croft.Farms;

/// <summary>A step of the guest lifecycle that the user's files give.</summary>
public enum Phase
{
    /// <summary>Installs what every revision of the project needs.</summary>
    Dependencies,

    /// <summary>Brings the guest to where the tests start.</summary>
    Init,

    /// <summary>The project's tests.</summary>
    Main,

    /// <summary>Runs always, whatever came before.</summary>
    Terminate,
}

/// <summary>The file that gives a phase.</summary>
/// <param name="File">Full path.</param>
/// <param name="IsAnsible">An Ansible task list; otherwise a script.</param>
/// <param name="Digest">SHA-256 of its content, lower case hex.</param>
public sealed record PhaseFile(Phase Phase, string File, bool IsAnsible, string Digest);

/// <summary>
/// The project's phase files as they were on disk at one moment. For each phase the first of <c>phases/platform/target/</c>,
/// <c>phases/platform/</c>, <c>phases/</c> that holds <c>phase.yaml</c>, <c>phase.yml</c> or <c>phase.sh</c> is used.
/// </summary>
public sealed class PhaseFiles
{
    static readonly ImmutableArray<string> Extensions = [".yaml", ".yml", ".sh"];

    readonly ImmutableSortedDictionary<string, string> digests;
    readonly ImmutableHashSet<string> folders;

    PhaseFiles(string root, ImmutableSortedDictionary<string, string> digests, ImmutableHashSet<string> folders)
    {
        Root = root;
        this.digests = digests;
        this.folders = folders;
        var shared = string.Join('\n', digests.Where(d => PhaseOf(d.Key) is null).Select(d => d.Key + " " + d.Value));
        SharedDigest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(shared)));
    }

    /// <summary>No phases at all.</summary>
    public static PhaseFiles None { get; } = new("", ImmutableSortedDictionary<string, string>.Empty, []);

    /// <summary>Full path of the folder.</summary>
    public string Root { get; }

    /// <summary>Every file, relative to the folder, sorted.</summary>
    public IEnumerable<string> All => digests.Keys;

    /// <summary>SHA-256 over every file that is no phase's own: helpers, templates, data.</summary>
    public string SharedDigest { get; }

    /// <summary>Whether any phase is an Ansible task list.</summary>
    public bool HasAnsible => digests.Keys.Any(file => PhaseOf(file) is not null && !file.EndsWith(".sh", StringComparison.Ordinal));

    /// <summary>Reads and hashes the folder. Only in it and in the folders of known platforms and targets a file can be a phase's own: <c>tasks/main.yml</c> is a helper.</summary>
    public static PhaseFiles Read(Farm farm)
    {
        var project = farm.Project;
        if (project.Phases is null || !Directory.Exists(project.Phases))
            return None;
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, MaxRecursionDepth = 16 };
        var files = from file in Directory.EnumerateFiles(project.Phases, "*", options)
                    select KeyValuePair.Create(Path.GetRelativePath(project.Phases, file), Hash(file));
        var platforms = farm.Machines.Select(m => m.Platform).Concat(Catalogue.Platforms.Select(p => p.Name)).Distinct().ToList();
        var targets = farm.Machines.Select(m => m.Target).Concat(Catalogue.Targets).Distinct();
        var folders = platforms.Concat(from target in targets from platform in platforms select Path.Combine(platform, target)).Append("").ToImmutableHashSet(StringComparer.Ordinal);
        return new(project.Phases, files.ToImmutableSortedDictionary(StringComparer.Ordinal), folders);
    }

    /// <summary>The file that gives a phase on one kind of machine; null when there is none.</summary>
    public PhaseFile? Find(Phase phase, string platform, string target) => digests.IsEmpty
        ? null
        : Candidates(phase, platform, target).Select(path => new PhaseFile(phase, Path.Combine(Root, path), !path.EndsWith(".sh", StringComparison.Ordinal), digests[path])).FirstOrDefault();

    /// <summary>Folders in which one phase has more than one file, which is an error: the user cannot mean both.</summary>
    public IEnumerable<Problem> Problems() =>
        from file in digests.Keys
        let phase = PhaseOf(file)
        where phase is not null
        group file by (Folder: Path.GetDirectoryName(file) ?? "", Phase: phase.Value) into same
        where same.Count() > 1
        select new Problem(
            new Location(Path.Combine(Root, same.First()), 1, 1), "",
            $"phase {Name(same.Key.Phase)} is given twice in one folder: {string.Join(", ", same.Select(Path.GetFileName))}", "keep one of them");

    /// <summary>The phase's name in files and reports.</summary>
    public static string Name(Phase phase) => phase switch
    {
        Phase.Dependencies => "dependencies",
        Phase.Init => "init",
        Phase.Main => "main",
        _ => "terminate",
    };

    IEnumerable<string> Candidates(Phase phase, string platform, string target) =>
        from folder in new[] { Path.Combine(platform, target), platform, "" }
        from extension in Extensions
        let path = Path.Combine(folder, Name(phase) + extension)
        where digests.ContainsKey(path)
        select path;

    Phase? PhaseOf(string file)
    {
        if (!Extensions.Contains(Path.GetExtension(file)) || !folders.Contains(Path.GetDirectoryName(file) ?? ""))
            return null;
        var name = Path.GetFileNameWithoutExtension(file);
        foreach (var phase in Enum.GetValues<Phase>())
        {
            if (Name(phase) == name)
                return phase;
        }

        return null;
    }

    static string Hash(string file)
    {
        using var stream = File.OpenRead(file);
        var mode = OperatingSystem.IsWindows() ? 0 : (int)(File.GetUnixFileMode(file) & UnixFileMode.UserExecute);
        return Convert.ToHexStringLower(SHA256.HashData(stream)) + (mode == 0 ? "" : "x");
    }
}
