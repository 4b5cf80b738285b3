using System.Collections.Immutable;
using Croft.Farms;
using Croft.Farms.Reading;

namespace Croft.Phases;

/// <summary>One file of requirements, as far as Croft has to understand it; what it means is ansible-galaxy's.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Shown">As the user knows it: below the project's folder.</param>
/// <param name="Text">What it says.</param>
sealed record RequirementsFile(string Path, string Shown, string Text)
{
    const string Cure =
        "write collections: and roles:, each with a list below it, or a list of roles alone; croft installs it by ansible-galaxy";

    static readonly ImmutableArray<string> Keys = ["collections", "roles"];

    /// <summary>Whether it asks for roles: by their key, or as a list, which is the old form.</summary>
    public bool HasRoles { get; private init; }

    /// <summary>Whether nothing is in it, comments aside.</summary>
    public bool IsEmpty { get; private init; }

    /// <summary>Whether it asks for collections.</summary>
    public bool HasCollections { get; private init; }

    /// <summary>The files and folders of this host that it names, and the files that it includes do.</summary>
    public ImmutableSortedSet<string> Local { get; private init; } = [];

    /// <summary>Reads it.</summary>
    /// <exception cref="CroftException">ansible-galaxy could make nothing of it.</exception>
    public static RequirementsFile Read(string root, string shown)
    {
        ProblemList problems = new();
        var path = System.IO.Path.Combine(root, shown);
        var text = YamlText.ReadFile(path, shown, problems);
        var read = text is null ? null : YamlReader.Read(text, shown, problems);
        if (read is not null and not YamlList and not YamlMap)
            problems.Add(read, $"requirements are a map or a list, not {read.Kind}", Cure);
        foreach (var entry in read is YamlMap all ? all.Entries : [])
        {
            if (!Keys.Contains(entry.Key))
                problems.AddKey((YamlMap)read!, entry, "ansible-galaxy knows no such key", Words.DidYouMeanOrKnown(entry.Key, Keys));
            else if (entry.Value is not YamlList and not YamlScalar { IsNull: true })
                problems.Add(entry.Value, $"must be a list, not {entry.Value.Kind}", "begin each line below it with \"- \"");
        }

        if (!problems.IsEmpty)
            throw CroftException.Usage(
                string.Join('\n', problems.Sorted(shown)),
                $"ansible-galaxy install -r {ShellWord.Pasted(shown)} must accept the file: mend it, or remove it"
            );
        return new(path, shown, text!)
        {
            IsEmpty = read is null,
            HasRoles = read is YamlList { Items.IsEmpty: false } || Asks(read, "roles"),
            HasCollections = Asks(read, "collections"),
            Local = read is null ? [] : [.. Scalars(read).SelectMany(one => LocalOf(root, one))],
        };
    }

    static bool Asks(YamlNode? root, string key) =>
        root is YamlMap map && map.Entries.Any(e => e.Key == key && e.Value is YamlList { Items.IsEmpty: false });

    static IEnumerable<string> Scalars(YamlNode node) =>
        node switch
        {
            YamlScalar scalar => [scalar.Text],
            YamlList list => list.Items.SelectMany(Scalars),
            YamlMap map => map.Entries.SelectMany(entry => Scalars(entry.Value)),
            _ => [],
        };

    /// <summary>
    /// What a word leads to on this host: nothing, or a path, which may be in an address such as <c>git+file:///srv/x#/sub,main</c>.
    /// </summary>
    static IEnumerable<string> LocalOf(string root, string word)
    {
        var bare = word.StartsWith("git+", StringComparison.Ordinal) ? word[4..] : word;
        bare = bare.StartsWith("file://", StringComparison.Ordinal) ? bare[7..] : bare;
        var found = new[] { word, bare, bare.Split(',')[0], bare.Split('#')[0] }
            .Where(one => one.Length > 0)
            .Select(one => System.IO.Path.Combine(root, one))
            .FirstOrDefault(one => FileNode.At(one).Kind is FileKind.File or FileKind.Folder);
        if (found is null)
            return [];
        return
            System.IO.Path.GetExtension(found) is ".yml" or ".yaml"
            && YamlReader.Read(ProjectContent.TextOf(found), found, new()) is { } included
            ?
            [
                found,
                .. Scalars(included)
                    .Select(one => System.IO.Path.Combine(root, one))
                    .Where(one => one != found && FileNode.At(one).Kind == FileKind.File),
            ]
            : [found];
    }
}
