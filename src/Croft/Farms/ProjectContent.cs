using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Croft.Farms;

/// <summary>What a task list takes from the project's folder, as its text says.</summary>
/// <param name="Digest">SHA-256 over these files.</param>
/// <param name="Modules">
/// The modules that it names and that the project has not itself: <c>community.general.ufw</c>, or <c>ufw</c>.
/// </param>
sealed record TakenContent(string Digest, ImmutableSortedSet<string> Modules);

/// <summary>
/// The project's folder as far as Ansible looks into it for a phase. Text decides, not YAML: a role or file counts when a file that counts
/// has its name as a word.
/// So at worst too much counts. Where an include's name is a template, all roles and tasks do.
/// </summary>
sealed partial class ProjectContent
{
    const int LongestText = 1 << 20;
    const int LongestHashed = 64 << 20;
    const int MostFiles = 20_000;

    /// <summary>Where a project says which collections and roles it needs.</summary>
    public static readonly ImmutableArray<string> OfRequirements =
    [
        "requirements.yml",
        "requirements.yaml",
        "collections/requirements.yml",
        "collections/requirements.yaml",
        "roles/requirements.yml",
        "roles/requirements.yaml",
    ];

    /// <summary>They count for every phase, beside the folders of plugins.</summary>
    static readonly string[] Always = ["ansible.cfg", .. OfRequirements, "group_vars", "host_vars", "library", "module_utils", "handlers"];

    static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.None,
        MaxRecursionDepth = 16,
    };

    readonly string root;
    readonly ImmutableArray<string> always;
    readonly ILookup<string, (string Unit, bool IsCode)> units;
    readonly Dictionary<string, ImmutableArray<string>> files = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> digests = new(StringComparer.Ordinal);
    readonly Dictionary<string, ImmutableArray<string>> modulesByText = new(StringComparer.Ordinal);

    /// <param name="root">Null where the phases' folder is the project's: all of it counts already.</param>
    public ProjectContent(string? root)
    {
        this.root = root ?? "";
        if (root is null)
        {
            (always, units) = ([], Array.Empty<(string, bool)>().ToLookup(_ => ""));
            return;
        }

        var plugins = Directory.EnumerateDirectories(root, "*_plugins").Select(folder => Path.GetFileName(folder)!);
        always = [.. Always.Concat(plugins).SelectMany(path => FilesOf(path))];
        var roles = Path.Combine(root, "roles");
        var named = (Directory.Exists(roles) ? Directory.EnumerateFileSystemEntries(roles) : [])
            .Select(role => (Name: Path.GetFileName(role)!, Unit: "roles/" + Path.GetFileName(role), IsCode: true))
            .Concat(
                from folder in new[] { "tasks", "templates", "files", "vars" }
                from file in FilesOf(folder)
                select (Name: Path.GetFileName(file)!, Unit: file, IsCode: folder == "tasks")
            )
            .Concat(
                from file in Directory.EnumerateFiles(root)
                where Path.GetExtension(file) is ".yml" or ".yaml"
                select (Name: Path.GetFileName(file)!, Unit: Path.GetFileName(file)!, IsCode: false)
            );
        units = named.ToLookup(u => u.Name, u => (u.Unit, u.IsCode), StringComparer.Ordinal);
    }

    /// <summary>What a task list takes.</summary>
    /// <param name="texts">Its own text, and those that belong to it in any case.</param>
    public TakenContent Of(IEnumerable<string> texts)
    {
        var taken = new SortedSet<string>(always, StringComparer.Ordinal);
        var modules = new SortedSet<string>(StringComparer.Ordinal);
        var left = new Queue<string>(texts.Concat(always.Where(IsText).Select(ReadText)));
        while (left.TryDequeue(out var text))
        {
            modules.UnionWith(ModulesIn(text));
            var names = Word().Matches(text).SelectMany(word => word.Value.Split('/')).ToHashSet(StringComparer.Ordinal);
            var all = Templated().IsMatch(text);
            foreach (var unit in units.SelectMany(u => u.Where(one => names.Contains(u.Key) || all && one.IsCode)).Select(u => u.Unit))
            {
                foreach (var file in FilesOf(unit).Where(taken.Add).Where(IsText))
                    left.Enqueue(ReadText(file));
            }
        }

        modules.ExceptWith(taken.Select(file => Path.GetFileNameWithoutExtension(file)));
        return new(Digest(taken.Select(file => $"{file} {DigestOf(file)}")), [.. modules]);
    }

    /// <summary>SHA-256 over the variables of one machine alone; null when it has none.</summary>
    public string? OfHost(string name)
    {
        var own = always.Where(file => file.Split('/', '.') is ["host_vars", var host, ..] && host == name).ToList();
        return own.Count == 0 ? null : Digest(own.Select(file => file["host_vars/".Length..][name.Length..] + DigestOf(file)));
    }

    /// <summary>
    /// SHA-256 of a file as it is now; of a very large one its size and time have to do. Null when it is none that can be read.
    /// </summary>
    public static string? DigestOfFile(string path)
    {
        try
        {
            if (FileNode.At(path) is not { Kind: FileKind.File } node)
                return null;
            if (node.Size > LongestHashed)
                return string.Create(CultureInfo.InvariantCulture, $"{node.Size} {File.GetLastWriteTimeUtc(path):O}");
            using var file = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Words of a text, some of which are modules. Several phases take the same files, and YAML takes its time to read.</summary>
    ImmutableArray<string> ModulesIn(string text) =>
        modulesByText.TryGetValue(text, out var known)
            ? known
            : modulesByText[text] = [.. Module().Matches(text).Select(module => module.Groups[1].Value), .. TaskListText.Keys(text)];

    string DigestOf(string file) =>
        digests.TryGetValue(file, out var known) ? known : digests[file] = DigestOfFile(Path.Combine(root, file)) ?? "unreadable";

    /// <summary>The files that a path below the root is, or holds.</summary>
    ImmutableArray<string> FilesOf(string path)
    {
        if (files.TryGetValue(path, out var known))
            return known;
        var full = Path.Combine(root, path);
        return files[path] =
            File.Exists(full) ? [path]
            : Directory.Exists(full)
                ?
                [
                    .. Directory
                        .EnumerateFiles(full, "*", Everything)
                        .Take(MostFiles)
                        .Where(f => !f.Split('/').Any(part => part is "__pycache__" || (part.Length > 0 && PhaseFolder.IsTools(part))))
                        .Select(f => Path.GetRelativePath(root, f))
                        .Order(StringComparer.Ordinal),
                ]
            : [];
    }

    static bool IsText(string file) => Path.GetExtension(file) is ".yml" or ".yaml" or ".json" or ".j2" or "";

    string ReadText(string file) => TextOf(Path.Combine(root, file));

    /// <summary>The text of a file; empty when it is none, or too long for one.</summary>
    public static string TextOf(string path)
    {
        try
        {
            return FileNode.At(path) is { Kind: FileKind.File, Size: < LongestText } ? File.ReadAllText(path) : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    static string Digest(IEnumerable<string> lines) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));

    [GeneratedRegex(@"[\w.\-/]+")]
    private static partial Regex Word();

    /// <summary>An include or import with a template in its line, or in the deeper lines below it.</summary>
    [GeneratedRegex(
        @"^([ \-]*)(?:ansible\.(?:builtin|legacy)\.)?(?:include|import)_(?:role|tasks)\s*:(?:.*\{\{|.*(?:\n\1 +.*)*?\n\1 +.*\{\{)",
        RegexOptions.Multiline
    )]
    private static partial Regex Templated();

    [GeneratedRegex(@"^[ \-]*([a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*\.[a-z0-9_.]+)\s*:(?:\s|$)", RegexOptions.Multiline)]
    private static partial Regex Module();
}
