using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Croft.Farms.Reading;

/// <summary>Makes a family of what a file of the catalogue says.</summary>
static partial class FamilyReader
{
    static readonly string[] Known = ["base", "version", "major", "codename", "arch", "variant"];

    /// <summary>The family; null when something is wrong, which is then reported.</summary>
    public static ImageFamily? Read(string text, string shown, ProblemList problems)
    {
        var before = problems.Count;
        if (YamlReader.Read(text, shown, problems) is not { } root)
        {
            if (problems.Count == before)
                problems.Add(new Location(shown, 1, 1), "", "the file is empty", "write the keys of a family of images");
            return null;
        }

        if (!CatalogueKeys.Map.TryRead(root, problems, out var map) || problems.Count != before)
            return null;
        var name = map.Get(CatalogueKeys.Family)!;
        if (name != FamilyNames.Plain(name) || name.Contains('_', StringComparison.Ordinal))
            problems.Add(map.NodeOf(CatalogueKeys.Family), $"{Words.Quote(name)} is no name of a family: lower case letters and digits");
        var family = new ImageFamily
        {
            Name = name,
            Title = map.Get(CatalogueKeys.Title) ?? name,
            Names = [.. map.Items(CatalogueKeys.Names).Select(n => FamilyNames.Plain(n.Value))],
            Base = map.Get(CatalogueKeys.Base)!,
            Arch = map.Items(CatalogueKeys.Arch).ToImmutableDictionary(a => a.Name, a => a.Value),
            Versions = map.Get(CatalogueKeys.Versions) ?? "(?!)",
            Compact = map.Get(CatalogueKeys.Compact),
            Codenames = map.Items(CatalogueKeys.Codenames).ToImmutableDictionary(c => c.Name, c => c.Value),
            Spellings = map.Items(CatalogueKeys.Spellings).ToImmutableDictionary(s => s.Name, s => s.Value == "newest" ? "" : s.Value),
            Variants = [.. map.Items(CatalogueKeys.Variants).Select(v => (v.Name, v.Value))],
            Ignored = [.. map.Items(CatalogueKeys.Ignored).Select(i => i.Value)],
            Newest = [.. map.Items(CatalogueKeys.Newest).Select(step => Step(step.Value, problems))],
            Places = [.. map.Items(CatalogueKeys.Places).Select(place => Place(place.Value, problems))],
            Machine = [.. map.Items(CatalogueKeys.Machine).Select(rule => Rule(rule.Value))],
            ImageSignature = map.Get(CatalogueKeys.ImageSignature),
            Keys = [.. map.Items(CatalogueKeys.Keys).Select(key => Key(key.Value))],
        };
        if (!RequireFound(map, CatalogueKeys.Newest, problems).Contains("version") && !family.Newest.IsEmpty)
            problems.Add(
                map.NodeOf(CatalogueKeys.Newest),
                "no step finds the version",
                "write (?<version>…) in match, or version: in take"
            );
        return problems.Count == before ? family : null;
    }

    /// <summary>The names that steps find; what they ask for must be known then.</summary>
    static HashSet<string> RequireFound(MapReading map, Field<ImmutableArray<Item<MapReading>>> steps, ProblemList problems)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var step in map.Items(steps).Select(item => item.Value))
        {
            RequireKnown(step, [CatalogueKeys.At, CatalogueKeys.Match, CatalogueKeys.In], found, problems);
            found.UnionWith(GroupIn().Matches(step.Get(CatalogueKeys.Match) ?? "").Select(group => group.Groups[1].Value));
            found.UnionWith(step.Items(CatalogueKeys.Take).Select(take => take.Name));
        }

        return found;
    }

    static void RequireKnown(MapReading map, Field<string>[] fields, HashSet<string> found, ProblemList problems)
    {
        foreach (var field in fields)
        foreach (var name in NameIn().Matches(map.Get(field) ?? "").Select(match => match.Groups[1].Value))
        {
            if (!Known.Contains(name) && !found.Contains(name))
                problems.Add(
                    map.NodeOf(field),
                    $"no step before has found {{{name}}}",
                    $"there are {string.Join(", ", Known.Concat(found).Select(known => $"{{{known}}}"))}"
                );
        }
    }

    [GeneratedRegex(@"\{([a-z][a-z0-9]*)\}")]
    private static partial Regex NameIn();

    [GeneratedRegex(@"\(\?<([A-Za-z_]\w*)>")]
    private static partial Regex GroupIn();

    static FamilyPart Part(MapReading map) =>
        map.Get(CatalogueKeys.For) is { } part
            ? new(part.Get(CatalogueKeys.ForVersion), part.Get(CatalogueKeys.ForVariant), part.Get(CatalogueKeys.ForArch))
            : default;

    static FindStep Step(MapReading map, ProblemList problems)
    {
        if (map.Has(CatalogueKeys.Match) == map.Has(CatalogueKeys.Take))
            problems.Add(map.Node, "a step has match, for texts and listings, or take, for JSON");
        return new(
            map.Get(CatalogueKeys.At)!,
            map.Get(CatalogueKeys.Match),
            map.Get(CatalogueKeys.In),
            [.. map.Items(CatalogueKeys.Where).Select(w => (w.Name, w.Value))],
            [.. map.Items(CatalogueKeys.Take).Select(t => (t.Name, t.Value))]
        );
    }

    static ImagePlace Place(MapReading map, ProblemList problems)
    {
        if (map.Get(CatalogueKeys.Streams) is { } streams)
        {
            Field[] others =
            [
                CatalogueKeys.Find,
                CatalogueKeys.Image,
                CatalogueKeys.Checksums,
                CatalogueKeys.Digest,
                CatalogueKeys.Signature,
            ];
            foreach (var other in others.Where(map.Has))
                problems.Add(map.NodeOf(other), $"{other.Name} does not go with streams, whose index says it");
            return new(Part(map), [], "", null, null, null, map.Get(CatalogueKeys.Note)) { Streams = streams };
        }

        if (!map.Has(CatalogueKeys.Image))
            problems.AddMissing(map.Node, CatalogueKeys.Image.Name, "missing", "give the image's address, or the index of its streams");
        if (map.Has(CatalogueKeys.Checksums) == map.Has(CatalogueKeys.Digest))
            problems.Add(map.Node, "a place has checksums or digest: an image that nobody vouches for is not used");
        RequireKnown(
            map,
            [CatalogueKeys.Image, CatalogueKeys.Checksums, CatalogueKeys.Digest, CatalogueKeys.Signature],
            RequireFound(map, CatalogueKeys.Find, problems),
            problems
        );
        return new(
            Part(map),
            [.. map.Items(CatalogueKeys.Find).Select(step => Step(step.Value, problems))],
            map.Get(CatalogueKeys.Image) ?? "",
            map.Get(CatalogueKeys.Checksums),
            map.Get(CatalogueKeys.Digest),
            map.Get(CatalogueKeys.Signature),
            map.Get(CatalogueKeys.Note)
        );
    }

    static MachineRule Rule(MapReading map) =>
        new(
            Part(map),
            map.Maybe(CatalogueKeys.Boot),
            map.Get(CatalogueKeys.User),
            map.Maybe(MachineKeys.Firmware),
            map.Maybe(CatalogueKeys.Memory),
            map.Get(CatalogueKeys.Cpu),
            map.Get(CatalogueKeys.Why)
        );

    static SigningKey Key(MapReading map) =>
        new(
            Part(map),
            map.Get(CatalogueKeys.Key)!.ToUpperInvariant(),
            map.Get(CatalogueKeys.At)!,
            map.Maybe(CatalogueKeys.IsUnsure) ?? false,
            map.Maybe(CatalogueKeys.IsPlaceUnsure) ?? false
        );
}
