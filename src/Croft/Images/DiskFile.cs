using System.Buffers.Binary;
using System.Text.Json;
using Croft.Tools;

namespace Croft.Images;

/// <summary>What a disk file is.</summary>
/// <param name="Format"><c>raw</c> or <c>qcow2</c>.</param>
/// <param name="Size">As the guest sees it, in bytes.</param>
sealed record DiskFile(string Format, long Size)
{
    /// <summary>
    /// Looks at a disk file from outside, which may be hostile: a qcow2 that names another file (backing or data) would have QEMU read files
    /// of the host, so the header is read here before qemu-img sees it.
    /// </summary>
    /// <exception cref="CroftException">It is neither raw nor qcow2, or needs other files.</exception>
    public static async Task<DiskFile> ProbeAsync(string path, CancellationToken cancel)
    {
        await RefuseOtherFilesAsync(path, cancel);
        var output = await new Tool("qemu-img", "info", "--output=json", path).RunCheckedAsync($"looking at {path}", cancel);
        using var info = JsonDocument.Parse(output);
        var format = info.RootElement.GetProperty("format").GetString()!;
        if (info.RootElement.TryGetProperty("backing-filename", out var backing))
            throw NeedsOther(path, $"needs a backing file, {backing.GetString()}");
        if (format is not ("raw" or "qcow2"))
            throw CroftException.World($"{path} is a disk image of format {format}; Croft takes qcow2 and raw", $"qemu-img convert -O qcow2 {path} {path}.qcow2");
        var size = info.RootElement.GetProperty("virtual-size").GetInt64();
        return size > 0 ? new DiskFile(format, size) : throw CroftException.World($"{path} is empty");
    }

    static async Task RefuseOtherFilesAsync(string path, CancellationToken cancel)
    {
        var header = new byte[104];
        int read;
        await using (var file = File.OpenRead(path))
            read = await file.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancel);
        if (read < 24 || BinaryPrimitives.ReadUInt32BigEndian(header) != 0x514649fb)
            return;
        if (BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8)) != 0)
            throw NeedsOther(path, "needs a backing file");
        const ulong externalData = 4; // an incompatible feature, from version 3 on
        if (BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4)) >= 3 && (BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(72)) & externalData) != 0)
            throw NeedsOther(path, "keeps its data in another file");
    }

    static CroftException NeedsOther(string path, string what) =>
        CroftException.World($"{path} {what}; an image must stand alone", $"if you trust it: qemu-img convert -O qcow2 {path} {path}.whole");
}
