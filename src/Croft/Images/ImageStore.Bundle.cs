using System.Collections.Immutable;
using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Images;

public sealed partial class ImageStore
{
    /// <summary>Writes images into one file, for hosts that cannot fetch or build them. They must be in the store.</summary>
    /// <returns>The names of those that are in it.</returns>
    public async Task<ImmutableArray<string>> BundleAsync(IEnumerable<ImageSpec> specs, string file, CancellationToken cancel)
    {
        if (FileNode.At(file) is { Kind: not (FileKind.Nothing or FileKind.File) } other)
            throw CroftException.Usage(other.Complaint(file)!, "name a file to write the bundle to, or - for the output");
        var made = $"{Path.GetFullPath(file)}.partial";
        try
        {
            ImmutableArray<string> names;
            await using (var stream = File.Create(made))
                names = await BundleAsync(specs, stream, cancel);
            File.Move(made, file, overwrite: true);
            return names;
        }
        finally
        {
            File.Delete(made);
        }
    }

    /// <summary>The same, into a stream.</summary>
    public async Task<ImmutableArray<string>> BundleAsync(IEnumerable<ImageSpec> specs, Stream to, CancellationToken cancel)
    {
        var images = new List<BundledImage>();
        foreach (var spec in specs.SelectMany(spec => spec is SteppedImage ? [spec.Origin, spec] : (ImageSpec[])[spec]).Distinct())
        {
            var image = Find(spec) ?? throw CroftException.World($"image {spec.Name} is not here", $"croft image pull {spec.Name}");
            if (spec is FileImage { File: var path })
                Tell($"image {spec.Name} is a file of this host, {path}: take it along beside the bundle");
            else if (spec is not EmptyImage)
                images.Add(await DescribeAsync(spec, image, cancel));
        }

        await WriteAsync(to, new(BundleManifest.Current, [.. images]), cancel);
        return [.. images.Select(image => image.Name)];
    }

    /// <summary>Takes the images of a bundle into the store. Every file must have its digest; otherwise nothing is taken.</summary>
    /// <returns>The names of the images.</returns>
    public async Task<ImmutableArray<string>> UnbundleAsync(string file, CancellationToken cancel)
    {
        await using var bundle = File.OpenRead(file);
        return await UnbundleAsync(bundle, file, cancel);
    }

    /// <summary>The same, of a stream.</summary>
    /// <param name="shown">What it is called in messages.</param>
    public async Task<ImmutableArray<string>> UnbundleAsync(Stream bundle, string shown, CancellationToken cancel)
    {
        var name = $"bundle-{Guid.NewGuid():N}";
        using var held = FileLock.TryEnter(Path.Combine(Made("locks"), name.Split('-')[0])); // whoever removes what is stale leaves it alone
        var temporary = Directory.CreateDirectory(Path.Combine(Made("temporary"), name)).FullName;
        try
        {
            BundleManifest manifest;
            try
            {
                manifest = await ExtractAsync(bundle, shown, temporary, cancel);
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException or JsonException or FormatException)
            {
                throw CroftException.World(
                    $"{shown} is no whole bundle of images: {WhyNot(e)}",
                    "copy the bundle again; croft image bundle writes one",
                    e
                );
            }
            catch (IOException e)
            {
                throw await FileFault.OfAsync(temporary, e, cancel); // the disk is full, say
            }

            foreach (var image in manifest.Images)
            {
                await PublishAsync(image.Image, Path.Combine(temporary, image.Image.Id), image.Recipe, image.Name, cancel);
                Pin(image);
            }

            return [.. manifest.Images.Select(image => image.Name)];
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    static string WhyNot(Exception e) =>
        e is JsonException ? "its list of images is damaged"
        : e is EndOfStreamException or FormatException || e.Message.StartsWith("Unable to ", StringComparison.Ordinal)
            ? "it ends too early, or is something else"
        : e.Message;

    void Pin(BundledImage image)
    {
        if (Lock is null || image is not { LockKey: { } key, Pinned: { } pinned })
            return;
        var before = Lock.Find(key);
        if (before is null && !Lock.IsFrozen)
            Lock.Set(key, pinned);
        else if (before != pinned)
            Tell($"image {image.Name}: croft.lock names {before?.Url ?? "nothing"}, and the bundle has {pinned.Url}");
    }

    async Task<BundledImage> DescribeAsync(ImageSpec spec, StoredImage image, CancellationToken cancel)
    {
        var digests = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var file in image.Files.Keys)
            digests[file] = await Checksum.Sha256Async(Path.Combine(image.Directory, file), cancel);
        var (key, pinned) = spec is CatalogueImage catalogue ? (catalogue.Key, Lock?.Find(catalogue)) : (null, null);
        var recipe = spec is SteppedImage stepped
            ? KeyOf(stepped, Find(stepped.Source)!)
            : Key(spec is CatalogueImage own ? At(own, pinned!) : spec);
        return new(recipe, spec.Name, image, digests.ToImmutable(), key, pinned);
    }

    async Task WriteAsync(Stream stream, BundleManifest manifest, CancellationToken cancel)
    {
        await using var tar = new TarWriter(stream, leaveOpen: true);
        using var list = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(manifest, ImageJson.Default.BundleManifest));
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, BundleManifest.FileName) { DataStream = list }, cancel);
        foreach (var image in manifest.Images.DistinctBy(image => image.Image.Id))
        {
            foreach (var name in image.Digests.Keys)
                await tar.WriteEntryAsync(Path.Combine(directory, image.Image.Id, name), $"{image.Image.Id}/{name}", cancel);
        }
    }

    static async Task<BundleManifest> ExtractAsync(Stream bundle, string shown, string folder, CancellationToken cancel)
    {
        await using var tar = new TarReader(bundle, leaveOpen: true);
        if (await tar.GetNextEntryAsync(copyData: false, cancel) is not { Name: BundleManifest.FileName, DataStream: { } list })
            throw CroftException.World($"{shown} is no bundle of images", "croft image bundle writes one");
        var manifest = (await JsonSerializer.DeserializeAsync(list, ImageJson.Default.BundleManifest, cancel))!;
        if (manifest.Version != BundleManifest.Current)
            throw CroftException.World($"{shown} is a bundle of another Croft's form ({manifest.Version})");
        if (manifest.Images.FirstOrDefault(image => !image.IsSound) is { } bad)
            throw CroftException.World(
                $"{shown} has an image that Croft did not write, {PlainText.Line(bad.Name ?? "without a name")}",
                "do not use it; croft image bundle writes one"
            );
        var missing = manifest
            .Images.DistinctBy(image => image.Image.Id)
            .SelectMany(image => image.Digests.Select(file => (Path: $"{image.Image.Id}/{file.Key}", Digest: file.Value)))
            .ToDictionary(file => file.Path, file => file.Digest, StringComparer.Ordinal);
        if (missing.Keys.FirstOrDefault(path => !IsId(path.Split('/')[0]) || Path.GetFileName(path) != path[65..]) is { } odd)
            throw CroftException.World($"{shown} has a file of an odd name, {PlainText.Line(odd)}");
        while (await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry)
        {
            if (!missing.Remove(entry.Name, out var digest) || entry.DataStream is not { } content)
                throw CroftException.World($"{shown} has a file that its list does not name, {PlainText.Line(entry.Name)}");
            var place = Path.Combine(folder, entry.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            if (await CopyAsync(content, place, cancel) != digest)
                throw CroftException.World($"{shown}: {entry.Name} has not the digest {digest}", "copy the bundle again");
        }

        if (missing.Count > 0)
            throw CroftException.World($"{shown} ends before {missing.Keys.First()}", "copy the bundle again");
        foreach (var image in manifest.Images.Where(image => image.Image.Disk.EndsWith(".qcow2", StringComparison.Ordinal)))
            await DiskFile.ProbeAsync(
                Path.Combine(folder, image.Image.Id, image.Image.Disk),
                $"{shown}: image \"{image.Name}\"",
                ImageCures.None,
                cancel
            );
        return manifest;
    }

    static async Task<string> CopyAsync(Stream from, string place, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(place, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
        var block = new byte[1 << 18];
        while (await from.ReadAsync(block, cancel) is var read and > 0)
        {
            hash.AppendData(block, 0, read);
            await file.WriteAsync(block.AsMemory(0, read), cancel);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
