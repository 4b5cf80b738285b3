using System.Text.Json;
using Croft.Farms;

namespace Croft.Images;

/// <summary>
/// A server of root file systems, as LXD and Incus know them: an index names lists of products, a product has versions, a version has
/// files, each with its digest.
/// </summary>
/// <param name="fetch">Fetches a document of the publisher's; null when there is none.</param>
sealed class SimpleStreams(CatalogueImage image, Func<string, CancellationToken, Task<byte[]?>> fetch)
{
    /// <summary>Kinds of root file systems beside metadata, each with the words for the digest of both.</summary>
    static readonly (string Kind, string[] Digests)[] Roots =
    [
        ("root.tar.xz", ["combined_rootxz_sha256", "combined_sha256"]),
        ("squashfs", ["combined_squashfs_sha256"]),
    ];

    static readonly string[] Metadata = ["lxd.tar.xz", "incus.tar.xz"];

    /// <summary>Kinds of files that have both.</summary>
    static readonly string[] Whole = ["lxd_combined.tar.gz", "incus_combined.tar.gz"];

    /// <summary>Where the same list is with a signature in it.</summary>
    public static string SignedOf(string list) =>
        list.EndsWith(".json", StringComparison.Ordinal) ? list[..^".json".Length] + ".sjson" : list;

    /// <summary>Finds the newest version of the product that has the image's alias.</summary>
    /// <exception cref="CroftException">There is none.</exception>
    public async Task<Pinned> FindAsync(string index, CancellationToken cancel)
    {
        var known = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in PathsOf(await JsonAsync(index, cancel)))
        {
            foreach (var product in Members(await JsonAsync(Address(path), cancel), "products"))
            {
                if (Text(product.Value, "arch") != image.Family.Arch[image.Arch])
                    continue;
                var aliases = Text(product.Value, "aliases")?.Split(',', StringSplitOptions.TrimEntries) ?? [];
                known.UnionWith(aliases);
                if (aliases.Any(alias => FamilyNames.Plain(alias) == image.Version) && NewestOf(product.Value) is { } newest)
                    return newest;
            }
        }

        throw CroftException.World(
            $"image \"{image.Name}\": {image.Family.Title} ({index}) has no such container for {image.Arch}",
            Words.DidYouMeanOrKnown(image.Version.Replace('_', '/'), known)
        );
    }

    string Address(string path) => image.Family.Base.TrimEnd('/') + '/' + path.TrimStart('/');

    static IEnumerable<string> PathsOf(JsonElement index) =>
        from list in Members(index, "index")
        where Text(list.Value, "datatype") is null or "image-downloads"
        let path = Text(list.Value, "path")
        where path is not null
        select path;

    /// <summary>A version that is just being published lacks files yet.</summary>
    Pinned? NewestOf(JsonElement product) =>
        Members(product, "versions")
            .OrderByDescending(version => version.Name, NaturalOrder.Instance)
            .Select(version => FileOf([.. Members(version.Value, "items").Select(item => item.Value)]))
            .FirstOrDefault(found => found is not null);

    Pinned? FileOf(IReadOnlyList<JsonElement> items)
    {
        if (items.FirstOrDefault(item => Metadata.Contains(Text(item, "ftype"))) is { ValueKind: JsonValueKind.Object } metadata)
        {
            foreach (var (kind, words) in Roots)
            {
                var root = items.FirstOrDefault(item => Text(item, "ftype") == kind);
                var digest = words.Select(word => Text(metadata, word)).FirstOrDefault(word => word is not null);
                if (digest is not null && Text(root, "path") is { } path && Text(metadata, "path") is { } beside)
                    return new(Address(path), "sha256:" + digest.ToLowerInvariant()) { Metadata = Address(beside) };
            }
        }

        var whole = items.FirstOrDefault(item => Whole.Contains(Text(item, "ftype")));
        return Text(whole, "path") is { } only && Text(whole, "sha256") is { } sum
            ? new(Address(only), "sha256:" + sum.ToLowerInvariant())
            : null;
    }

    async Task<JsonElement> JsonAsync(string address, CancellationToken cancel)
    {
        var document = await fetch(address, cancel)
            ?? throw CroftException.World(
                $"image \"{image.Name}\": there is no {address}",
                "a server of simplestreams has its index at streams/v1/index.json"
            );
        try
        {
            using var json = JsonDocument.Parse(document);
            return json.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw CroftException.World($"{address} is not the JSON that it should be: {e.Message}");
        }
    }

    static IEnumerable<JsonProperty> Members(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var map) && map.ValueKind == JsonValueKind.Object
            ? map.EnumerateObject()
            : [];

    static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
