using System.Text.RegularExpressions;
using Croft.Farms;
using Croft.Planning;
using Croft.Tools;

namespace Croft.Phases;

/// <summary>
/// The collections and roles that a project's <c>requirements.yml</c> asks for, installed in Croft's cache by what the file and the
/// archives it names hold.
/// </summary>
/// <param name="Folder">Where they are, or will be.</param>
/// <param name="Text">What the files say.</param>
sealed partial record Requirements(string Folder, string Text)
{
    static readonly string[] Names =
    [
        "requirements.yml",
        "requirements.yaml",
        "collections/requirements.yml",
        "collections/requirements.yaml",
        "roles/requirements.yml",
        "roles/requirements.yaml",
    ];

    /// <summary>Whether they are installed.</summary>
    public bool IsThere => Directory.Exists(Folder);

    /// <summary>
    /// Whether a collection comes by them: they name it, or its archive. Repositories and folders say their names only when they are
    /// installed.
    /// </summary>
    public bool MayBring(string collection) =>
        Text.Contains(collection, StringComparison.Ordinal)
        || Text.Contains(collection.Replace('.', '-') + "-", StringComparison.Ordinal)
        || (!IsThere && Unnamed().IsMatch(Text));

    public string Collections => Path.Combine(Folder, "collections");

    public string Roles => Path.Combine(Folder, "roles");

    /// <summary>Those of a project; null when it has none.</summary>
    /// <param name="version">Of Ansible: another one may choose other versions.</param>
    public static Requirements? Of(ProjectSpec project, string cache, string version)
    {
        var text = string.Join('\n', FilesOf(project).Select(ProjectContent.TextOf));
        if (text.Length == 0)
            return null;
        var archives = Word()
            .Matches(text)
            .Select(word => Path.Combine(project.Root, word.Value))
            .Where(File.Exists)
            .Distinct()
            .Order(StringComparer.Ordinal);
        return new(
            Path.Combine(cache, "ansible", Identity.Digest([version, text, .. archives.Select(ProjectContent.DigestOfFile)])[..16]),
            text
        );
    }

    /// <summary>Installs them, whole or not at all.</summary>
    /// <exception cref="CroftException">ansible-galaxy refused.</exception>
    public async Task InstallAsync(ProjectSpec project, CancellationToken cancel)
    {
        var part = Directory.CreateDirectory($"{Folder}.{Guid.NewGuid():n}").FullName;
        try
        {
            foreach (var file in FilesOf(project))
            {
                var text = ProjectContent.TextOf(file);
                if (CollectionList().IsMatch(text))
                    await GalaxyAsync("collection", file, Path.Combine(part, "collections"));
                if (RoleList().IsMatch(text))
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

        Task GalaxyAsync(string kind, string file, string to) =>
            new Tool("ansible-galaxy", kind, "install", "-r", file, "-p", Directory.CreateDirectory(to).FullName)
            {
                Directory = project.Root,
                Environment = new Dictionary<string, string?> { ["LC_ALL"] = HostAnsible.Locale },
            }.RunCheckedAsync($"installing what {Path.GetRelativePath(project.Root, file)} asks for", cancel);
    }

    static IEnumerable<string> FilesOf(ProjectSpec project) => Names.Select(name => Path.Combine(project.Root, name)).Where(File.Exists);

    [GeneratedRegex(@"[\w./~-]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"git[+@]|\.git\b|\btype\s*:\s*(?:git|dir|subdirs|url)\b")]
    private static partial Regex Unnamed();

    [GeneratedRegex(@"^collections\s*:", RegexOptions.Multiline)]
    private static partial Regex CollectionList();

    [GeneratedRegex(@"^(?:roles\s*:|- )", RegexOptions.Multiline)]
    private static partial Regex RoleList();
}
