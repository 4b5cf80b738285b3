using System.Security.Cryptography;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Images;

/// <summary>Root file systems that others made for containers, with their metadata in them, beside, or without.</summary>
sealed partial class ImageMaker
{
    const string Root = "root";
    const string Metadata = "metadata";

    /// <summary>Takes in one of this machine.</summary>
    public async Task<StoredImage> TakeRootAsync(FileImage spec, CancellationToken cancel)
    {
        Report(spec, "copying");
        var (root, metadata) = (Path.Combine(work, Root), spec.Metadata is null ? null : Path.Combine(work, Metadata));
        await CopyAsync(spec.File, root, cancel);
        if (metadata is not null)
            await CopyAsync(spec.Metadata!, metadata, cancel);
        if (spec.Sha256 is { } expected && await Checksum.Sha256Async(root, cancel) is var actual && actual != expected)
            throw Mismatch(spec, spec.File, new("sha256", expected), actual);
        return await AcceptRootAsync(spec, spec.Container!, root, metadata, ImageKind.File, spec.File, cancel);
    }

    static Task CopyAsync(string from, string to, CancellationToken cancel) =>
        new Tool("cp", "--reflink=auto", "--", from, to).RunCheckedAsync($"copying {from}", cancel);

    /// <summary>Fetches one, with its metadata where that is a file of its own; both are vouched for as one.</summary>
    /// <param name="partial">Where the download is kept until it is complete.</param>
    public async Task<StoredImage> FetchRootAsync(
        UrlImage spec,
        Func<HttpClient, Download> newDownload,
        string partial,
        CancellationToken cancel
    )
    {
        using var client = NewClient();
        var (download, source) = (newDownload(client), spec.Url.AbsoluteUri);
        Report(spec, "asking for the checksum");
        var expected = await ImageChecksum.ExpectedAsync(spec, download, cancel);
        string? metadata = null;
        if (spec.Metadata is { } beside)
        {
            metadata = Path.Combine(work, Metadata);
            var bytes = await download.BytesAsync(beside, cancel)
                ?? throw new CroftException(FaultKind.World, $"image \"{spec.Name}\": there is no {beside}") { IsStale = true };
            await File.WriteAllBytesAsync(metadata, bytes, cancel);
        }

        await download.FetchAsync(
            spec.Via,
            partial,
            (done, total, rate) => progress.Report(new(spec.Title, "downloading", done, total, rate)),
            cancel
        );
        Report(spec, "verifying");
        var root = Path.Combine(work, Root);
        File.Move(partial, root, overwrite: true);
        Download.Forget(partial);
        var actual = await FileDigest.OfAsync(new HashAlgorithmName(expected.Algorithm.ToUpperInvariant()), Files(metadata, root), cancel);
        if (actual != expected.Hex)
            throw Mismatch(spec, source, expected, actual);
        return await AcceptRootAsync(spec, spec.Container!, root, metadata, ImageKind.Url, source, cancel);
    }

    /// <summary>In the order in which a digest is of both.</summary>
    static IEnumerable<string> Files(string? metadata, string root) => metadata is null ? [root] : [metadata, root];

    /// <summary>Takes what is a root file system, and gives it Croft's metadata where it has none.</summary>
    async Task<StoredImage> AcceptRootAsync(
        ImageSpec spec,
        string arch,
        string root,
        string? metadata,
        ImageKind kind,
        string source,
        CancellationToken cancel
    )
    {
        var shown = Shown(spec, source);
        var content = await ContainerRoot.ReadAsync(root, shown, cancel);
        if (metadata is not null && content.HasMetadata)
            throw CroftException.World($"{shown} has its metadata in it", "leave the other metadata out");
        if (metadata is not null && !(await ContainerRoot.ReadAsync(metadata, $"{shown}, its metadata,", cancel)).HasMetadata)
            throw CroftException.World($"{shown}: what is named as its metadata has no metadata.yaml in it");
        if (metadata is null && content is { HasMetadata: true, HasRoot: false })
            throw content.HasDisk
                ? CroftException.World($"{shown} is an image of a virtual machine, not of a container", ContainerRoot.Cure)
                : CroftException.World(
                    $"{shown} is metadata alone: there is no rootfs in it",
                    "name it beside the root file system: image: { file: ROOT, metadata: THIS }"
                );
        if (metadata is null && !content.HasMetadata)
        {
            if (!content.IsRoot)
                throw CroftException.World(
                    $"{shown} has neither metadata.yaml nor /etc in it: it is no root file system",
                    ContainerRoot.Cure
                );
            await content.WriteMetadataAsync(metadata = Path.Combine(work, Metadata), arch, spec.Name, cancel);
        }

        var id = await FileDigest.OfAsync(HashAlgorithmName.SHA256, Files(metadata, root), cancel);
        foreach (var file in Files(metadata, root))
        {
            var place = Path.Combine(output, Path.GetFileName(file));
            File.Move(file, place);
            MakeReadable(place);
        }

        return Image(spec, id, kind, source, new DiskFile("tar", 0)) with
        {
            Arch = arch,
            Disk = Root,
            Metadata = metadata is null ? null : Metadata,
        };
    }
}
