using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>
/// The platforms, or the targets: those of the farm file, then one file each in the folder beside it, then the built-in ones. Files are
/// read only when something names them.
/// </summary>
sealed class Definitions
{
    readonly string kind;
    readonly string farmFile;
    readonly string folder;
    readonly MapShape shape;
    readonly ProblemList problems;
    readonly Dictionary<string, MapReading> known = new(StringComparer.Ordinal);
    readonly Dictionary<string, List<string>> files = new(StringComparer.Ordinal);
    readonly Dictionary<string, MapReading?> fromFiles = new(StringComparer.Ordinal);
    readonly HashSet<string> missing = new(StringComparer.Ordinal);
    readonly Func<string, YamlNode, MapReading?> other;

    /// <summary>Further names that a wrong one may have meant: definitions are made of them only when something names them.</summary>
    public IEnumerable<string> Others { get; init; } = [];

    /// <summary>What a name that is near to none may have meant; null when nobody knows.</summary>
    public Func<string, string?> Hint { get; init; } = _ => null;

    /// <param name="farm">The farm file.</param>
    /// <param name="other">Makes a definition of a name that is not written anywhere; null for names that mean nothing.</param>
    /// <param name="own">Files of the user's for all farms, by full path. What is of this farm goes before them.</param>
    public Definitions(
        string kind,
        string farm,
        MapShape shape,
        ImmutableArray<Named<MapReading>> inline,
        ImmutableArray<Named<MapReading>> builtIn,
        ProblemList problems,
        Func<string, YamlNode, MapReading?> other,
        ImmutableArray<string> own = default
    )
    {
        this.other = other;
        (this.kind, farmFile, this.shape, this.problems) = (kind, Path.GetFileName(farm), shape, problems);
        folder = Path.Combine(Path.GetDirectoryName(farm)!, kind + "s");
        ListFiles();
        foreach (var named in inline)
        {
            this.known[named.Name] = named.Value;
            if (this.files.TryGetValue(named.Name, out var files))
                problems.Add(
                    named.At,
                    $"{kind}s.{named.Name}",
                    $"{kind} {Words.Quote(named.Name)} is defined in {files[0]} too",
                    "keep one of them"
                );
        }

        foreach (var file in own.IsDefault ? [] : own)
        {
            if (!known.ContainsKey(Path.GetFileNameWithoutExtension(file)))
                files.TryAdd(Path.GetFileNameWithoutExtension(file), [file]);
        }

        foreach (var named in builtIn)
        {
            if (!this.files.ContainsKey(named.Name))
                this.known.TryAdd(named.Name, named.Value);
        }
    }

    /// <summary>The definition of a name; null when there is none, which is reported at the node that names it.</summary>
    public MapReading? Find(string name, YamlNode reference)
    {
        if (this.known.TryGetValue(name, out var known))
            return known;

        if (this.files.TryGetValue(name, out var files))
            return fromFiles.TryGetValue(name, out var read) ? read : fromFiles[name] = ReadFile(files, reference);

        if (other(name, reference) is { } made)
            return this.known[name] = made;

        // Distances are counted once per name; a thousand wrong references are a thousand problems, not a thousand searches.
        string[] looked = [$"{this.kind}s/{name}.yaml", $"{this.kind}s/{name}.yml"];
        var hint =
            missing.Count < 100 || missing.Contains(name)
                ? Words.DidYouMean(name, this.known.Keys.Concat(this.files.Keys).Concat(Others).Distinct().Order(StringComparer.Ordinal))
                    ?? Hint(name)
                : null;
        missing.Add(name);
        var where = $"looked in {farmFile}, for {Words.Or(looked)}, and in the catalogue";
        this.problems.Add(reference, $"no {this.kind} {Words.Quote(name)}", hint is null ? where : $"{hint} ({where})");
        return null;
    }

    MapReading? ReadFile(List<string> files, YamlNode reference)
    {
        if (files.Count > 1)
            this.problems.Add(
                reference,
                $"{Words.Or(files).Replace(" or ", " and ", StringComparison.Ordinal)} both exist",
                "keep one of them"
            );

        var shown = files[0];
        var before = this.problems.Count;
        var text = YamlText.ReadFile(
            Path.IsPathFullyQualified(shown) ? shown : Path.Combine(folder, Path.GetFileName(shown)),
            shown,
            this.problems
        );
        var root = text is null ? null : YamlReader.Read(text, shown, this.problems);
        if (root is null && this.problems.Count == before)
            this.problems.Add(new Location(shown, 1, 1), "", "the file is empty", $"write the keys of {this.shape.Type} here");

        return root is not null && this.shape.TryRead(root, this.problems, out var reading) ? reading : null;
    }

    void ListFiles()
    {
        if (!Directory.Exists(folder))
            return;

        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (Path.GetExtension(file) is ".yaml" or ".yml" && !PhaseFolder.IsTools(Path.GetFileName(file)))
            {
                if (!this.files.TryGetValue(name, out var files))
                    this.files[name] = files = [];

                files.Add($"{this.kind}s/{Path.GetFileName(file)}");
            }
        }
    }
}
