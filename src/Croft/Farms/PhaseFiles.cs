using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

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
/// <param name="Project">SHA-256 over what a task list takes from the project's folder; null for a script.</param>
public sealed record PhaseFile(Phase Phase, string File, bool IsAnsible, string Digest, string? Project);

/// <summary>
/// The project's phase files as they were on disk at one moment. For each phase the first of <c>phases/platform/target/</c>,
/// <c>phases/platform/</c>, <c>phases/</c> that holds <c>phase.yaml</c>, <c>phase.yml</c> or <c>phase.sh</c> is used.
/// </summary>
public sealed partial class PhaseFiles
{
    static readonly ImmutableArray<string> Extensions = [".yaml", ".yml", ".sh"];

    readonly ImmutableSortedDictionary<string, string> digests;
    readonly ImmutableHashSet<string> folders;
    readonly PhaseFolder? folder;
    readonly ImmutableArray<string> wide;
    readonly ProjectContent project;
    readonly ImmutableDictionary<string, TakenContent> taken;

    readonly Farm farm;
    readonly (string Copy, string Original)? place;

    PhaseFiles(
        Farm farm,
        string root,
        (string Copy, string Original)? place,
        PhaseFolder? folder,
        IReadOnlyDictionary<string, PhaseContent> contents
    )
    {
        (this.farm, Root, this.place, this.folder) = (farm, root, place, folder);
        folders = FoldersOf(farm);
        digests = contents.ToImmutableSortedDictionary(c => c.Key, c => c.Value.Digest, StringComparer.Ordinal);
        wide = [.. contents.Where(c => c.Value.IsUtf16).Select(c => c.Key)];
        SharedDigest = DigestOf(digests.Where(d => PhaseOf(d.Key) is null));
        HasAnsible = digests.Keys.Any(IsAnsible);
        project = new(HasAnsible && farm.Project.Phases != farm.Project.Root ? farm.Project.Root : null);
        var shared = digests.Keys.Where(file => PhaseOf(file) is null && !IsScript(file)).Select(TextOf).ToList();
        taken = digests.Keys.Where(IsAnsible).ToImmutableDictionary(file => file, file => project.Of([TextOf(file), .. shared]));
        Digest = DigestOf(
            digests.Concat(
                taken.Select(t => KeyValuePair.Create(t.Key + " takes", t.Value.Digest)).OrderBy(t => t.Key, StringComparer.Ordinal)
            )
        );
        Notes = folder is null ? [] : [.. NotesOf(folder, contents)];
    }

    /// <summary>Full path of the folder that the phases run from.</summary>
    public string Root { get; }

    /// <summary>Full path of the user's own folder, of which <see cref="Root"/> may be a copy.</summary>
    public string Source => folder?.Root ?? Root;

    /// <summary>Every file, relative to the folder, sorted.</summary>
    public IEnumerable<string> All => digests.Keys;

    /// <summary>SHA-256 over every file that is no phase's own: helpers, templates, data.</summary>
    public string SharedDigest { get; }

    /// <summary>SHA-256 over every file.</summary>
    public string Digest { get; }

    /// <summary>What is left out or sent otherwise than it is, for people.</summary>
    public ImmutableArray<string> Notes { get; }

    /// <summary>Whether any phase is an Ansible task list.</summary>
    public bool HasAnsible { get; }

    /// <summary>The modules that the task lists name and that are not beside them, each with a phase's file that needs it.</summary>
    public IEnumerable<(string Module, string File)> Modules =>
        from file in taken
        from module in file.Value.Modules.Except(All.Select(own => Path.GetFileNameWithoutExtension(own)))
        group file.Key by module into uses
        orderby uses.Key
        select (uses.Key, folder!.Shown(uses.Min()!));

    /// <summary>SHA-256 over the variables that the project has for one machine alone; null when it has none.</summary>
    public string? OfHost(string machine) => project.OfHost(machine);

    /// <summary>
    /// Reads and hashes the folder. Only in it and in the folders of known platforms and targets a file can be a phase's own:
    /// <c>tasks/main.yml</c> is a helper.
    /// </summary>
    public static PhaseFiles Read(Farm farm, CancellationToken cancel) => Read(farm, copy: null, cancel);

    /// <summary>
    /// The same, and copies the folder while it is hashed: a phase that runs in an hour runs what its layer's key says, whatever is edited
    /// meanwhile. The
    /// copies of earlier runs go; the farm is this command's alone.
    /// </summary>
    public static PhaseFiles Take(Farm farm, CancellationToken cancel)
    {
        Forget(farm);
        return TakeAlso(farm, cancel);
    }

    /// <summary>Those of all projects of the farm, by the project's name.</summary>
    internal static IReadOnlyDictionary<string, PhaseFiles> TakeAll(Farm farm, CancellationToken cancel)
    {
        Forget(farm);
        return farm.Projects.ToDictionary(p => p.Name, p => TakeAlso(farm.In(p.Name), cancel), StringComparer.Ordinal);
    }

    static void Forget(Farm farm)
    {
        var copies = Path.Combine(farm.StateDirectory, "phases");
        foreach (var old in Directory.Exists(copies) ? Directory.GetDirectories(copies) : [])
            Directory.Delete(old, recursive: true);
    }

    static PhaseFiles TakeAlso(Farm farm, CancellationToken cancel)
    {
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var copies = Directory.CreateDirectory(Path.Combine(farm.StateDirectory, "phases"), Owner).FullName;
        var copy = Directory.CreateDirectory(Path.Combine(copies, Guid.NewGuid().ToString("n")), Owner).FullName;
        var files = Read(farm, copy, cancel);
        foreach (var script in files.All.Where(files.IsOwnScript))
            MakeRunnable(Path.Combine(files.Root, script));
        return files;
    }

    static PhaseFiles Read(Farm farm, string? copy, CancellationToken cancel)
    {
        if (farm.Project.Phases is not { } source || !Directory.Exists(source))
            return new(farm, "", null, null, ImmutableSortedDictionary<string, PhaseContent>.Empty);
        var folder = PhaseFolder.Of(farm, cancel);
        if (copy is null)
            return new(farm, source, null, folder, PhaseContent.Read(folder, null, cancel));
        var (root, above) = Place(copy, farm.Project.Root, folder);
        return new(farm, root, (copy, above), folder, PhaseContent.Read(folder, root, cancel));
    }

    /// <summary>
    /// The folder for the copy of the phases. Beside it, and beside the folders above it, are links to what is beside the originals: so
    /// <c>../tasks</c> leads to the project's. Above the project there are as many as the files' text climbs.
    /// </summary>
    /// <returns>It, and the folder that <paramref name="copy"/> stands for.</returns>
    static (string Root, string Original) Place(string copy, string project, PhaseFolder folder)
    {
        const int MostAbove = 3;
        var way = Path.GetRelativePath(project, folder.Root).Split('/');
        var own = way is ["." or "..", ..] ? 1 : way.Length;
        var parts = folder.Root.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var levels = Math.Min(parts.Length, Math.Clamp(HighestOf(folder), own, own + MostAbove));
        var original = "/" + string.Join('/', parts[..^levels]);
        var (from, to) = (original, copy);
        foreach (var part in parts[^levels..])
        {
            if (from != "/" && way is not ["."])
                LinkAllBut(part, from, to);
            (from, to) = (Path.Combine(from, part), Directory.CreateDirectory(Path.Combine(to, part)).FullName);
        }

        return (to, original);
    }

    /// <summary>How many folders above the phases' the text of a task list or template leads at most: <c>../../x</c>.</summary>
    static int HighestOf(PhaseFolder folder) =>
        folder
            .Files.Keys.Where(file => Path.GetExtension(file) is ".yaml" or ".yml" or ".j2")
            .Select(file =>
                Climb().Matches(ProjectContent.TextOf(Path.Combine(folder.Root, file))).Select(up => up.Length / 3).DefaultIfEmpty().Max()
                - file.Count(c => c == '/')
            )
            .DefaultIfEmpty()
            .Max();

    [GeneratedRegex(@"(?:\.\./)+")]
    private static partial Regex Climb();

    static void LinkAllBut(string part, string from, string to)
    {
        const int MostLinks = 1000;
        try
        {
            foreach (
                var entry in Directory
                    .EnumerateFileSystemEntries(from)
                    .Where(e => Path.GetFileName(e) is var name && name != part && !PhaseFolder.IsTools(name))
                    .Take(MostLinks)
            )
                File.CreateSymbolicLink(Path.Combine(to, Path.GetFileName(entry)), entry);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // A folder above that others may not list: what is in it is found by its full path only.
        }
    }

    /// <summary>Text with the user's own paths instead of the copy's.</summary>
    public string AsUserKnows(string text) =>
        place is null
            ? text
            : text.Replace(Root, Source, StringComparison.Ordinal)
                .Replace(place.Value.Copy, place.Value.Original.TrimEnd('/'), StringComparison.Ordinal);

    /// <summary>The file that gives a phase on one kind of machine; null when there is none.</summary>
    public PhaseFile? Find(Phase phase, string platform, string target) =>
        digests.IsEmpty
            ? null
            : Candidates(phase, platform, target)
                .Select(path => new PhaseFile(
                    phase,
                    Path.Combine(Root, path),
                    !IsScript(path),
                    digests[path],
                    taken.GetValueOrDefault(path)?.Digest
                ))
                .FirstOrDefault();

    /// <summary>
    /// Why the phases cannot run: one is given twice in a folder, since the user cannot mean both, or its file or another cannot be read.
    /// </summary>
    public IEnumerable<Problem> Problems()
    {
        var twice =
            from file in digests.Keys
            let phase = PhaseOf(file)
            where phase is not null
            group file by (Folder: Path.GetDirectoryName(file) ?? "", Phase: phase.Value) into same
            where same.Count() > 1
            select new Problem(
                new Location(folder!.Shown(same.First()), 1, 1),
                "",
                $"phase {Name(same.Key.Phase)} is given twice in one folder: {string.Join(", ", same.Select(Path.GetFileName))}",
                "keep one of them"
            );
        var unreadable =
            from file in folder?.LeftOut ?? []
            let phase = PhaseOf(file.Key)
            where phase is not null
            select new Problem(
                new Location(folder!.Shown(file.Key), 1, 1),
                "",
                $"the file of phase {Name(phase.Value)} {file.Value}",
                "put a file there"
            );
        var utf16 =
            from file in wide
            let phase = PhaseOf(file)
            where phase is not null
            let shown = folder!.Shown(file)
            select new Problem(
                new Location(shown, 1, 1),
                "",
                $"the file of phase {Name(phase.Value)} is UTF-16, which nothing in a guest reads",
                $"iconv -f UTF-16 -t UTF-8 {ShellWord.Pasted(shown)} > {ShellWord.Pasted(shown + ".utf8")} && mv {ShellWord.Pasted(shown + ".utf8")} {ShellWord.Pasted(shown)}"
            );
        var lists =
            from file in taken.Keys.Except(wide)
            let shown = folder!.Shown(file)
            select TaskListText.Complaint(TextOf(file), shown, Name(PhaseOf(file)!.Value));
        return [.. folder?.Problems ?? [], .. twice, .. unreadable, .. utf16, .. lists.OfType<Problem>()];
    }

    /// <summary>The phase's name in files and reports.</summary>
    public static string Name(Phase phase) =>
        phase switch
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

    bool IsAnsible(string file) => !IsScript(file) && PhaseOf(file) is not null;

    string TextOf(string file) => ProjectContent.TextOf(Path.Combine(Root, file));

    bool IsOwnScript(string file) => IsScript(file) && PhaseOf(file) is not null;

    IEnumerable<string> NotesOf(PhaseFolder folder, IReadOnlyDictionary<string, PhaseContent> contents)
    {
        foreach (var (file, why) in folder.LeftOut.Where(f => PhaseOf(f.Key) is null))
            yield return $"{Words.Printable(folder.Shown(file), 300)} {why}; it is left out";
        var mistaken = contents.Keys.Select(Mistaken).OfType<string>().ToList();
        foreach (var note in mistaken)
            yield return note;
        if (
            mistaken.Count == 0
            && folder.Problems.Count == 0
            && !contents.Keys.Concat(folder.LeftOut.Keys).Any(file => PhaseOf(file) is not null)
        )
            yield return $"{Words.Printable(folder.Shown(""), 300)} has no phase's file, such as main.sh or main.yaml: nothing will run in the guests";
        foreach (var file in farm.Machines.Length > 1 ? taken.Keys.Except(wide) : [])
        foreach (var note in TaskListText.Notes(TextOf(file), Words.Printable(folder.Shown(file), 300)))
            yield return note;
        foreach (var (file, _) in contents.Where(c => c.Value.IsForWindows && IsScript(c.Key)))
        {
            var what = $"{Words.Printable(folder.Shown(file), 300)} has the line ends or the byte order mark of Windows";
            var cure = $"sed -i '1s/^\\xef\\xbb\\xbf//; s/\\r$//' {ShellWord.Pasted(folder.Shown(file))}";
            yield return IsOwnScript(file)
                ? $"{what} and is run without them; for good: {cure}"
                : $"{what} and goes to the guests so, where a shell stumbles over them: {cure}";
        }
    }

    /// <summary>Says that a file is no phase's though its name is almost one's, where none gives that phase.</summary>
    string? Mistaken(string file)
    {
        string[] languages = ["", ".bash", ".zsh", ".ksh", ".py", ".pl", ".rb", ".ps1"];
        var (name, extension) = (Path.GetFileNameWithoutExtension(file), Path.GetExtension(file).ToLowerInvariant());
        if (
            PhaseOf(file) is not null
            || !folders.Contains(Path.GetDirectoryName(file) ?? "")
            || !languages.Concat(Extensions).Contains(extension)
        )
            return null;
        return
            Enum.GetValues<Phase>().Select(Name).FirstOrDefault(phase => phase.Equals(name, StringComparison.OrdinalIgnoreCase))
                is { } meant
            && !digests.Keys.Any(other => PhaseOf(other) is { } phase && Name(phase) == meant)
            ? $"{Words.Printable(folder!.Shown(file), 300)} is not run: phase {meant} is {meant}.sh, {meant}.yaml or {meant}.yml"
            : null;
    }

    static void MakeRunnable(string script)
    {
        var bytes = File.ReadAllBytes(script);
        if (!PhaseContent.IsWindows(bytes))
            return;
        var text = Encoding.Latin1.GetString(bytes.AsSpan(bytes is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0));
        File.WriteAllBytes(script, Encoding.Latin1.GetBytes(text.Replace("\r\n", "\n", StringComparison.Ordinal)));
    }

    static bool IsScript(string file) => file.EndsWith(".sh", StringComparison.Ordinal);

    static ImmutableHashSet<string> FoldersOf(Farm farm)
    {
        var platforms = farm.Machines.Select(m => m.Platform).Concat(Catalogue.Platforms.Select(p => p.Name)).Distinct().ToList();
        var targets = farm.Machines.Select(m => m.Target).Concat(Catalogue.Targets).Distinct();
        return platforms
            .Concat(from target in targets from platform in platforms select Path.Combine(platform, target))
            .Append("")
            .ToImmutableHashSet(StringComparer.Ordinal);
    }

    static string DigestOf(IEnumerable<KeyValuePair<string, string>> files) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', files.Select(d => d.Key + " " + d.Value)))));
}
