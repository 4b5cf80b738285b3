using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>
/// The platforms, or the targets: those of the farm file, then one file each in the folder beside it, then the built-in ones. Files are
/// read only when something names them.
/// </summary>
sealed class Definitions
{
    readonly string _kind;
    readonly string _folder;
    readonly MapShape _shape;
    readonly ProblemList _problems;
    readonly Dictionary<string, MapReading> _known = new(StringComparer.Ordinal);
    readonly Dictionary<string, List<string>> _files = new(StringComparer.Ordinal);
    readonly Dictionary<string, MapReading?> _fromFiles = new(StringComparer.Ordinal);
    readonly HashSet<string> _missing = new(StringComparer.Ordinal);

    public Definitions(
        string kind, string farmFolder, MapShape shape, ImmutableArray<Named<MapReading>> inline, ImmutableArray<Named<MapReading>> builtIn, ProblemList problems)
    {
        (_kind, _folder, _shape, _problems) = (kind, Path.Combine(farmFolder, kind + "s"), shape, problems);
        ListFiles();
        foreach (var named in inline)
        {
            _known[named.Name] = named.Value;
            if (_files.TryGetValue(named.Name, out var files))
            {
                problems.Add(named.At, $"{kind}s.{named.Name}", $"{kind} {Words.Quote(named.Name)} is defined in {files[0]} too", "keep one of them");
            }
        }

        foreach (var named in builtIn)
        {
            if (!_files.ContainsKey(named.Name))
            {
                _known.TryAdd(named.Name, named.Value);
            }
        }
    }

    /// <summary>The definition of a name; null when there is none, which is reported at the node that names it.</summary>
    public MapReading? Find(string name, YamlNode reference)
    {
        if (_known.TryGetValue(name, out var known))
        {
            return known;
        }

        if (_files.TryGetValue(name, out var files))
        {
            return _fromFiles.TryGetValue(name, out var read) ? read : _fromFiles[name] = ReadFile(files, reference);
        }

        // Distances are counted once per name; a thousand wrong references are a thousand problems, not a thousand searches.
        string[] looked = [$"{_kind}s/{name}.yaml", $"{_kind}s/{name}.yml"];
        var hint = _missing.Count < 100 || _missing.Contains(name) ? Words.DidYouMean(name, _known.Keys.Concat(_files.Keys).Distinct().Order(StringComparer.Ordinal)) : null;
        _missing.Add(name);
        var where = $"looked in this file, for {Words.Or(looked)}, and in the catalogue";
        _problems.Add(reference, $"no {_kind} {Words.Quote(name)}", hint is null ? where : $"{hint} ({where})");
        return null;
    }

    MapReading? ReadFile(List<string> files, YamlNode reference)
    {
        if (files.Count > 1)
        {
            _problems.Add(reference, $"{Words.Or(files).Replace(" or ", " and ", StringComparison.Ordinal)} both exist", "keep one of them");
        }

        var shown = files[0];
        var before = _problems.Count;
        var text = YamlText.ReadFile(Path.Combine(_folder, Path.GetFileName(shown)), shown, _problems);
        var root = text is null ? null : YamlReader.Read(text, shown, _problems);
        if (root is null && _problems.Count == before)
        {
            _problems.Add(new Location(shown, 1, 1), "", "the file is empty", $"write the keys of {_shape.Type} here");
        }

        return root is not null && _shape.TryRead(root, _problems, out var reading) ? reading : null;
    }

    void ListFiles()
    {
        if (!Directory.Exists(_folder))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(_folder).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (Path.GetExtension(file) is ".yaml" or ".yml" && !PhaseFolder.IsTools(Path.GetFileName(file)))
            {
                if (!_files.TryGetValue(name, out var files))
                {
                    _files[name] = files = [];
                }

                files.Add($"{_kind}s/{Path.GetFileName(file)}");
            }
        }
    }
}
