using Croft.Farms;
using Croft.Tools;

namespace Croft.Images;

sealed partial class ImageMaker
{
    const string Disc = "disc.iso";

    static string Shown(ImageSpec spec, string source) => $"image \"{spec.Name}\": {source}";

    /// <summary>Takes the disk, or the CD, that came out of a file that others made.</summary>
    /// <param name="source">The user's name of it, which every message says: the file itself is a copy that is gone when it is
    /// read.</param>
    async Task<StoredImage> AcceptAsync(
        ImageSpec spec,
        string file,
        Unpacked unpacked,
        ImageKind kind,
        string source,
        CancellationToken cancel
    )
    {
        var shown = Shown(spec, source) + unpacked.Way;
        var (isDisc, declared) = spec switch
        {
            FileImage f => (f.IsDisc, f.Format),
            UrlImage u => (u.IsDisc, u.Format),
            _ => (false, null),
        };
        if (isDisc)
            return await AcceptDiscAsync(spec, file, unpacked, kind, source, cancel);
        // Out of an archive comes no file of the user's that a command could name.
        var cures = unpacked.Way.Contains(", its ", StringComparison.Ordinal) ? ImageCures.None : ImageCures.Of(spec, unpacked.Packer);
        var disk = await DiskFile.ProbeAsync(file, shown, cures, cancel);
        if (disk.Format == "raw")
            RequireDisk(spec, unpacked.Content, declared, shown, new FileInfo(file).Length, cures);
        if (declared is not null && declared != disk.Format)
            throw CroftException.World(
                $"{shown} is {NameOf(disk.Format)}, not {NameOf(declared)} as declared",
                $"write format: {NameOf(disk.Format)}, or leave it out"
            );
        var digest = unpacked.Sha256 ?? await Checksum.Sha256Async(file, cancel);
        var place = Path.Combine(output, Disk);
        if (disk.Format == "qcow2")
        {
            File.Move(file, place);
        }
        else
        {
            Report(spec, "converting");
            await RunAsync(
                new Tool("qemu-img", "convert", "-f", disk.Format, "-O", "qcow2", file, place),
                $"converting {shown.TrimEnd(',')}, which may be cut off",
                cancel,
                cures.Again
            );
        }

        MakeReadable(place);
        return Image(spec, digest, kind, source, disk);
    }

    async Task<StoredImage> AcceptDiscAsync(
        ImageSpec spec,
        string file,
        Unpacked unpacked,
        ImageKind kind,
        string source,
        CancellationToken cancel
    )
    {
        if (!unpacked.Content.IsDisc)
            throw CroftException.World(
                $"{Shown(spec, source)}{unpacked.Way} is no CD image: {unpacked.Content.Other ?? "it does not name itself one (CD001)"}",
                unpacked.Content.IsDisk ? "write a disk under image:" : null
            );
        var place = Path.Combine(output, Disc);
        var digest = unpacked.Sha256 ?? await Checksum.Sha256Async(file, cancel);
        File.Move(file, place);
        MakeReadable(place);
        return Image(spec, digest, kind, source, new DiskFile("raw", new FileInfo(place).Length)) with { Disk = Disc };
    }

    /// <summary>Lets hypervisors read a file, and nobody write it but its owner.</summary>
    public static void MakeReadable(string place)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(place, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    static string NameOf(string format) => format == "vpc" ? "vhd" : format;

    /// <summary>Everything is raw that qemu-img does not know, so what no firmware could boot is told here.</summary>
    static void RequireDisk(ImageSpec spec, FileContent content, string? declared, string shown, long length, ImageCures cures)
    {
        if (content.IsDisc)
            throw CroftException.World(
                $"{shown} is {content.Other}, not a disk",
                spec switch
                {
                    FileImage file => $"to boot from it, write cdrom: {file.File} in place of image:",
                    UrlImage url => $"to boot from it, write cdrom: {{ url: {url.Url.AbsoluteUri} }} in place of image:",
                    _ => null,
                }
            );
        if (content.Other is { } other)
            throw CroftException.World(
                $"{shown} is {other}, not a disk",
                other.Contains("LUKS", StringComparison.Ordinal) ? cures.Decrypted("luks")
                    : spec is UrlImage && other.Contains(" archive", StringComparison.Ordinal)
                        ? "Croft unpacks xz, gzip, zstd, bzip2, zip and tar; fetch it, unpack it, and name the disk image that is in it: file: PATH"
                    : spec is UrlImage { Url: var address }
                        ? $"curl -sL {ShellWord.Pasted(address.AbsoluteUri)} | head -c 600 shows it; give the address of the disk image itself: .qcow2, .raw or .img, packed or not"
                    : spec is FileImage { File: var path } && other.Contains(" archive", StringComparison.Ordinal)
                        ? $"unpack it, such as by bsdtar -xf {ShellWord.Pasted(path)}, and name the disk image that is in it"
                    : spec is FileImage { File: var it } ? $"head -c 600 {ShellWord.Pasted(it)} shows it; name the disk image itself"
                    : null
            );
        if (!content.HasBootSignature && declared != "raw")
            throw CroftException.World(
                $"{shown} is not a disk that boots: no qcow2, and its first sector does not end in 55 aa",
                $"if it is a raw disk nevertheless, write format: raw beside {(spec is FileImage ? "file" : "url")}:"
            );
        if (content.PartitionsEnd > length && declared != "raw")
            throw CroftException.World(
                $"{shown} is cut off: it has {length} bytes, and its partitions go on to {content.PartitionsEnd}",
                cures.Again
            );
    }
}
