using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Croft.Farms;

namespace Croft.Images;

/// <summary>Finds out which bytes an image of the catalogue is now, by what its publisher says.</summary>
/// <param name="tell">Takes what the user should know.</param>
sealed class ImageResolver(CatalogueImage image, Download download, Signatures signatures, Action<string> tell)
{
    readonly Dictionary<string, byte[]?> documents = new(StringComparer.Ordinal);

    ImageFamily Family => image.Family;

    /// <summary>Whether an image was found, of which then nobody had a checksum.</summary>
    bool HasImage { get; set; }

    /// <summary>Finds it.</summary>
    /// <exception cref="CroftException">No place has it, or what vouches for it is wrong.</exception>
    public async Task<Pinned> FindAsync(CancellationToken cancel)
    {
        var version = image.Version.Length > 0 || Family.Newest.IsEmpty ? image.Version : (await VersionsAsync(cancel))[^1];
        var reasons = new List<string>();
        foreach (var place in Family.Places.Where(place => place.For.Holds(version, image.Variant, image.Arch)))
        {
            if (place.Streams is { } index)
                return await FindInStreamsAsync(Fill(index, Known(version)), version, cancel);
            var (found, reason) = await RunAsync(place.Find, Known(version), cancel);
            if (found.Count == 0)
            {
                reasons.Add(reason);
                continue;
            }

            var url = Fill(place.Image, found[^1]);
            HasImage |= !place.Find.IsEmpty;
            if (await DigestAsync(place, url, version, found[^1], reasons, cancel) is not { } digest)
                continue;
            if (place.Note is { } note)
                tell($"image {image.Name}: {note}");
            return new Pinned(url, digest.ToString());
        }

        throw CroftException.World(
            $"image \"{image.Name}\": {Family.Title} has no {string.Join(' ', ((string[])[version, image.Variant]).Where(w => w.Length > 0))} for {image.Arch}{string.Concat(reasons.Select(r => $"; {r}"))}",
            HasImage
                ? image.Mirror is null && image.Mirrors is null
                    ? "an image that nobody vouches for is not used; where the publisher's layout has changed, a family's file of your own mends it"
                    : "mirrors: must have the list of checksums too, beside the image as the publisher has it"
                : $"croft image list --remote {Family.Name} shows the versions that there are"
        );
    }

    /// <summary>
    /// By lists that are signed themselves, beside the plain ones, where the catalogue names whose signature counts.
    /// </summary>
    async Task<Pinned> FindInStreamsAsync(string index, string version, CancellationToken cancel)
    {
        var keys = KeysOf(version, Known(version));
        if (keys.Length == 0)
            tell(
                $"image {image.Name}: no signature vouches for {index}, since the catalogue names no key of {Family.Title}; {(Via(image, index).Scheme == Uri.UriSchemeHttps ? "its https alone does" : "nothing else does")}"
            );
        return await new SimpleStreams(image, keys.Length == 0 ? BytesAsync : SignedAsync).FindAsync(index, cancel);

        async Task<byte[]?> SignedAsync(string address, CancellationToken cancel)
        {
            var signed = SimpleStreams.SignedOf(address);
            if (await BytesAsync(signed, cancel) is not { } list)
                throw CroftException.World(
                    $"image \"{image.Name}\": there is no {Named(signed)}, so nothing vouches for {address}",
                    $"do not use it; or, where {Family.Title} signs no longer: leave keys out of its catalogue entry"
                );
            var plain = await signatures.VerifyAsync(signed, list, null, keys, at => BytesAsync(at, cancel), cancel);
            return ReferenceEquals(plain, list) ? await BytesAsync(address, cancel) : plain; // not verified, and said so
        }
    }

    /// <summary>All versions that the publisher has, oldest first.</summary>
    public async Task<ImmutableArray<string>> VersionsAsync(CancellationToken cancel)
    {
        var (found, reason) = await RunAsync(Family.Newest, Known(""), cancel);
        return found.Count > 0
            ? [.. found.Select(names => names["version"]).Distinct()]
            : throw CroftException.World($"the newest {Family.Title} was not found: {reason}", "name a version");
    }

    /// <summary>Verifies the signature of an image itself.</summary>
    /// <param name="url">The publisher's address of it.</param>
    /// <exception cref="CroftException">It is another's.</exception>
    public async Task VouchAsync(string url, string file, CancellationToken cancel)
    {
        var at = Family.ImageSignature!.Replace("{image}", url, StringComparison.Ordinal);
        if (await BytesAsync(at, cancel) is not { } signature)
            tell($"image {image.Name}: there is no signature {at} any more");
        else
            await signatures.VerifyAsync(
                url,
                file,
                signature,
                KeysOf(image.Version, Known(image.Version)),
                at => BytesAsync(at, cancel),
                cancel
            );
    }

    SigningKey[] KeysOf(string version, ImmutableDictionary<string, string> names) =>
        [
            .. Family
                .Keys.Where(key => key.For.Holds(version, image.Variant, image.Arch))
                .Select(key => key with { At = Fill(key.At, names) }),
        ];

    /// <summary>An address for people, with the mirror's where one stands for the publisher.</summary>
    string Named(string address) => Via(image, address) is var via && via == new Uri(address) ? address : $"{address} (by mirrors: {via})";

    /// <summary>Where an address of the publisher's is fetched from.</summary>
    public static Uri Via(CatalogueImage image, string address)
    {
        if (image.Mirror is { } own && address.StartsWith(image.Family.Base, StringComparison.Ordinal))
            return new(own.TrimEnd('/') + '/' + address[image.Family.Base.Length..].TrimStart('/'));
        var uri = new Uri(address);
        return image.Mirrors is { } all ? new($"{all.TrimEnd('/')}/{uri.Host}{uri.PathAndQuery}") : uri;
    }

    ImmutableDictionary<string, string> Known(string version) =>
        ImmutableDictionary.CreateRange(
            StringComparer.Ordinal,
            [
                KeyValuePair.Create("base", Family.Base),
                KeyValuePair.Create("version", version),
                KeyValuePair.Create("major", version.Split('.')[0]),
                KeyValuePair.Create("codename", Family.Codenames.GetValueOrDefault(version, version)),
                KeyValuePair.Create("arch", Family.Arch[image.Arch]),
                KeyValuePair.Create("variant", Family.Variants.FirstOrDefault(v => v.Name == image.Variant).Text ?? ""),
            ]
        );

    async Task<Checksum?> DigestAsync(
        ImagePlace place,
        string url,
        string version,
        ImmutableDictionary<string, string> names,
        List<string> reasons,
        CancellationToken cancel
    )
    {
        if (place.Digest is { } said)
            return Checksum.TryParse(Fill(said, names))
                ?? throw CroftException.World($"image \"{image.Name}\": {Fill(said, names)} is no checksum");
        var address = Fill(place.Checksums!, names);
        if (await BytesAsync(address, cancel) is not { } list)
        {
            reasons.Add($"there is no {Named(address)}");
            return null;
        }

        if (place.Signature is { } signature)
        {
            var detached = signature == "inline" ? null : await BytesAsync(Fill(signature, names), cancel);
            if (signature != "inline" && detached is null)
                tell($"{address} has no signature any more");
            else
                list = await signatures.VerifyAsync(address, list, detached, KeysOf(version, names), at => BytesAsync(at, cancel), cancel);
        }

        var file = Uri.UnescapeDataString(new Uri(url).AbsolutePath);
        var digest = Checksum.Find(Download.TextOf(list), file, address, alsoWeak: true);
        if (digest is null)
            reasons.Add($"{Named(address)} has no checksum of {file[(file.LastIndexOf('/') + 1)..]} that Croft accepts");
        else if (digest.IsWeak)
            tell($"image {image.Name}: {address} vouches for it by MD5 only, which does not keep out somebody who means harm");
        return digest;
    }

    /// <summary>Does steps one after another; each goes on from the greatest find of the one before.</summary>
    /// <returns>All finds of the last step, the greatest last; with none, why.</returns>
    async Task<(List<ImmutableDictionary<string, string>> Found, string Reason)> RunAsync(
        ImmutableArray<FindStep> steps,
        ImmutableDictionary<string, string> names,
        CancellationToken cancel
    )
    {
        List<ImmutableDictionary<string, string>> found = [names];
        foreach (var step in steps)
        {
            var address = Fill(step.At, found[^1]);
            if (await BytesAsync(address, cancel) is not { } document)
                return ([], $"there is no {Named(address)}");
            var values = step.Match is { } pattern
                ? InText(Download.TextOf(document), Fill(pattern, found[^1], Regex.Escape))
                : InJson(document, address, step, found[^1]);
            var before = found[^1];
            found =
            [
                .. values
                    .OrderBy(v => string.Join('\n', v.Select(pair => pair.Value)), NaturalOrder.Instance)
                    .Select(v => before.SetItems(v)),
            ];
            if (found.Count == 0)
                return ([], $"{Named(address)} names none");
        }

        return (found, "");
    }

    static IEnumerable<List<KeyValuePair<string, string>>> InText(string text, string pattern)
    {
        foreach (var match in ImageFamily.MatchesOf(text, pattern, RegexOptions.Multiline))
            yield return
            [
                .. match
                    .Groups.Values.Where(g => g.Success && !char.IsAsciiDigit(g.Name[0]))
                    .Select(g => KeyValuePair.Create(g.Name, g.Value)),
            ];
    }

    static List<List<KeyValuePair<string, string>>> InJson(
        byte[] document,
        string address,
        FindStep step,
        ImmutableDictionary<string, string> names
    )
    {
        try
        {
            using var json = JsonDocument.Parse(Download.TextOf(document));
            var way = step.In is { } path ? Fill(path, names).Split('/') : [];
            return
            [
                .. Along([json.RootElement], way)
                    .Where(element =>
                        step.Where.All(where =>
                            Text(element, where.Field) is { } text && ImageFamily.IsWhole(text, Fill(where.Pattern, names, Regex.Escape))
                        )
                    )
                    .Select(element => step.Take.Select(take => (take.Name, Value: Text(element, Fill(take.Field, names)))).ToList())
                    .Where(taken => taken.All(t => t.Value is not null))
                    .Select(taken => taken.Select(t => KeyValuePair.Create(t.Name, t.Value!)).ToList()),
            ];
        }
        catch (JsonException e)
        {
            throw CroftException.World($"{address} is not the JSON that it should be: {e.Message}");
        }
    }

    static IEnumerable<JsonElement> Along(IEnumerable<JsonElement> elements, ReadOnlySpan<string> way)
    {
        foreach (var key in way)
            elements = [.. elements.SelectMany(element => Children(element, key))];
        return elements;
    }

    static IEnumerable<JsonElement> Children(JsonElement element, string key) =>
        element.ValueKind switch
        {
            JsonValueKind.Array when key == "*" => element.EnumerateArray(),
            JsonValueKind.Object when key == "*" => element.EnumerateObject().Select(property => property.Value),
            JsonValueKind.Object when element.TryGetProperty(key, out var child) => [child],
            _ => [],
        };

    static string? Text(JsonElement element, string path) =>
        Along([element], path.Split('/')).FirstOrDefault() is { ValueKind: JsonValueKind.String or JsonValueKind.Number } value
            ? value.ToString()
            : null;

    async Task<byte[]?> BytesAsync(string address, CancellationToken cancel)
    {
        if (!documents.TryGetValue(address, out var document))
            documents[address] = document = await download.BytesAsync(Via(image, address), cancel);
        return document;
    }

    static string Fill(string text, ImmutableDictionary<string, string> names) => Fill(text, names, value => value);

    static string Fill(string text, ImmutableDictionary<string, string> names, Func<string, string> written) =>
        Regex.Replace(text, @"\{([a-z][a-z0-9]*)\}", match =>
            names.TryGetValue(match.Groups[1].Value, out var value)
                ? written(value)
                : throw CroftException.Usage(
                    $"the catalogue's entry says {match.Value} in \"{text}\", and nothing before has found that",
                    "{base}, {version}, {major}, {codename}, {arch}, {variant} are known, and the named groups of the steps before"
                )
        );
}
