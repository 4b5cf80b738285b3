using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Croft.Farms;

namespace Croft.Phases;

/// <summary>
/// What a layer's phase took from the project's folder, and the facts that Ansible knew then: kept on this host in the farm's state, under
/// the layer's
/// name. A layer of Ansible's is used only while all of these files are as they were.
/// </summary>
sealed record LayerTrace(ImmutableSortedDictionary<string, string> Files, ImmutableSortedDictionary<string, string> Facts)
{
    /// <summary>What the run knew of hosts that are no machines, by the name of the file: of hypervisors, of this host.</summary>
    public ImmutableSortedDictionary<string, string> Others { get; private init; } = Nothing;

    const int Most = 1000;
    const string Gathered = "_ansible_facts_gathered";

    /// <summary>Where ansible-core 2.19 and later have the facts, as a text.</summary>
    const string Packed = "__payload__";

    static readonly ImmutableSortedDictionary<string, string> Nothing = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>That of a phase which took nothing.</summary>
    public static LayerTrace Empty { get; } = new(Nothing, Nothing);

    /// <summary>A file that changed while the phase ran; null when none did.</summary>
    public string? Changed { get; private init; }

    /// <summary>Of the files that Ansible read, as the starter noted them: path, size and time.</summary>
    public static LayerTrace OfFiles(string opened)
    {
        var files = Nothing.ToBuilder();
        string? changed = null;
        foreach (var line in File.Exists(opened) ? File.ReadLines(opened) : [])
        {
            var said = JsonNode.Parse(line)!.AsArray();
            var (path, size, time) = ((string)said[0]!, (long)said[1]!, (long)said[2]!);
            var now = new FileInfo(path);
            var ticks = now.Exists ? (now.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks : 0;
            if (!now.Exists || now.Length != size || ticks != time / 100 || ProjectContent.DigestOfFile(path) is not { } digest)
                changed ??= path;
            else
                files[path] = digest;
        }

        return Empty with
        {
            Files = files.ToImmutable(),
            Changed = changed,
        };
    }

    /// <summary>With the facts of a machine, and of hosts that are no machines, as the run knows them now.</summary>
    public LayerTrace WithFacts(string folder, string machine, IEnumerable<string> others) =>
        this with
        {
            Facts = FactFiles(folder, machine)
                .ToImmutableSortedDictionary(file => Path.GetFileName(file)[..^machine.Length], File.ReadAllText),
            Others = others
                .SelectMany(host => FactFiles(folder, host))
                .Distinct()
                .ToImmutableSortedDictionary(file => Path.GetFileName(file), File.ReadAllText),
        };

    /// <summary>Whether a run knows gathered facts of a machine.</summary>
    public static bool HasGathered(string folder, string machine) =>
        FactFiles(folder, machine).Any(file => File.ReadAllText(file).Contains(Gathered, StringComparison.Ordinal));

    /// <summary>Makes a run know the facts, as those of a machine.</summary>
    /// <param name="isItself">Whether it is the machine of then; of another one, what was gathered is gathered again.</param>
    public void Restore(string folder, string machine, bool isItself)
    {
        foreach (var (prefix, facts) in Facts)
            Write(Path.Combine(folder, prefix + machine), isItself ? facts : WithoutMark(facts));
        foreach (var (name, facts) in Others.Where(other => !File.Exists(Path.Combine(folder, other.Key)))) // this run's own are newer
            Write(Path.Combine(folder, name), facts);
    }

    static string WithoutMark(string facts)
    {
        var known = JsonNode.Parse(facts)!;
        if (known is JsonObject map)
        {
            map.Remove(Gathered);
            if (map[Packed] is { } packed)
                map[Packed] = WithoutMark((string)packed!);
        }

        return known.ToJsonString();
    }

    /// <summary>Keeps it, and lets those go that were not written for the longest time.</summary>
    public void Keep(string state, string layer)
    {
        Write(
            PathOf(state, layer),
            new JsonObject
            {
                ["files"] = Json(Files),
                ["facts"] = Json(Facts),
                ["others"] = Json(Others),
            }.ToJsonString()
        );
        foreach (
            var old in new DirectoryInfo(Path.Combine(state, "layers"))
                .GetFiles()
                .OrderByDescending(file => file.LastWriteTimeUtc)
                .Skip(Most)
        )
            old.Delete();
    }

    /// <summary>Forgets that of a layer which is made anew.</summary>
    public static void Forget(string state, string layer)
    {
        if (Directory.Exists(Path.Combine(state, "layers")))
            File.Delete(PathOf(state, layer));
    }

    /// <summary>That of a layer; null when there is none.</summary>
    public static LayerTrace? Find(string state, string layer)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(PathOf(state, layer))) is JsonObject said
                ? new(Map(said["files"]), Map(said["facts"])) { Others = Map(said["others"] ?? new JsonObject()) }
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The layers whose files are all as they were.</summary>
    public static ImmutableHashSet<string> Agreeing(string state)
    {
        var folder = Path.Combine(state, "layers");
        var now = new Dictionary<string, string?>(StringComparer.Ordinal);
        return !Directory.Exists(folder)
            ? []
            :
            [
                .. from file in Directory.EnumerateFiles(folder)
                let layer = Path.GetFileName(file)
                where Find(state, layer) is { } trace && trace.Files.All(f => Now(f.Key) == f.Value)
                select layer,
            ];

        string? Now(string path) => now.TryGetValue(path, out var digest) ? digest : now[path] = ProjectContent.DigestOfFile(path);
    }

    /// <summary>Newer versions of Ansible write <c>s1_NAME</c>.</summary>
    static IEnumerable<string> FactFiles(string folder, string machine) =>
        !Directory.Exists(folder)
            ? []
            : Directory.GetFiles(folder).Where(file => Regex.IsMatch(Path.GetFileName(file), $"^(s[0-9]+_)?{Regex.Escape(machine)}$"));

    static string PathOf(string state, string layer) => Path.Combine(state, "layers", layer);

    static JsonObject Json(ImmutableSortedDictionary<string, string> map) =>
        new(map.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value)));

    static ImmutableSortedDictionary<string, string> Map(JsonNode? map) =>
        map!.AsObject().ToImmutableSortedDictionary(e => e.Key, e => (string)e.Value!, StringComparer.Ordinal);

    /// <summary>Facts may be secret.</summary>
    static void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var part = path + ".part";
        using (
            var text = new StreamWriter(
                part,
                new FileStreamOptions
                {
                    Mode = FileMode.Create,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            )
        )
            text.Write(content);
        File.Move(part, path, overwrite: true);
    }
}
