using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Croft.Farms;
using Croft.Planning;

namespace Croft.Phases;

/// <summary>
/// What a layer's phase took from this host, and the facts that Ansible knew then: kept on this host in the farm's state, under
/// the layer's name. A layer of Ansible's is used only while all of that is as it was.
/// </summary>
sealed record LayerTrace(ImmutableSortedDictionary<string, string> Files, ImmutableSortedDictionary<string, string> Facts)
{
    /// <summary>What the run knew of hosts that are no machines, by the name of the file: of hypervisors, of this host.</summary>
    public ImmutableSortedDictionary<string, string> Others { get; private init; } = Nothing;

    const int Most = 1000;

    /// <summary>The state of what is not there.</summary>
    const string Absent = "";

    const string Gathered = "_ansible_facts_gathered";

    /// <summary>Where ansible-core 2.19 and later have the facts, as a text.</summary>
    const string Packed = "__payload__";

    static readonly ImmutableSortedDictionary<string, string> Nothing = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>That of a phase which took nothing.</summary>
    public static LayerTrace Empty { get; } = new(Nothing, Nothing);

    /// <summary>A file that changed while the phase ran; null when none did.</summary>
    public string? Changed { get; private init; }

    /// <summary>
    /// Of what Ansible took, as the starter noted it: files with size and time; folders, <c>PATH/</c>; paths where nothing was, with null;
    /// variables, <c>$NAME</c>. A file that Ansible itself wrote, with a word, is none of that.
    /// </summary>
    /// <param name="variables">The caller's environment.</param>
    public static LayerTrace OfFiles(string opened, IReadOnlyDictionary<string, string> variables)
    {
        var files = Nothing.ToBuilder();
        string? changed = null;
        var lines = File.Exists(opened) ? File.ReadLines(opened).Select(line => JsonNode.Parse(line)!.AsArray()).ToList() : [];
        var written = lines
            .Where(said => said is [_, JsonValue word] && word.GetValueKind() == JsonValueKind.String)
            .Select(said => (string)said[0]!)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var said in lines.Where(said => !written.Contains((string)said[0]!)))
        {
            var path = (string)said[0]!;
            var digest = files.TryGetValue(path, out var read) ? read : StateOf(path, variables); // Ansible's workers say it again
            if (said is [_, { } size, { } time])
                changed ??= IsAsItWas(path, (long)size, (long)time) ? null : path;
            else if (said is [_, null] && digest is not Absent)
                continue; // the phase itself put it there

            files.TryAdd(path, digest);
        }

        return Empty with
        {
            Files = files.ToImmutable(),
            Changed = changed,
        };
    }

    static bool IsAsItWas(string path, long size, long time)
    {
        try
        {
            var now = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new(path);
            return now.Length == size && (now.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks == time / 100;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>What something is now that Ansible took.</summary>
    static string StateOf(string what, IReadOnlyDictionary<string, string> variables)
    {
        if (what is ['$', .. var name])
            return variables.TryGetValue(name, out var value) ? Identity.Digest(value) : Absent;
        if (what is not [.., '/'])
            return ProjectContent.DigestOfFile(what) ?? Absent;
        try
        {
            var names = Directory.EnumerateFileSystemEntries(what).Select(entry => Path.GetFileName(entry)!);
            return Identity.Digest(
                names.Where(entry => entry != "__pycache__" && !PhaseFolder.IsTools(entry)).Order(StringComparer.Ordinal)
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Absent;
        }
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

    /// <summary>The layers of which all that Ansible took is as it was.</summary>
    /// <param name="variables">The caller's environment.</param>
    public static ImmutableHashSet<string> Agreeing(string state, IReadOnlyDictionary<string, string> variables)
    {
        var folder = Path.Combine(state, "layers");
        var now = new Dictionary<string, string>(StringComparer.Ordinal);
        return !Directory.Exists(folder)
            ? []
            :
            [
                .. from file in Directory.EnumerateFiles(folder)
                let layer = Path.GetFileName(file)
                where Find(state, layer) is { } trace && trace.Files.All(f => Now(f.Key) == f.Value)
                select layer,
            ];

        string Now(string what) => now.TryGetValue(what, out var digest) ? digest : now[what] = StateOf(what, variables);
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
