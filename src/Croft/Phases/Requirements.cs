using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Croft.Farms;
using Croft.Planning;
using Croft.Tools;

namespace Croft.Phases;

/// <summary>
/// The collections and roles that a project's <c>requirements.yml</c> asks for, installed in Croft's cache by what the file and the
/// archives, folders and repositories of this host that it names hold.
/// </summary>
/// <param name="Folder">Where they are, or will be.</param>
/// <param name="Files">The files that ask for them.</param>
sealed partial record Requirements(string Folder, ImmutableArray<RequirementsFile> Files)
{
    const int MostFiles = 20_000;

    /// <summary>What makes a folder one that ansible-galaxy installs from: a collection, or a repository.</summary>
    static readonly string[] Marks = ["galaxy.yml", "MANIFEST.json", ".git", "HEAD"];

    static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.None,
        MaxRecursionDepth = 16,
    };

    /// <summary>Whether they are installed, as far as anything is asked for.</summary>
    public bool IsThere => !Files.Any(file => file.HasCollections || file.HasRoles) || Directory.Exists(Folder);

    /// <summary>What to say of files that ask for nothing at all.</summary>
    public IEnumerable<string> Empty =>
        from file in Files
        where file.IsEmpty
        select $"{file.Shown} is empty, and nothing is installed: write collections: or roles: into it, or remove it";

    /// <summary>
    /// Whether a collection comes by them: they name it, or its archive. Repositories and folders say their names only when they are
    /// installed.
    /// </summary>
    public bool MayBring(string collection) =>
        Files.Any(file =>
            file.Text.Contains(collection, StringComparison.Ordinal)
            || file.Text.Contains(collection.Replace('.', '-') + "-", StringComparison.Ordinal)
            || (!IsThere && (Unnamed().IsMatch(file.Text) || file.Local.Any(Directory.Exists)))
        );

    public string Collections => Path.Combine(Folder, "collections");

    public string Roles => Path.Combine(Folder, "roles");

    /// <summary>Those of a project; null when it has none.</summary>
    /// <param name="version">Of Ansible: another one may choose other versions.</param>
    /// <exception cref="CroftException">A file of them cannot be read, or ansible-galaxy could make nothing of it.</exception>
    public static Requirements? Of(ProjectSpec project, string cache, string version)
    {
        ImmutableArray<RequirementsFile> files =
        [
            .. ProjectContent
                .OfRequirements.Where(name => FileNode.At(Path.Combine(project.Root, name)).Kind != FileKind.Nothing)
                .Select(name => RequirementsFile.Read(project.Root, name)),
        ];
        if (files.IsEmpty)
            return null;
        var local = files.SelectMany(file => file.Local).Distinct().Order(StringComparer.Ordinal).Select(StateOf);
        return new(Path.Combine(cache, "ansible", Identity.Digest([version, .. files.Select(file => file.Text), .. local])[..16]), files);
    }

    /// <summary>Installs them, whole or not at all.</summary>
    /// <exception cref="CroftException">ansible-galaxy refused.</exception>
    public async Task InstallAsync(ProjectSpec project, CancellationToken cancel)
    {
        var part = Directory.CreateDirectory($"{Folder}.{Guid.NewGuid():n}").FullName;
        try
        {
            foreach (var file in Files)
            {
                if (file.HasCollections)
                    await GalaxyAsync("collection", file, Path.Combine(part, "collections"));
                if (file.HasRoles)
                    await GalaxyAsync("role", file, Path.Combine(part, "roles"));
            }

            if (!IsThere)
                Directory.Move(part, Folder);
        }
        finally
        {
            if (Directory.Exists(part))
                Directory.Delete(part, recursive: true);
        }

        async Task GalaxyAsync(string kind, RequirementsFile file, string to)
        {
            var said = await new Tool("ansible-galaxy", kind, "install", "-r", file.Path, "-p", Directory.CreateDirectory(to).FullName)
            {
                Directory = project.Root,
                Environment = new Dictionary<string, string?> { ["LC_ALL"] = HostAnsible.Locale },
            }.RunAsync(cancel);
            if (said.ExitCode != 0)
                throw CroftException.World(
                    $"installing what {file.Shown} asks for: {ReasonOf(said)}",
                    $"paths in it begin at {project.Root}; ansible-galaxy {kind} install -r {ShellWord.Pasted(file.Shown)} there tries it by hand"
                );
        }
    }

    /// <summary>
    /// What ansible-galaxy warned of and refused, each in one line again: it breaks them for terminals. What it says of every folder, and
    /// of its own options, is no reason.
    /// </summary>
    static string ReasonOf(ToolResult said)
    {
        var told = Entry()
            .Split(said.Error)
            .Select(one => Space().Replace(one, " ").Trim(' ', '-'))
            .Where(one => one.Length > 0 && !NoReason().IsMatch(one))
            .TakeLast(2)
            .Select(one => PlainText.Line(one))
            .ToList();
        return told.Count == 0 ? $"ansible-galaxy ended with exit code {said.ExitCode}: {said.LastWords}" : string.Join("; ", told);
    }

    /// <summary>What an archive, a collection's folder or a repository holds. What else has a name in the file does not count.</summary>
    static string StateOf(string path)
    {
        if (!Directory.Exists(path))
            return ProjectContent.DigestOfFile(path) ?? "";
        if (!IsSource(path) && !Directory.EnumerateDirectories(path).Any(IsSource))
            return "";
        var git = Path.Combine(path, ".git");
        var refs = Directory.Exists(Path.Combine(git, "refs"))
            ? Directory
                .EnumerateFiles(Path.Combine(git, "refs"), "*", Everything)
                .Append(Path.Combine(git, "HEAD"))
                .Append(Path.Combine(git, "packed-refs"))
            : [];
        var files = Directory
            .EnumerateFiles(path, "*", Everything)
            .Where(file => !Path.GetRelativePath(path, file).Split('/').Any(part => part == "__pycache__" || PhaseFolder.IsTools(part)))
            .Concat(refs)
            .Take(MostFiles)
            .Order(StringComparer.Ordinal);
        return Identity.Digest(files.Select(file => $"{Path.GetRelativePath(path, file)} {ProjectContent.DigestOfFile(file)}"));
    }

    static bool IsSource(string folder) => Marks.Any(mark => Path.Exists(Path.Combine(folder, mark)));

    [GeneratedRegex(@"git[+@]|\.git\b|\btype\s*:\s*(?:git|dir|subdirs|url)\b")]
    private static partial Regex Unnamed();

    [GeneratedRegex(@"^(?:\[(?:WARNING|ERROR|DEPRECATION WARNING)\]: |ERROR! )", RegexOptions.Multiline)]
    private static partial Regex Entry();

    [GeneratedRegex(@"^The specified collections path|--ignore-errors")]
    private static partial Regex NoReason();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
