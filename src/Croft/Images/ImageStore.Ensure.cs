using System.Collections.Immutable;
using System.Text.Json;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Images;

public sealed partial class ImageStore
{
    /// <summary>Returns the image, making it first when it is not there: builds, fetches, or takes in the file.</summary>
    /// <exception cref="CroftException">It cannot be made; nothing half made is left.</exception>
    public async Task<StoredImage> EnsureAsync(ImageSpec spec, IProgress<ImageProgress> progress, CancellationToken cancel)
    {
        if (spec is CatalogueImage image)
            return await EnsureAsync(image, progress, cancel);
        if (spec is SteppedImage stepped)
            return await EnsureAsync(stepped, progress, cancel);
        if (spec is FileImage { File: var path } && FileNode.At(path) is { Refusal: { } refusal } node)
            throw CroftException.World(
                $"image \"{spec.Name}\": {(node.Kind == FileKind.Nothing ? $"there is no file {path}" : $"{path} {refusal}")}"
            );
        if (Find(spec) is { } there)
        {
            Touch(there.Id);
            return there;
        }

        var key = Key(spec);
        try
        {
            return await MakeAloneAsync(spec, key, progress, cancel);
        }
        catch (Exception e)
            when (e is IOException { HResult: NoSpace }
                || (
                    spec is not BuiltImage && e is CroftException && e.Message.Contains("No space left on device", StringComparison.Ordinal)
                )
            )
        {
            if (spec is UrlImage)
                Download.Forget(Path.Combine(Made("downloads"), key)); // what came so far would be in the way of all else
            throw CroftException.World(
                $"image \"{spec.Name}\": no space is left in {directory}",
                "croft image list shows what is kept, croft image remove removes it",
                e
            );
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw CroftException.World($"image \"{spec.Name}\": {e.Message}", cause: e);
        }
    }

    const int NoSpace = 28; // ENOSPC

    /// <summary>Makes an image that another command may be making.</summary>
    async Task<StoredImage> MakeAloneAsync(ImageSpec spec, string key, IProgress<ImageProgress> progress, CancellationToken cancel)
    {
        using var held = await FileLock.EnterAsync(Path.Combine(Made("locks"), key), null, cancel, holder =>
            progress.Report(new ImageProgress(spec.Title, $"waiting for {holder}, which is making this image"))
        );
        if (Find(spec) is { } madeMeanwhile)
            return madeMeanwhile;
        await RemoveStaleAsync(key);
        RemoveForsaken();
        return await MakeAsync(spec, key, progress, cancel);
    }

    /// <summary>Makes an image in a temporary folder and puts it in place.</summary>
    async Task<StoredImage> MakeAsync(ImageSpec spec, string key, IProgress<ImageProgress> progress, CancellationToken cancel)
    {
        var temporary = Directory.CreateDirectory(Path.Combine(Made("temporary"), $"{key}-{Guid.NewGuid():N}")).FullName;
        try
        {
            var maker = new ImageMaker(Directory.CreateDirectory(Path.Combine(temporary, "image")).FullName, temporary, progress, time);
            var image = spec switch
            {
                BuiltImage built => await maker.BuildAsync(built, key, Path.Combine(Made("logs"), $"{built.Name}-{key[..8]}.log"), cancel),
                FileImage { Container: not null } root => await maker.TakeRootAsync(root, cancel),
                UrlImage { Container: not null } root => await maker.FetchRootAsync(
                    root,
                    NewDownload,
                    Path.Combine(Made("downloads"), key),
                    cancel
                ),
                FileImage file => await maker.TakeAsync(file, cancel),
                UrlImage url => await maker.FetchAsync(url, NewDownload, Path.Combine(Made("downloads"), key), VouchAsync, cancel),
                EmptyImage => await maker.MakeEmptyAsync(spec, key, cancel),
                _ => throw new ArgumentOutOfRangeException(nameof(spec), spec, "an image of no known kind"),
            };
            return await PublishAsync(image, maker.Output, key, spec.Name, cancel);
        }
        finally
        {
            await GuestBuild.RemoveAsync(temporary);
        }
    }

    async Task<StoredImage> PublishAsync(StoredImage image, string folder, string key, string name, CancellationToken cancel)
    {
        var place = Path.Combine(directory, image.Id);
        // Another recipe may lead to the same image at the same time.
        using var held = await FileLock.EnterAsync(Path.Combine(Made("locks"), "published"), null, cancel);
        if (Read(image.Id) is null)
        {
            image = image with
            {
                Files = new DirectoryInfo(folder)
                    .EnumerateFiles()
                    .ToImmutableSortedDictionary(file => file.Name, file => file.Length, StringComparer.Ordinal),
                Created = time.GetUtcNow(),
            };
            await File.WriteAllBytesAsync(
                Path.Combine(folder, "image.json"),
                JsonSerializer.SerializeToUtf8Bytes(image, ImageJson.Default.StoredImage),
                cancel
            );
            if (Directory.Exists(place))
                Discard(place); // damaged
            Directory.Move(folder, place);
        }

        var recipe = Path.Combine(Made("recipes"), key);
        await File.WriteAllTextAsync($"{recipe}.new", $"{image.Id}\n{name}\n", cancel);
        File.Move($"{recipe}.new", recipe, overwrite: true);
        Touch(image.Id);
        return Read(image.Id)
            ?? throw CroftException.World($"image \"{image.Name}\": {place} was changed by someone else while it was made");
    }

    /// <summary>Removes what makers that died have left: of this image, whose lock is held here, and of all whose lock is free.</summary>
    async Task RemoveStaleAsync(string key)
    {
        foreach (var folder in Directory.EnumerateDirectories(Made("temporary")))
        {
            var maker = Path.GetFileName(folder).Split('-')[0];
#pragma warning disable CA2000 // it is disposed; the rule does not see through the condition
            using var held = maker == key ? null : FileLock.TryEnter(Path.Combine(Made("locks"), maker));
#pragma warning restore CA2000
            if (maker == key || held is not null)
                await GuestBuild.RemoveAsync(folder);
        }
    }

    /// <summary>Unfinished downloads that nobody went on with for long.</summary>
    void RemoveForsaken()
    {
        foreach (var file in Files("downloads").Where(file => time.GetUtcNow() - File.GetLastWriteTimeUtc(file) > TimeSpan.FromDays(30)))
        {
            using var held = FileLock.TryEnter(Path.Combine(Made("locks"), Path.GetFileNameWithoutExtension(file)));
            if (held is not null)
                File.Delete(file);
        }
    }
}
