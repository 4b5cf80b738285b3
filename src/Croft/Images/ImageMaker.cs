using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Images;

/// <summary>
/// Makes one image's files in <paramref name="output"/>; <paramref name="work"/> is for what is needed meanwhile, on the same file system.
/// </summary>
sealed partial class ImageMaker(string output, string work, IProgress<ImageProgress> progress, TimeProvider time)
{
    const string Disk = "root.qcow2";

    /// <summary>The folder that becomes the image.</summary>
    public string Output => output;

    /// <summary>Builds a guest from packages.</summary>
    /// <param name="log">What the build wrote; kept when it fails.</param>
    public async Task<StoredImage> BuildAsync(BuiltImage spec, string recipe, string log, CancellationToken cancel)
    {
        var manifest = await BuildGuestAsync(spec, log, cancel);
        File.Delete(log);
        File.Delete(Path.Combine(output, "manifest.json")); // image.json says it
        var packages = await File.ReadAllTextAsync(Path.Combine(output, "packages"), cancel);
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{recipe}\n{packages}")));
        var source = $"{spec.Suite} {spec.Flavour.ToString().ToLowerInvariant()}{(spec.IsContainer ? " container" : "")}";
        var disk = spec.IsContainer
            ? new DiskFile("tar", 0)
            : await DiskFile.ProbeAsync(Path.Combine(output, manifest.Disk), $"image \"{spec.Name}\"", ImageCures.None, cancel);
        return Image(spec, id, ImageKind.Built, source, disk) with
        {
            Arch = spec.Arch,
            Disk = manifest.Disk,
            Kernel = spec.IsContainer ? null : manifest.Kernel,
            EfiKernel = spec.IsContainer ? null : manifest.EfiKernel,
            Initrd = spec.IsContainer ? null : manifest.Initrd,
            KernelArguments = spec.IsContainer ? null : manifest.Arguments,
            Console = manifest.Console,
        };
    }

    async Task<GuestManifest> BuildGuestAsync(BuiltImage spec, string log, CancellationToken cancel)
    {
        Report(spec, "building");
        if (spec.Mirror is null)
            await DebianMirror.MustAnswerAsync(spec, work, cancel);
        var last = new Queue<string>();
        try
        {
            await using var writer = new StreamWriter(log) { AutoFlush = true };
            return await GuestBuild.RunAsync(
                spec,
                output,
                work,
                line =>
                {
                    writer.WriteLine(line);
                    last.Enqueue(line);
                    if (last.Count > 8)
                        last.Dequeue();
                    if (line.StartsWith("I: ", StringComparison.Ordinal) && line.EndsWith("...", StringComparison.Ordinal)) // mmdebstrap begins something
                        Report(spec, line[3..].TrimEnd('.'));
                },
                cancel
            );
        }
        catch (CroftException e) when (e.Kind == FaultKind.World)
        {
            var full = last.Any(line => line.Contains("No space left on device", StringComparison.Ordinal));
            throw CroftException.World(
                $"image \"{spec.Name}\" ({Architectures.DebianName(spec.Arch)}) could not be built; the last lines were:\n  {string.Join("\n  ", last)}",
                full
                    ? "make space: croft image list shows what is kept, croft image remove removes it"
                    : e.Hint ?? $"the whole log is {log}",
                e
            );
        }
    }

    /// <summary>Makes a disk on which there is nothing.</summary>
    public async Task<StoredImage> MakeEmptyAsync(ImageSpec spec, string id, CancellationToken cancel)
    {
        const long size = 1 << 20;
        var place = Path.Combine(output, Disk);
        await RunAsync(new Tool("qemu-img", "create", "-q", "-f", "qcow2", place, $"{size}"), "making an empty disk", cancel);
        MakeReadable(place);
        return Image(spec, id, ImageKind.Built, "an empty disk", new DiskFile("qcow2", size));
    }

    /// <summary>Takes in a disk file of this machine: a copy, which shares the blocks where the file system can.</summary>
    public async Task<StoredImage> TakeAsync(FileImage spec, CancellationToken cancel)
    {
        var disk = Path.Combine(work, "disk");
        var content = await FileContent.ReadAsync(spec.File, cancel);
        var isPacked = content.Packer is not null || content.Archive is not null;
        Report(spec, isPacked ? "unpacking" : "copying");
        if (!isPacked)
            await new Tool("cp", "--reflink=auto", "--sparse=always", "--", spec.File, disk).RunCheckedAsync(
                $"copying {spec.File}",
                cancel
            );
        var file = GrowingFile.Of(isPacked ? spec.File : disk);
        var reading = new OnePass(file, "sha256", stream => NewUnpacker(spec, spec.File).TakeAsync(stream, disk, cancel), cancel);
        var digest = await reading.DigestAsync();
        if (spec.Sha256 is { } expected && !expected.Equals(digest.Hex, StringComparison.OrdinalIgnoreCase))
        {
            await reading.DropAsync();
            throw Mismatch(spec, spec.File, new Checksum("sha256", expected.ToLowerInvariant()), digest.Hex);
        }

        var unpacked = await reading.UnpackedAsync();
        return await AcceptAsync(
            spec,
            disk,
            isPacked ? unpacked : unpacked with { Sha256 = digest.Hex },
            ImageKind.File,
            spec.File,
            cancel
        );
    }

    /// <summary>Fetches a disk file, compares its checksum and unpacks it, all in one pass.</summary>
    /// <param name="partial">Where the download is kept until it is complete.</param>
    /// <param name="vouch">Verifies the whole file further.</param>
    public async Task<StoredImage> FetchAsync(
        UrlImage spec,
        Func<HttpClient, Download> newDownload,
        string partial,
        Func<UrlImage, string, CancellationToken, Task> vouch,
        CancellationToken cancel
    )
    {
        using var client = NewClient();
        var download = newDownload(client);
        var (disk, source) = (Path.Combine(work, "disk"), spec.Url.AbsoluteUri);
        for (var isAgain = false; ; isAgain = true)
        {
            Report(spec, "asking for the checksum");
            var expected = await ImageChecksum.ExpectedAsync(spec, download, cancel);
            var reading = await ReadAsync(spec, download, partial, disk, expected.Algorithm, cancel);
            var actual = await reading.DigestAsync();
            if (actual == expected)
            {
                await vouch(spec, partial, cancel);
                var unpacked = await reading.UnpackedAsync();
                if (unpacked.Way.Length == 0)
                {
                    File.Move(partial, disk, overwrite: true);
                    unpacked = unpacked with { Sha256 = actual.Algorithm == "sha256" ? actual.Hex : null };
                }

                Download.Forget(partial);
                return await AcceptAsync(spec, disk, unpacked, ImageKind.Url, source, cancel);
            }

            await reading.DropAsync();
            var (content, state) = (await FileContent.ReadAsync(partial, cancel), Download.ReadState(partial));
            var bytes = new FileInfo(partial).Length;
            Download.Forget(partial);
            // It may have been replaced between the two questions, or a connection broke that nobody can see as broken.
            if (isAgain || (spec.Checksum is not null && state is not { Length: null }))
                throw Mismatch(spec, source, expected, actual.Hex, content, state, bytes);
        }
    }

    /// <summary>Fetches a file to its end. Returns what reads it meanwhile.</summary>
    async Task<OnePass> ReadAsync(UrlImage spec, Download download, string partial, string disk, string algorithm, CancellationToken cancel)
    {
        var file = new GrowingFile(partial);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var token = stop.Token;
        var unpacker = NewUnpacker(spec, spec.Url.AbsoluteUri);
        var reading = new OnePass(file, algorithm, stream => unpacker.TakeAsync(stream, disk, token), token);
        try
        {
            await download.FetchAsync(
                spec.Via,
                partial,
                (done, total, rate) => progress.Report(new(spec.Title, "downloading", done, total, rate)),
                file,
                cancel
            );
            Report(spec, "verifying");
            await reading.EndAsync();
            return reading;
        }
        catch
        {
            await stop.CancelAsync();
            await reading.DropAsync();
            throw;
        }
    }

    static Unpacker NewUnpacker(ImageSpec spec, string source) =>
        new(Shown(spec, source), ImageCures.Of(spec, null)) { WantsDisc = spec is FileImage { IsDisc: true } or UrlImage { IsDisc: true } };

    /// <summary>Runs a program over copies in the folders of this work, which its message then names as what they are.</summary>
    /// <param name="cure">What mends it; null when nobody knows.</param>
    async Task RunAsync(Tool tool, string doing, CancellationToken cancel, string? cure = null)
    {
        var result = await tool.RunAsync(cancel);
        if (result.ExitCode != 0)
            throw CroftException.World(
                $"{doing}: {tool.Program} ended with exit code {result.ExitCode}: {result.LastWords.Replace(work + "/", "", StringComparison.Ordinal)}",
                cure
            );
    }

    StoredImage Image(ImageSpec spec, string id, ImageKind kind, string source, DiskFile disk) =>
        new()
        {
            Id = id,
            Name = spec.Name,
            Kind = kind,
            Source = source,
            Disk = Disk,
            DiskSize = disk.Size,
            Files = ImmutableSortedDictionary<string, long>.Empty,
            Created = time.GetUtcNow(),
        };

    void Report(ImageSpec spec, string phase) => progress.Report(new ImageProgress(spec.Title, phase));

    /// <summary>A client for downloads.</summary>
    public static HttpClient NewClient() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(20) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };

    /// <param name="content">What was fetched: between here and a server, others may answer with a page of theirs.</param>
    /// <param name="state">What the server said of it.</param>
    /// <param name="bytes">So much was fetched.</param>
    static CroftException Mismatch(
        ImageSpec spec,
        string source,
        Checksum expected,
        string actual,
        FileContent? content = null,
        DownloadState? state = null,
        long bytes = 0
    )
    {
        var (why, cure) = (content, state) switch
        {
            ({ IsForPeople: true, Other: var page }, _) => (
                $"; what came is {page}",
                $"curl -sL {ShellWord.Pasted(source)} | head -c 600 shows it"
            ),
            (_, { Packing: { } packing }) => (
                $"; the server packed it by {packing} on the way, unasked, and Croft unpacked it",
                $"if the file itself is packed so, fetch it by curl -L -O {ShellWord.Pasted(source)}, and write file: PATH in place of url:"
            ),
            (_, { Length: null }) => (
                $"; {bytes} bytes came, twice, and the server does not say how many there are: the connection may have broken off",
                $"try again, or fetch it by curl -L -O {ShellWord.Pasted(source)}, and write file: PATH in place of url:"
            ),
            _ => ("", "an image that is updated in place gets a new checksum; if it should not have changed, do not use it"),
        };
        return new(
            FaultKind.World,
            $"image \"{spec.Name}\": {source} has the wrong checksum: expected {expected}, got {expected.Algorithm}:{actual}{why}",
            cure
        )
        {
            IsStale = true,
            IsMismatch = true,
        };
    }
}
