using System.Buffers;
using System.Collections.Immutable;
using Croft.Farms.Reading;

namespace Croft.Farms;

/// <summary>
/// Everything that is wrong, each thing once. A problem is added with the node it is about; the node's path is looked up here.
/// </summary>
sealed class ProblemList
{
    static readonly SearchValues<char> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");

    readonly HashSet<Problem> problems = [];
    readonly List<YamlNode> roots = [];
    readonly Dictionary<Location, string> pathsByPlace = [];
    readonly Dictionary<YamlNode, string> paths = new(ReferenceEqualityComparer.Instance);
    int placed;

    public bool IsEmpty => problems.Count == 0;

    public int Count => problems.Count;

    /// <summary>
    /// Takes a document in, so that its nodes have paths. The paths are written out only when there is a problem to show.
    /// </summary>
    public void Know(YamlNode root) => roots.Add(root);

    public void Add(Location? at, string path, string message, string? hint = null) => problems.Add(new Problem(at, path, message, hint));

    public void Add(YamlNode node, string message, string? hint = null) => Add(node.At, PathOf(node), message, hint);

    /// <summary>About a single value of which only the place is known any more.</summary>
    public void AddAt(Location at, string message) => Add(at, PathsByPlace.GetValueOrDefault(at, ""), message);

    /// <summary>About a key itself, or about what is missing under it.</summary>
    public void AddKey(YamlMap map, YamlEntry entry, string message, string? hint = null) =>
        Add(entry.KeyAt, Join(PathOf(map), entry.Key), message, hint);

    /// <summary>About a key that is not there.</summary>
    public void AddMissing(YamlNode map, string key, string message, string? hint = null) =>
        Add(map.At, Join(PathOf(map), key), message, hint);

    /// <summary>By place, the farm file's own first, then the others by name.</summary>
    public ImmutableArray<Problem> Sorted(string firstFile) =>
        [
            .. problems
                .OrderBy(problem =>
                    problem.At is null ? 2
                    : problem.At.File == firstFile ? 0
                    : 1
                )
                .ThenBy(problem => problem.At?.File, StringComparer.Ordinal)
                .ThenBy(problem => problem.At?.Line)
                .ThenBy(problem => problem.At?.Column)
                .ThenBy(problem => problem.Path, StringComparer.Ordinal)
                .ThenBy(problem => problem.Message, StringComparer.Ordinal),
        ];

    string PathOf(YamlNode node) => Paths.GetValueOrDefault(node, "");

    Dictionary<YamlNode, string> Paths
    {
        get
        {
            foreach (var root in roots)
                Index(root, "");

            roots.Clear();
            return paths;
        }
    }

    void Index(YamlNode node, string path)
    {
        if (!paths.TryAdd(node, path))
            return;

        if (node is YamlMap map)
        {
            foreach (var entry in map.Entries)
                Index(entry.Value, Join(path, entry.Key));
        }
        else if (node is YamlList list)
        {
            for (var i = 0; i < list.Items.Length; i++)
                Index(list.Items[i], $"{path}[{i}]");
        }
    }

    // A block map begins where its first key does; the innermost node of a place is meant.
    Dictionary<Location, string> PathsByPlace
    {
        get
        {
            if (placed != Paths.Count)
            {
                placed = Paths.Count;
                foreach (var (node, path) in Paths)
                    pathsByPlace[node.At] = pathsByPlace.TryGetValue(node.At, out var other) && other.Length > path.Length ? other : path;
            }

            return pathsByPlace;
        }
    }

    static string Join(string path, string key)
    {
        if (key.Length is 0 or > 63 || key.AsSpan().ContainsAnyExcept(Plain))
            return $"{path}[{Words.Quote(key)}]";

        return path.Length == 0 ? key : $"{path}.{key}";
    }
}
