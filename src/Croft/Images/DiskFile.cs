using System.Buffers.Binary;
using System.Text.Json;
using Croft.Tools;

namespace Croft.Images;

/// <summary>What a disk file is.</summary>
/// <param name="Format">QEMU's name: <c>raw</c>, <c>qcow2</c>, <c>qcow</c>, <c>vmdk</c>, <c>vdi</c>, <c>vpc</c> or <c>vhdx</c>.</param>
/// <param name="Size">As the guest sees it, in bytes.</param>
sealed record DiskFile(string Format, long Size)
{
    const uint QcowMagic = 0x514649fb;

    static readonly string[] Formats = ["raw", "qcow2", "qcow", "vmdk", "vdi", "vpc", "vhdx"];

    /// <summary>
    /// Looks at a disk file from outside, which may be hostile: a qcow2 that names another file (backing or data) would have QEMU read
    /// files
    /// of the host, so the header is read here before qemu-img sees it.
    /// </summary>
    /// <param name="shown">What it is called in messages: the file may be Croft's own copy.</param>
    /// <param name="cures">Commands that mend it.</param>
    /// <exception cref="CroftException">It is of no known format, needs other files, or is not whole.</exception>
    public static async Task<DiskFile> ProbeAsync(string path, string shown, ImageCures cures, CancellationToken cancel)
    {
        var header = await HeaderAsync(path, cancel);
        if (OtherFile(header) is { } what)
            throw CroftException.World($"{shown} {what}; an image must stand alone", cures.IfTrusted);
        const uint differencing = 4;
        if (header.Length > 64 && header.AsSpan().StartsWith("conectix"u8) && FirstOf(header, 60) == differencing) // QEMU would read it as another
            throw CroftException.World(
                $"{shown} is a VHD that needs its parent; an image must stand alone",
                "merge the two where it was made"
            );
        if (IsEncrypted(header))
            throw CroftException.World($"{shown} is encrypted, and nobody could give a machine its passphrase", cures.Decrypted("qcow2"));
        var isFixed = await IsFixedVhdAsync(path, cancel);
        using var info = await InfoAsync(path, shown, isFixed ? "vpc" : null, cures, cancel);
        var format = info.RootElement.GetProperty("format").GetString()!;
        if (info.RootElement.TryGetProperty("backing-filename", out var backing))
            throw CroftException.World($"{shown} needs a backing file, {backing.GetString()}; an image must stand alone", cures.IfTrusted);
        if (format == "luks")
            throw CroftException.World(
                $"{shown} is an encrypted disk (LUKS), and nobody could give a machine its passphrase",
                cures.Decrypted("luks")
            );
        if (format == "vmdk" && !header.AsSpan().StartsWith("KDMV"u8)) // else it is a text that names other files of the host
            throw CroftException.World($"{shown} only names the files of a VMware disk; an image must stand alone", cures.Whole);
        if (!Formats.Contains(format))
            throw CroftException.World(
                $"{shown} is a disk image of format {format}; Croft takes qcow2, raw, vmdk, vdi, vhd and vhdx",
                cures.Whole
            );
        if (format is not "raw")
            await RequireWholeAsync(path, format, shown, cures, cancel);
        var size = info.RootElement.GetProperty("virtual-size").GetInt64();
        return size > 0 ? new DiskFile(format, size) : throw CroftException.World($"{shown} is empty");
    }

    static async Task<JsonDocument> InfoAsync(string path, string shown, string? format, ImageCures cures, CancellationToken cancel)
    {
        var result = await new Tool(
            "qemu-img",
            ["info", "--output=json", .. format is null ? Array.Empty<string>() : ["-f", format], path]
        ).RunAsync(cancel);
        return result.ExitCode == 0
            ? JsonDocument.Parse(result.Output)
            : throw CroftException.World(
                $"{shown} is no disk that qemu-img can read: {result.LastWords.Replace(path, shown, StringComparison.Ordinal)}",
                cures.Again
            );
    }

    /// <summary>
    /// Every format says where in its file the data are. A file that ends before that was cut off; qemu-img would read zeros there.
    /// </summary>
    static async Task RequireWholeAsync(string path, string format, string shown, ImageCures cures, CancellationToken cancel)
    {
        var map = await new Tool("qemu-img", "map", "--output=json", "-f", format, path).RunAsync(cancel);
        var length = new FileInfo(path).Length;
        if (map.ExitCode == 0)
        {
            using var extents = JsonDocument.Parse(map.Output);
            var end = extents
                .RootElement.EnumerateArray()
                .Where(extent => extent.TryGetProperty("offset", out _) && extent.GetProperty("data").GetBoolean())
                .Select(extent => extent.GetProperty("offset").GetInt64() + extent.GetProperty("length").GetInt64())
                .DefaultIfEmpty()
                .Max();
            const int sector = 512; // the last of them may be written in part
            if (end >= length + sector)
                throw CroftException.World($"{shown} is cut off: it has {length} bytes, and its data go on to {end}", cures.Again);
        }

        const int damaged = 2;
        if (
            format == "qcow2"
            && await new Tool("qemu-img", "check", "-q", "-f", format, path).RunAsync(cancel) is { ExitCode: damaged } check
        )
            throw CroftException.World(
                $"{shown} is damaged or cut off: {check.LastWords.Replace(path, shown, StringComparison.Ordinal)}",
                cures.Again
            );
    }

    /// <summary>A VHD of fixed size is a raw disk with a last sector that says so, which qemu-img does not look for.</summary>
    static async Task<bool> IsFixedVhdAsync(string path, CancellationToken cancel)
    {
        var footer = new byte[512];
        await using var file = File.OpenRead(path);
        if (file.Length < 2 * footer.Length || file.Length % footer.Length != 0)
            return false;
        file.Seek(-footer.Length, SeekOrigin.End);
        await file.ReadExactlyAsync(footer, cancel);
        const int fixedSize = 2;
        return footer.AsSpan().StartsWith("conectix"u8) && BinaryPrimitives.ReadUInt32BigEndian(footer.AsSpan(60)) == fixedSize;
    }

    static async Task<byte[]> HeaderAsync(string path, CancellationToken cancel)
    {
        var header = new byte[104];
        await using var file = File.OpenRead(path);
        return header[..await file.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancel)];
    }

    static uint FirstOf(byte[] header, int at) => BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(at));

    static bool IsQcow(byte[] header) => header.Length >= 48 && BinaryPrimitives.ReadUInt32BigEndian(header) == QcowMagic;

    static int VersionOf(byte[] header) => (int)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));

    static bool IsEncrypted(byte[] header) =>
        IsQcow(header) && BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(VersionOf(header) == 1 ? 36 : 32)) != 0;

    /// <summary>Says of a qcow2 how it needs another file; null when it does not.</summary>
    static string? OtherFile(byte[] header)
    {
        if (header.AsSpan().StartsWith("# Disk DescriptorFile"u8))
            return "only names the files of a VMware disk";
        if (!IsQcow(header))
            return null;
        if (BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8)) != 0)
            return "needs a backing file";
        const ulong externalData = 4; // an incompatible feature, from version 3 on
        return
            VersionOf(header) >= 3 && header.Length >= 80 && (BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(72)) & externalData) != 0
            ? "keeps its data in another file"
            : null;
    }
}
