using System.Collections.Immutable;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Images;

public sealed partial class ImageStore
{
    /// <summary>What says which bytes the catalogue's images are; null when nothing does, so that the newest are meant each time.</summary>
    public ImageLock? Lock { get; init; }

    /// <summary>Takes what the user should know of images.</summary>
    public Action<string> Tell { get; init; } = _ => { };

    /// <summary>Finds out which bytes an image is now, and pins them, whatever was pinned before.</summary>
    public async Task<(Pinned? Before, Pinned Now)> UpdateAsync(CatalogueImage image, CancellationToken cancel)
    {
        if (Lock is { IsFrozen: true })
            throw CroftException.Usage("--locked refuses to move croft.lock, which is what image update does", "leave one of them out");
        var before = Lock?.Find(image);
        var now = await AskAsync(image, (resolver, stop) => resolver.FindAsync(stop), cancel);
        if (now != before)
            Lock?.Set(image, now);
        return (before, now);
    }

    /// <summary>All versions that an image's publisher has, oldest first; none when there is only the newest.</summary>
    public Task<ImmutableArray<string>> VersionsAsync(CatalogueImage image, CancellationToken cancel) =>
        image.Family.Newest.IsEmpty
            ? Task.FromResult<ImmutableArray<string>>([])
            : AskAsync(image, (resolver, stop) => resolver.VersionsAsync(stop), cancel);

    async Task<StoredImage> EnsureAsync(CatalogueImage image, IProgress<ImageProgress> progress, CancellationToken cancel)
    {
        using var held = await FileLock.EnterAsync(Path.Combine(Made("locks"), Hash("catalogue", image.Key)), null, cancel, holder =>
            progress.Report(new ImageProgress(image.Title, $"waiting for {holder}, which is making this image"))
        );
        if (Lock?.Find(image) is { } pinned)
            return await EnsurePinnedAsync(image, pinned, progress, cancel);
        if (Lock is { IsFrozen: true })
            throw Frozen(image);
        for (var isAgain = false; ; isAgain = true)
        {
            progress.Report(new ImageProgress(image.Title, "looking for the newest"));
            var newest = await AskAsync(image, (resolver, stop) => resolver.FindAsync(stop), cancel);
            try
            {
                var stored = await EnsureAsync(At(image, newest), progress, cancel);
                Lock?.Set(image, newest);
                return stored;
            }
            catch (CroftException e) when (e.IsStale && !isAgain)
            {
                // The publisher replaced it between the two questions.
            }
        }
    }

    async Task<StoredImage> EnsurePinnedAsync(
        CatalogueImage image,
        Pinned pinned,
        IProgress<ImageProgress> progress,
        CancellationToken cancel
    )
    {
        try
        {
            return await EnsureAsync(At(image, pinned), progress, cancel);
        }
        catch (CroftException e) when (e.IsStale)
        {
            var own = $"image \"{image.Name}\": ";
            throw CroftException.World(
                $"image \"{image.Name}\": what croft.lock names is {(e.IsMismatch ? "another file now" : "not there any more")}: {e.Message[(e.Message.StartsWith(own, StringComparison.Ordinal) ? own.Length : 0)..]}",
                !e.IsMismatch
                    ? $"croft image update {image.Name} takes the newest"
                    : $"if croft.lock was edited, take that back; else the server's file changed, and croft image update {image.Name} takes the newest"
            );
        }
    }

    /// <summary>The image as one to fetch.</summary>
    static UrlImage At(CatalogueImage image, Pinned pinned) =>
        new(image.Name, new Uri(pinned.Url), pinned.Digest, null, image.At)
        {
            Via = ImageResolver.Via(image, pinned.Url),
            Of = image,
            Container = image.Family.IsStreams ? image.Arch : null,
            Metadata = pinned.Metadata is { } metadata ? ImageResolver.Via(image, metadata) : null,
        };

    /// <summary>Verifies a fetched file where its publisher signs images.</summary>
    async Task VouchAsync(UrlImage spec, string file, CancellationToken cancel)
    {
        if (spec.Of is { Family.ImageSignature: not null } image)
            await AskAsync(
                image,
                async (resolver, stop) =>
                {
                    await resolver.VouchAsync(spec.Url.AbsoluteUri, file, stop);
                    return true;
                },
                cancel
            );
    }

    async Task<T> AskAsync<T>(CatalogueImage image, Func<ImageResolver, CancellationToken, Task<T>> question, CancellationToken cancel)
    {
        using var client = ImageMaker.NewClient();
        return await question(
            new ImageResolver(image, NewDownload(client), new Signatures(Path.Combine(directory, "keys"), Tell), Tell),
            cancel
        );
    }

    /// <summary>Says before anything is made which image could not be had, since nothing may be pinned.</summary>
    /// <exception cref="CroftException">There is one.</exception>
    internal void RefuseUnpinned(IEnumerable<ImageSpec> images)
    {
        if (Lock is not { IsFrozen: true } pins)
            return;
        if (images.Select(image => image.Origin).OfType<CatalogueImage>().FirstOrDefault(image => pins.Find(image) is null) is { } unpinned)
            throw Frozen(unpinned);
    }

    static CroftException Frozen(CatalogueImage image) =>
        CroftException.Usage(
            $"--locked: croft.lock does not say which bytes image {image.Name} is ({image.Key})",
            "once without --locked pins it"
        );
}
