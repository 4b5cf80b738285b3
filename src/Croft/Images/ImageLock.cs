using System.Collections.Immutable;
using System.Text;
using Croft.Farms;
using Croft.Farms.Reading;

namespace Croft.Images;

/// <summary>
/// croft.lock, beside the farm file: which bytes each image of the catalogue is. What it names is taken by everybody who has the file,
/// until
/// somebody moves it.
/// </summary>
/// <param name="path">The file; it need not be there.</param>
/// <param name="isFrozen">Nothing may be added or moved.</param>
public sealed class ImageLock(string path, bool isFrozen)
{
    static readonly Field<string> Url = new("url", Rules.Mirror, "The publisher's address.") { Required = true };

    static readonly Field<string> Digest = new(
        "digest",
        new TextShape("a digest", "sha256:, sha512: or md5: and hexadecimal digits", "^(sha256|sha512|md5):[0-9a-f]+$", text =>
            Checksum.TryParse(text) is not null
        ),
        "The digest of what is there."
    )
    {
        Required = true,
    };

    static readonly Field<string> Metadata = new("metadata", Rules.Mirror, "Of a root file system: the address of its metadata.");

    static readonly TextShape Key = new("an image", "its name, a slash and the architecture", "^[a-z0-9._-]+/[a-z0-9_]+$", text =>
        text.Length is > 2 and < 200 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/')
    );

    static readonly Field<ImmutableArray<Named<MapReading>>> Images = new(
        "images",
        new NamedShape<MapReading>("image", Key, new MapShape("a pinned image", [Url, Digest, Metadata])),
        "All of them."
    );

    static readonly MapShape Map = new(FarmFile.LockName, [Images]);

    readonly Lock gate = new();

    /// <summary>Whether nothing may be added or moved.</summary>
    public bool IsFrozen => isFrozen;

    /// <summary>Whether the file could hold this.</summary>
    internal static bool IsEntry(string key, Pinned pinned) =>
        Key.Holds(key)
        && Rules.Mirror.Holds(pinned.Url ?? "")
        && Checksum.TryParse(pinned.Digest ?? "") is not null
        && (pinned.Metadata is null || Rules.Mirror.Holds(pinned.Metadata));

    /// <summary>What is pinned; null when nothing is.</summary>
    /// <exception cref="CroftException">The file cannot be read.</exception>
    public Pinned? Find(CatalogueImage image) => Find(image.Key);

    internal Pinned? Find(string key) => Read().GetValueOrDefault(key);

    /// <summary>Pins an image. Others of the file stay.</summary>
    public void Set(CatalogueImage image, Pinned pinned) => Set(image.Key, pinned);

    internal void Set(string image, Pinned pinned)
    {
        lock (gate)
        {
            var all = Read().SetItem(image, pinned);
            StringBuilder text = new(
                "# Written by Croft. Keep it with the farm file: it says which bytes the images are; croft image update moves it.\nimages:\n"
            );
            foreach (var (key, pin) in all)
                text.Append($"  {key}:\n    url: {pin.Url}\n    digest: {pin.Digest}\n")
                    .Append(pin.Metadata is { } metadata ? $"    metadata: {metadata}\n" : "");
            Write(text.ToString());
        }
    }

    /// <summary>Where the file is; only the kernel follows links whose ".." begins in a folder that is a link itself.</summary>
    string Real()
    {
        if (new FileInfo(path).LinkTarget is null)
            return path;
        using var file = File.OpenHandle(path);
        return new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget ?? path;
    }

    /// <summary>Whole or not at all; where a link leads to the file, the link stays.</summary>
    void Write(string text)
    {
        var real = Real();
        var made = $"{real}.{Guid.NewGuid():N}";
        try
        {
            File.WriteAllText(made, text);
            if (File.Exists(real))
                File.SetUnixFileMode(made, File.GetUnixFileMode(real));
            File.Move(made, real, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(made);
            throw CroftException.World(
                $"{FarmFile.LockName} cannot be written: {e.Message}",
                "make its folder one that you may write in",
                e
            );
        }
    }

    ImmutableSortedDictionary<string, Pinned> Read()
    {
        var none = ImmutableSortedDictionary.Create<string, Pinned>(StringComparer.Ordinal);
        var kind = FileNode.At(path).Kind;
        if (kind == FileKind.Nothing)
            return none;
        ProblemList problems = new();
        var text = YamlText.ReadFile(path, FarmFile.LockName, problems);
        var root = text is null ? null : YamlReader.Read(text, FarmFile.LockName, problems);
        if (root is null && problems.IsEmpty)
            problems.Add(new Location(FarmFile.LockName, 1, 1), "", "nothing is in it, not even the key images");
        if (root is null || !Map.TryRead(root, problems, out var map) || !problems.IsEmpty)
            throw CroftException.Usage(string.Join('\n', problems.Sorted(FarmFile.LockName)), Cure(kind));
        return none.AddRange(
            map.Items(Images)
                .Select(i =>
                    KeyValuePair.Create(i.Name, new Pinned(i.Value.Get(Url)!, i.Value.Get(Digest)!) { Metadata = i.Value.Get(Metadata) })
                )
        );
    }

    static string Cure(FileKind kind) =>
        kind switch
        {
            FileKind.File => "mend it, or remove it: it is written anew, with what is the newest then",
            FileKind.DeadLink =>
                $"write a file with images: {{}} where it leads to, or remove the link: {FarmFile.LockName} is written anew then",
            _ => $"move it away: {FarmFile.LockName} is written anew, with what is the newest then",
        };
}
