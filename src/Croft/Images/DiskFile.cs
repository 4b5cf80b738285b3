using System.Buffers.Binary;
using System.Text.Json;
using Croft.Tools;

namespace Croft.Images;

/// <summary>What a disk file is.</summary>
/// <param name="Format">QEMU's name: <c>raw</c>, <c>qcow2</c>, <c>vmdk</c>, <c>vdi</c>, <c>vpc</c> or <c>vhdx</c>.</param>
/// <param name="Size">As the guest sees it, in bytes.</param>
sealed record DiskFile(string Format, long Size)
{
    static readonly string[] Formats = ["raw", "qcow2", "vmdk", "vdi", "vpc", "vhdx"];

    /// <summary>
    /// Looks at a disk file from outside, which may be hostile: a qcow2 that names another file (backing or data) would have QEMU read
    /// files
    /// of the host, so the header is read here before qemu-img sees it.
    /// </summary>
    /// <param name="shown">What it is called in messages: the file may be Croft's own copy.</param>
    /// <param name="cure">A command that makes a whole qcow2 of it; null when there is none.</param>
    /// <exception cref="CroftException">It is of no known format, or needs other files.</exception>
    public static async Task<DiskFile> ProbeAsync(string path, string shown, string? cure, CancellationToken cancel)
    {
        if (await OtherFileAsync(path, cancel) is { } what)
            throw CroftException.World($"{shown} {what}; an image must stand alone", cure is null ? null : $"if you trust it: {cure}");
        var result = await new Tool("qemu-img", "info", "--output=json", path).RunAsync(cancel);
        if (result.ExitCode != 0)
            throw CroftException.World(
                $"{shown} is no disk that qemu-img can read: {result.LastWords.Replace(path, shown, StringComparison.Ordinal)}"
            );
        using var info = JsonDocument.Parse(result.Output);
        var format = info.RootElement.GetProperty("format").GetString()!;
        if (info.RootElement.TryGetProperty("backing-filename", out var backing))
            throw CroftException.World(
                $"{shown} needs a backing file, {backing.GetString()}; an image must stand alone",
                cure is null ? null : $"if you trust it: {cure}"
            );
        if (format == "vmdk" && !await StartsWithAsync(path, "KDMV"u8.ToArray(), cancel)) // else it is a text that names other files of the host
            throw CroftException.World($"{shown} only names the files of a VMware disk; an image must stand alone", cure);
        if (!Formats.Contains(format))
            throw CroftException.World(
                $"{shown} is a disk image of format {format}; Croft takes qcow2, raw, vmdk, vdi, vhd and vhdx",
                cure
            );
        var size = info.RootElement.GetProperty("virtual-size").GetInt64();
        return size > 0 ? new DiskFile(format, size) : throw CroftException.World($"{shown} is empty");
    }

    static async Task<bool> StartsWithAsync(string path, byte[] magic, CancellationToken cancel)
    {
        var start = new byte[magic.Length];
        await using var file = File.OpenRead(path);
        return await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancel) == start.Length
            && start.AsSpan().SequenceEqual(magic);
    }

    /// <summary>Says of a qcow2 how it needs another file; null when it does not.</summary>
    static async Task<string?> OtherFileAsync(string path, CancellationToken cancel)
    {
        var header = new byte[104];
        int read;
        await using (var file = File.OpenRead(path))
            read = await file.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancel);
        if (header.AsSpan(0, read).StartsWith("# Disk DescriptorFile"u8))
            return "only names the files of a VMware disk";
        if (read < 24 || BinaryPrimitives.ReadUInt32BigEndian(header) != 0x514649fb)
            return null;
        if (BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8)) != 0)
            return "needs a backing file";
        const ulong externalData = 4; // an incompatible feature, from version 3 on
        return
            BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4)) >= 3
            && (BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(72)) & externalData) != 0
            ? "keeps its data in another file"
            : null;
    }
}
