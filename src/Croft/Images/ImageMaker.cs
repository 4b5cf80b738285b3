using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Images;

/// <summary>
/// Makes one image's files in <paramref name="output"/>; <paramref name="work"/> is for what is needed meanwhile, on the same file system.
/// </summary>
sealed class ImageMaker(string output, string work, IProgress<ImageProgress> progress, TimeProvider time)
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
        var disk = await DiskFile.ProbeAsync(Path.Combine(output, manifest.Disk), $"image \"{spec.Name}\"", null, cancel);
        return Image(spec, id, ImageKind.Built, $"{spec.Suite} {spec.Flavour.ToString().ToLowerInvariant()}", disk) with
        {
            Arch = spec.Arch,
            Disk = manifest.Disk,
            Kernel = manifest.Kernel,
            EfiKernel = manifest.EfiKernel,
            Initrd = manifest.Initrd,
            KernelArguments = manifest.Arguments,
            Console = manifest.Console,
        };
    }

    async Task<GuestManifest> BuildGuestAsync(BuiltImage spec, string log, CancellationToken cancel)
    {
        Report(spec, "building");
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

    /// <summary>Takes in a disk file of this machine: a copy, which shares the blocks where the file system can.</summary>
    public async Task<StoredImage> TakeAsync(FileImage spec, CancellationToken cancel)
    {
        Report(spec, "copying");
        var copy = Path.Combine(work, "disk");
        await new Tool("cp", "--reflink=auto", "--sparse=always", "--", spec.File, copy).RunCheckedAsync($"copying {spec.File}", cancel);
        Report(spec, "verifying");
        var digest = await Checksum.Sha256Async(copy, cancel);
        if (spec.Sha256 is { } expected && !expected.Equals(digest, StringComparison.OrdinalIgnoreCase))
            throw Mismatch(spec, spec.File, new Checksum("sha256", expected.ToLowerInvariant()), digest);
        return await AcceptAsync(spec, copy, ImageKind.File, spec.File, cancel);
    }

    /// <summary>Fetches a disk file, compares its checksum, unpacks it.</summary>
    /// <param name="partial">Where the download is kept until it is complete.</param>
    public async Task<StoredImage> FetchAsync(
        UrlImage spec,
        Func<HttpClient, Download> newDownload,
        string partial,
        CancellationToken cancel
    )
    {
        using var client = NewClient();
        var download = newDownload(client);
        for (var isAgain = false; ; isAgain = true)
        {
            Report(spec, "asking for the checksum");
            var expected = await ImageChecksum.ExpectedAsync(spec, download, cancel);
            await download.FetchAsync(
                spec.Via,
                partial,
                (done, total, rate) => progress.Report(new(spec.Title, "downloading", done, total, rate)),
                cancel
            );
            Report(spec, "verifying");
            var actual = await expected.OfAsync(partial, cancel);
            if (actual == expected)
                break;
            Download.Forget(partial);
            if (isAgain || spec.Checksum is not null) // else it may have been replaced between the two questions
                throw Mismatch(spec, spec.Url.AbsoluteUri, expected, actual.Hex);
        }

        var disk = Path.Combine(work, "disk");
        File.Move(partial, disk);
        Download.Forget(partial);
        return await AcceptAsync(spec, disk, ImageKind.Url, spec.Url.AbsoluteUri, cancel);
    }

    /// <summary>Unpacks a file that others made, and takes the disk that it is.</summary>
    /// <param name="source">The user's name of it, which every message says: the file itself is a copy that is gone when it is
    /// read.</param>
    async Task<StoredImage> AcceptAsync(ImageSpec spec, string file, ImageKind kind, string source, CancellationToken cancel)
    {
        var shown = $"image \"{spec.Name}\": {source}";
        var content = await FileContent.ReadAsync(file, cancel);
        var cure = content.Packer is null ? Conversion(spec) : null;
        if (content.Packer is { } packer)
        {
            await UnpackAsync(spec, file, packer, shown, cancel);
            shown += ", unpacked,";
            content = await FileContent.ReadAsync(file, cancel);
        }

        var disk = await DiskFile.ProbeAsync(file, shown, cure, cancel);
        if (disk.Format == "raw")
            RequireDisk(spec, content, shown);
        if (spec is FileImage { Format: { } declared } && declared != disk.Format)
            throw CroftException.World(
                $"{shown} is {disk.Format}, not {declared} as declared",
                $"write format: {disk.Format}, or leave it out"
            );
        var digest = await Checksum.Sha256Async(file, cancel);
        var place = Path.Combine(output, Disk);
        if (disk.Format == "qcow2")
        {
            File.Move(file, place);
        }
        else
        {
            Report(spec, "converting");
            await RunAsync(new Tool("qemu-img", "convert", "-f", disk.Format, "-O", "qcow2", file, place), $"converting {shown}", cancel);
        }

        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(place, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return Image(spec, digest, kind, source, disk);
    }

    async Task UnpackAsync(ImageSpec spec, string file, string packer, string shown, CancellationToken cancel)
    {
        Report(spec, "unpacking");
        var unpacked = file + ".unpacked";
        var unpack = new Tool(packer, "-d", "-c")
        {
            Input = async (input, stop) =>
            {
                await using var packed = File.OpenRead(file);
                await packed.CopyToAsync(input, stop);
            },
            Output = async (output, stop) =>
            {
                await using var disk = File.Create(unpacked);
                await CopySparseAsync(output, disk, stop);
            },
        };
        await RunAsync(unpack, $"unpacking {shown}", cancel);
        File.Move(unpacked, file, overwrite: true);
    }

    /// <summary>Copies, and leaves out blocks of zeros: a disk is mostly these.</summary>
    static async Task CopySparseAsync(Stream from, FileStream to, CancellationToken cancel)
    {
        var block = new byte[64 << 10];
        int read;
        while ((read = await from.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancel)) > 0)
        {
            if (block.AsSpan(0, read).ContainsAnyExcept((byte)0))
                await to.WriteAsync(block.AsMemory(0, read), cancel);
            else
                to.Seek(read, SeekOrigin.Current);
        }

        to.SetLength(to.Position);
    }

    /// <summary>Everything is raw that qemu-img does not know, so what no firmware could boot is told here.</summary>
    static void RequireDisk(ImageSpec spec, FileContent content, string shown)
    {
        if ((content.Other ?? (content.Packer is { } packer ? $"packed twice ({packer})" : null)) is { } other)
            throw CroftException.World(
                $"{shown} is {other}, not a disk",
                spec is UrlImage
                    ? "give the address of the disk image itself: .qcow2, .raw or .img, packed or not"
                    : "unpack it, and name the disk image itself"
            );
        if (!content.HasBootSignature && spec is not FileImage { Format: "raw" })
            throw CroftException.World(
                $"{shown} is not a disk that boots: no qcow2, and its first sector does not end in 55 aa",
                spec is FileImage ? "if it is a raw disk nevertheless, write format: raw beside file:" : "look at what is at that address"
            );
    }

    /// <summary>A command for a shell that makes a qcow2 that stands alone.</summary>
    static string? Conversion(ImageSpec spec) =>
        spec switch
        {
            FileImage f =>
                $"qemu-img convert -O qcow2 {ShellWord.Pasted(f.File)} {ShellWord.Pasted(f.File + ".whole.qcow2")}, then write file: {f.File}.whole.qcow2",
            UrlImage u when Uri.UnescapeDataString(u.Url.Segments[^1]) is not "/" and var name =>
                $"curl -L -o {ShellWord.Pasted(name)} {ShellWord.Pasted(u.Url.AbsoluteUri)} && qemu-img convert -O qcow2 {ShellWord.Pasted(name)} {ShellWord.Pasted(name + ".whole.qcow2")}, then write file: {name}.whole.qcow2",
            _ => null,
        };

    /// <summary>Runs a program over copies in the folders of this work, which its message then names as what they are.</summary>
    async Task RunAsync(Tool tool, string doing, CancellationToken cancel)
    {
        var result = await tool.RunAsync(cancel);
        if (result.ExitCode != 0)
            throw CroftException.World(
                $"{doing}: {tool.Program} ended with exit code {result.ExitCode}: {result.LastWords.Replace(work + "/", "", StringComparison.Ordinal)}"
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

    static CroftException Mismatch(ImageSpec spec, string source, Checksum expected, string actual) =>
        new(
            FaultKind.World,
            $"image \"{spec.Name}\": {source} has the wrong checksum: expected {expected}, got {expected.Algorithm}:{actual}",
            "an image that is updated in place gets a new checksum; if it should not have changed, do not use it"
        )
        {
            IsStale = true,
        };
}
