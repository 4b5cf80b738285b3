using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Images;

/// <summary>Makes one image's files in <paramref name="output"/>; <paramref name="work"/> is for what is needed meanwhile, on the same file system.</summary>
sealed class ImageMaker(string output, string work, IProgress<ImageProgress> progress, TimeProvider time)
{
    const string Disk = "root.qcow2";

    /// <summary>The folder that becomes the image.</summary>
    public string Output => output;

    /// <summary>Builds a guest from packages.</summary>
    /// <param name="log">What the build wrote; kept when it fails.</param>
    public async Task<StoredImage> BuildAsync(BuiltImage spec, string recipe, string log, CancellationToken cancel)
    {
        Report(spec, "building");
        var last = new Queue<string>();
        GuestManifest manifest;
        try
        {
            await using var writer = new StreamWriter(log) { AutoFlush = true };
            manifest = await GuestBuild.RunAsync(spec, output, work, line =>
            {
                writer.WriteLine(line);
                last.Enqueue(line);
                if (last.Count > 8)
                    last.Dequeue();
                if (line.StartsWith("I: ", StringComparison.Ordinal) && line.EndsWith("...", StringComparison.Ordinal)) // mmdebstrap begins something
                    Report(spec, line[3..].TrimEnd('.'));
            }, cancel);
        }
        catch (CroftException e) when (e.Kind == FaultKind.World)
        {
            var full = last.Any(line => line.Contains("No space left on device", StringComparison.Ordinal));
            throw CroftException.World(
                $"image \"{spec.Name}\" ({Architectures.DebianName(spec.Arch)}) could not be built; the last lines were:\n  {string.Join("\n  ", last)}",
                full ? "make space: croft image list shows what is kept, croft image remove removes it" : e.Hint ?? $"the whole log is {log}",
                e);
        }

        File.Delete(log);
        File.Delete(Path.Combine(output, "manifest.json")); // image.json says it
        var packages = await File.ReadAllTextAsync(Path.Combine(output, "packages"), cancel);
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{recipe}\n{packages}")));
        var disk = await DiskFile.ProbeAsync(Path.Combine(output, manifest.Disk), cancel);
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
        return await AcceptAsync(spec, copy, digest, ImageKind.File, spec.File, cancel);
    }

    /// <summary>Fetches a disk file, compares its checksum, unpacks it.</summary>
    /// <param name="partial">Where the download is kept until it is complete.</param>
    public async Task<StoredImage> FetchAsync(UrlImage spec, Func<HttpClient, Download> newDownload, string partial, CancellationToken cancel)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(20) };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        var download = newDownload(client);
        Report(spec, "asking for the checksum");
        var expected = await ImageChecksum.ExpectedAsync(spec, download, cancel);
        await download.FetchAsync(spec.Url, partial, (done, total, rate) => progress.Report(new(spec.Title, "downloading", done, total, rate)), cancel);
        Report(spec, "verifying");
        var actual = await expected.OfAsync(partial, cancel);
        if (actual != expected)
        {
            Download.Forget(partial);
            throw Mismatch(spec, spec.Url.AbsoluteUri, expected, actual.Hex);
        }

        var disk = await UnpackAsync(spec, partial, cancel);
        Download.Forget(partial);
        return await AcceptAsync(spec, disk, await Checksum.Sha256Async(disk, cancel), ImageKind.Url, spec.Url.AbsoluteUri, cancel);
    }

    async Task<string> UnpackAsync(UrlImage spec, string file, CancellationToken cancel)
    {
        var (tool, suffix) = Path.GetExtension(spec.Url.AbsolutePath).ToLowerInvariant() switch
        {
            ".xz" => ("xz", ".xz"),
            ".gz" => ("gzip", ".gz"),
            ".zst" => ("zstd", ".zst"),
            ".bz2" => ("bzip2", ".bz2"),
            _ => ("", ""),
        };
        var disk = Path.Combine(work, "disk");
        File.Move(file, disk + suffix);
        if (tool.Length == 0)
            return disk;
        Report(spec, "unpacking");
        var unpack = new Tool(tool, tool == "zstd" ? ["-q", "--rm", "-d", disk + suffix] : ["-d", disk + suffix]);
        await unpack.RunCheckedAsync($"unpacking {spec.Url}", cancel);
        return disk;
    }

    async Task<StoredImage> AcceptAsync(ImageSpec spec, string file, string digest, ImageKind kind, string source, CancellationToken cancel)
    {
        var disk = await DiskFile.ProbeAsync(file, cancel);
        var place = Path.Combine(output, Disk);
        if (disk.Format == "qcow2")
        {
            File.Move(file, place);
        }
        else
        {
            Report(spec, "converting");
            await new Tool("qemu-img", "convert", "-f", "raw", "-O", "qcow2", file, place).RunCheckedAsync($"converting {source}", cancel);
        }

        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(place, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return Image(spec, digest, kind, source, disk);
    }

    StoredImage Image(ImageSpec spec, string id, ImageKind kind, string source, DiskFile disk) =>
        new(id, spec.Name, kind, source, null, Disk, disk.Size, null, null, null, null, ImmutableSortedDictionary<string, long>.Empty, time.GetUtcNow());

    void Report(ImageSpec spec, string phase) => progress.Report(new ImageProgress(spec.Title, phase));

    static CroftException Mismatch(ImageSpec spec, string source, Checksum expected, string actual) => CroftException.World(
        $"image \"{spec.Name}\": {source} has the wrong checksum: expected {expected}, got {expected.Algorithm}:{actual}",
        "an image that is updated in place gets a new checksum; if it should not have changed, do not use it");
}
