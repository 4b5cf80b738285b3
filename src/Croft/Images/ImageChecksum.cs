using Croft.Farms;

namespace Croft.Images;

/// <summary>
/// Finds out which checksum a fetched image must have: given, in the list that was named, or in one of the usual places beside the image.
/// </summary>
static class ImageChecksum
{
    static readonly string[] Suffixes = [".sha256", ".SHA256", ".sha512", ".SHA512", ".CHECKSUM", ".SHA256SUM"];
    static readonly string[] Lists = ["SHA256SUMS", "SHA512SUMS", "SHA256SUM", "CHECKSUM"];

    /// <exception cref="CroftException">There is none: an image that nobody vouches for is not used.</exception>
    public static async Task<Checksum> ExpectedAsync(UrlImage spec, Download download, CancellationToken cancel)
    {
        if (spec.Checksum is { } given)
            return Checksum.TryParse(given) ?? Checksum.Parse(given);
        var file = Uri.UnescapeDataString(spec.Url.AbsolutePath);
        if (spec.ChecksumUrl is { } list)
        {
            var text = await download.TextAsync(list, cancel) ?? throw CroftException.World($"image \"{spec.Name}\": there is no {list}");
            return Checksum.Find(text, file, $"{list}")
                ?? throw CroftException.World(
                    $"image \"{spec.Name}\": {list} has no SHA-256 or SHA-512 of {file[(file.LastIndexOf('/') + 1)..]}"
                );
        }

        var bare = new UriBuilder(spec.Url) { Query = "", Fragment = "" }.Uri;
        Uri[] places = [.. Suffixes.Select(suffix => new Uri(bare.AbsoluteUri + suffix)), .. Lists.Select(name => new Uri(bare, name))];
        foreach (var place in places)
        {
            if (await download.TextAsync(place, cancel) is { } text && Checksum.Find(text, file, $"{place}") is { } found)
                return found;
        }

        throw CroftException.World(
            $"image \"{spec.Name}\": no checksum is given, and none lies beside {bare}",
            "write sha256: <64 hex digits> beside url:, or sha512:, or checksums: <address of a SHA256SUMS file>"
        );
    }
}
