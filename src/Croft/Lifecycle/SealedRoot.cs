using System.Formats.Tar;
using System.IO.Compression;

namespace Croft.Lifecycle;

/// <summary>The archive of a container's root file system without what is one machine's own.</summary>
static class SealedRoot
{
    const string Folder = "rootfs";

    /// <summary>Copies the archive, which is not packed, without it, and packs the copy.</summary>
    /// <param name="own">Paths in the machine; one that ends in a slash is all that is in the folder.</param>
    public static async Task WriteAsync(string archive, string to, IReadOnlyCollection<string> own, CancellationToken cancel)
    {
        await using var from = File.OpenRead(archive);
        await using var file = new FileStream(to, FileMode.Truncate);
        await using var packed = new GZipStream(file, CompressionLevel.Fastest);
        await using var reader = new TarReader(from);
        await using var writer = new TarWriter(packed, TarEntryFormat.Pax);
        while (await reader.GetNextEntryAsync(copyData: false, cancel) is { } entry)
        {
            if (!own.Any(path => IsOf(entry.Name, Folder + path)))
                await writer.WriteEntryAsync(entry, cancel);
        }
    }

    static bool IsOf(string member, string own) =>
        own.EndsWith('/') ? member.Length > own.Length && member.StartsWith(own, StringComparison.Ordinal) : member == own;
}
