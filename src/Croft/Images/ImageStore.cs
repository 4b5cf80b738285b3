using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Croft.Engines;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Images;

/// <summary>
/// The images of this user on this machine, by content. An image is made in a temporary folder and moved into place when it is complete, so
/// what is in place is whole:
/// <code>
/// ID/           the files of one image and image.json, whose modification time is when the image was last used
/// recipes/KEY   the id of the image that this request made, and the name it asked for it under; KEY is a hash of what was asked for
/// temporary/    KEY-*: unfinished; whoever holds the lock of KEY removes those of makers that died
/// downloads/    unfinished downloads, kept to go on with
/// locks/KEY     held while the image is made; given back by the kernel when its holder dies
/// logs/         of builds that failed
/// </code>
/// </summary>
public sealed partial class ImageStore
{
    readonly string directory;
    readonly TimeProvider time;

    /// <summary>Opens a store; its folder is made at the first use.</summary>
    public ImageStore(string directory, TimeProvider time)
    {
        this.directory = Path.GetFullPath(directory);
        this.time = time;
    }

    /// <summary>How downloads are made; tests are less patient.</summary>
    internal Func<HttpClient, Download> NewDownload { get; init; } = client => new Download(client, TimeProvider.System);

    /// <summary>The kernel that the caller gave libguestfs; null takes one of <c>/boot</c>.</summary>
    public string? GuestfsKernel { get; init; }

    /// <summary>The image that this request made before; null when it was not, or has gone. Reads no disk file.</summary>
    public StoredImage? Find(ImageSpec spec)
    {
        if (spec is SteppedImage stepped)
            return Find(stepped.Source) is { } source ? Recall(KeyOf(stepped, source)) : null;
        if (spec is CatalogueImage image)
            return Lock?.Find(image) is { } pinned ? Find(At(image, pinned)) : null;
        return Recall(Key(spec));
    }

    /// <summary>What a request made.</summary>
    StoredImage? Recall(string key)
    {
        try
        {
            var recipe = Path.Combine(directory, "recipes", key);
            return File.Exists(recipe) ? Read(ReadRecipe(recipe).Id) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>All images, by name, then oldest first.</summary>
    public ImmutableArray<StoredImage> List()
    {
        if (!Directory.Exists(directory))
            return [];
        var names = Files("recipes").Select(ReadRecipe).ToLookup(recipe => recipe.Id, recipe => recipe.Name, StringComparer.Ordinal);
        return
        [
            .. Directory
                .EnumerateDirectories(directory)
                .Select(folder => Read(Path.GetFileName(folder)))
                .OfType<StoredImage>()
                .Select(image =>
                    image with
                    {
                        Names = [.. names[image.Id].OfType<string>().Append(image.Name).Distinct().Order(StringComparer.Ordinal)],
                    }
                )
                .OrderBy(image => image.Name, StringComparer.Ordinal)
                .ThenBy(image => image.Created),
        ];
    }

    /// <summary>Notes that an image was used now.</summary>
    public void Touch(string id)
    {
        if (Read(id) is { } image)
            File.SetLastWriteTimeUtc(Path.Combine(image.Directory, "image.json"), time.GetUtcNow().UtcDateTime);
    }

    /// <summary>Removes an image; false when there was none.</summary>
    public bool Remove(string id)
    {
        var folder = Path.Combine(directory, id);
        if (!IsId(id) || !Directory.Exists(folder))
            return false;
        Discard(folder);
        foreach (var recipe in Files("recipes").Where(recipe => ReadRecipe(recipe).Id == id))
            File.Delete(recipe);
        return true;
    }

    /// <summary>Forgets what a request made, so that the next one asks the world again. The image itself stays.</summary>
    public void Forget(ImageSpec spec) => File.Delete(Path.Combine(Made("recipes"), Key(spec)));

    /// <summary>A hash of what is asked for. Of a file: which one, how large and how old, since reading it would take too long.</summary>
    static string Key(ImageSpec spec) =>
        spec switch
        {
            BuiltImage built => GuestBuild.Recipe(built),
            FileImage file => Hash([
                "file",
                file.File,
                Stamp(file.File),
                file.Sha256 ?? "",
                .. file.IsDisc ? ["disc"] : Array.Empty<string>(),
                .. file.Format is { } format ? ["format", format] : Array.Empty<string>(),
                .. file.Container is { } arch ? ["container", arch, file.Metadata ?? "", Stamp(file.Metadata)] : Array.Empty<string>(),
            ]),
            UrlImage url => Hash([
                "url",
                url.Url.AbsoluteUri,
                url.Checksum ?? "",
                url.ChecksumUrl?.AbsoluteUri ?? "",
                .. url.IsDisc ? ["disc"] : Array.Empty<string>(),
                .. url.Format is { } format ? ["format", format] : Array.Empty<string>(),
                .. url.Container is { } arch ? ["container", arch, url.Metadata?.AbsoluteUri ?? ""] : Array.Empty<string>(),
            ]),
            EmptyImage => Hash("empty"),
            _ => throw new ArgumentOutOfRangeException(nameof(spec), spec, "an image of no known kind"),
        };

    static string Stamp(string? path)
    {
        if (path is null)
            return "";
        var file = new FileInfo(path);
        return file.Exists ? $"{file.Length} {file.LastWriteTimeUtc.Ticks}" : "";
    }

    static string Hash(params ReadOnlySpan<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));

    internal static bool IsId(string name) => name.Length == 64 && name.All(char.IsAsciiHexDigitLower);

    /// <summary>An image as it stands in the store; null when it is not there or not whole: then it is made again.</summary>
    StoredImage? Read(string id)
    {
        var folder = Path.Combine(directory, id);
        var json = Path.Combine(folder, "image.json");
        if (!IsId(id) || !File.Exists(json))
            return null;
        try
        {
            var image = JsonSerializer.Deserialize(File.ReadAllBytes(json), ImageJson.Default.StoredImage);
            if (
                image is null
                || image.Id != id
                || image.Files.Any(file =>
                    new FileInfo(Path.Combine(folder, file.Key)) is not { Exists: true } info || info.Length != file.Value
                )
            )
                return null;
            return image with
            {
                Directory = folder,
                Copy = $"{ImageFiles.CopiesOf(id)}.{image.Created.UtcTicks:x}",
                LastUsed = File.GetLastWriteTimeUtc(json),
            };
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>What a request made; of an older Croft, without the name.</summary>
    static (string Id, string? Name) ReadRecipe(string file)
    {
        var lines = File.ReadAllText(file).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return (lines.ElementAtOrDefault(0) ?? "", lines.ElementAtOrDefault(1));
    }

    string Made(string part) => Directory.CreateDirectory(Path.Combine(directory, part)).FullName;

    IEnumerable<string> Files(string part) =>
        Directory.Exists(Path.Combine(directory, part)) ? Directory.EnumerateFiles(Path.Combine(directory, part)) : [];

    /// <summary>Takes a folder away in one step, then deletes it.</summary>
    void Discard(string folder)
    {
        using var held = FileLock.TryEnter(Path.Combine(Made("locks"), "removed"));
        var aside = Path.Combine(Made("temporary"), $"removed-{Guid.NewGuid():N}");
        Directory.Move(folder, aside);
        Directory.Delete(aside, recursive: true);
    }
}
