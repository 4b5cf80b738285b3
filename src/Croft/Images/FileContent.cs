using System.Buffers.Binary;
using System.Text;

namespace Croft.Images;

/// <summary>What a file is by its own bytes; its name proves nothing.</summary>
/// <param name="Packer">The program that unpacks it; null when it is not packed.</param>
/// <param name="Archive"><c>zip</c> or <c>tar</c>; null when it is none.</param>
/// <param name="Other">What it is instead of a disk, in words; null when nothing speaks against a disk.</param>
sealed record FileContent(string? Packer, string? Archive, string? Other)
{
    /// <summary>So much of its beginning tells what a file is: an ISO image names itself at 0x8001.</summary>
    public const int Looked = 0x8010;

    const int SignatureAt = 510;
    const string Iso = "a CD image (ISO 9660)";
    const string Page = "a web page (HTML)";
    const string Text = "a text";

    static readonly (string Packer, byte[] Magic)[] Packers =
    [
        ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
        ("gzip", [0x1F, 0x8B, 0x08]),
        ("zstd", [0x28, 0xB5, 0x2F, 0xFD]),
        ("bzip2", [.. "BZh"u8]),
    ];

    static readonly (int At, byte[] Magic, string What)[] Archives = [(0, [.. "PK\x03\x04"u8], "zip"), (257, [.. "ustar"u8], "tar")];

    static readonly (int At, byte[] Magic)[] Disks =
    [
        (0, [.. "QFI"u8, 0xFB]),
        (0, [.. "KDMV"u8]),
        (0, [.. "conectix"u8]),
        (0, [.. "vhdxfile"u8]),
        (0x40, [0x7F, 0x10, 0xDA, 0xBE]),
        (0x40, [0xBE, 0xDA, 0x10, 0x7F]),
    ];

    static readonly (int At, byte[] Magic, string What)[] Others =
    [
        (0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive"),
        (0, [.. "Rar!"u8], "a rar archive"),
        (0, [0x5D, 0x00, 0x00, 0x80, 0x00], "an lzma archive"),
        (0, [.. "LZIP"u8], "an lzip archive"),
        (0, [0x04, 0x22, 0x4D, 0x18], "an lz4 archive"),
        (0, [0x1F, 0x9D], "a compress archive"),
        (0, [.. "!<arch>"u8], "an ar archive, such as a Debian package"),
        (0, [.. "%PDF"u8], "a PDF document"),
        (0, [.. "version https://git-lfs"u8], "a pointer of Git LFS, which git lfs pull replaces by the file"),
        (0x8001, [.. "CD001"u8], Iso),
        (0, [0x7F, .. "ELF"u8], "a program (ELF)"),
        (0, [.. "LUKS"u8, 0xBA, 0xBE], "an encrypted disk (LUKS)"),
        (0, [.. "hsqs"u8], "a file system (squashfs)"),
        (0, [.. "MSWIM"u8], "a Windows image (WIM)"),
    ];

    /// <summary>Whether its first sector ends as that of a disk does on which there are partitions or a boot loader.</summary>
    public bool HasBootSignature { get; private init; }

    /// <summary>Whether it is a disk by a format's own name, or by its first sector.</summary>
    public bool IsDisk { get; private init; }

    /// <summary>Whether it is a CD. One that is made to boot from other things too has a boot sector.</summary>
    public bool IsDisc => Other == Iso;

    /// <summary>Whether it is something that a server says to people.</summary>
    public bool IsForPeople => Other is Page or Text;

    /// <summary>Where its partitions end, in bytes; 0 when it has none.</summary>
    public long PartitionsEnd { get; private init; }

    /// <summary>Looks at a file's beginning.</summary>
    public static async Task<FileContent> ReadAsync(string path, CancellationToken cancel)
    {
        await using var file = File.OpenRead(path);
        return Of((await BeginningAsync(file, cancel)).Span);
    }

    /// <summary>What tells what it is; less when there is not so much.</summary>
    public static async Task<ReadOnlyMemory<byte>> BeginningAsync(Stream from, CancellationToken cancel)
    {
        var start = new byte[Looked];
        return start.AsMemory(0, await from.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancel));
    }

    /// <summary>What a file is that begins so.</summary>
    public static FileContent Of(ReadOnlySpan<byte> start)
    {
        string? packer = null,
            archive = null,
            other = null;
        var isDisk = false;
        foreach (var (program, magic) in Packers)
            packer ??= start.StartsWith(magic) ? program : null;
        packer ??= IsSkippableFrame(start) ? "zstd" : null;
        foreach (var (at, magic, what) in Archives)
            archive ??= Has(start, at, magic) ? what : null;
        foreach (var (at, magic, what) in Others)
            other ??= Has(start, at, magic) ? what : null;
        foreach (var (at, magic) in Disks)
            isDisk |= Has(start, at, magic);
        other ??=
            IsPage(start) ? Page
            : IsText(start) ? Text
            : null;
        var hasSignature = start.Length >= SignatureAt + 2 && start[SignatureAt] == 0x55 && start[SignatureAt + 1] == 0xAA;
        return new(packer, archive, other)
        {
            HasBootSignature = hasSignature,
            IsDisk = isDisk || (hasSignature && other is null),
            PartitionsEnd = hasSignature ? PartitionsEndOf(start) : 0,
        };
    }

    /// <summary>Writers that pack in parallel, or for random access, begin with a frame of their own.</summary>
    static bool IsSkippableFrame(ReadOnlySpan<byte> start) =>
        start.Length > 4 && (start[0] & 0xF0) == 0x50 && Has(start, 1, [0x2A, 0x4D, 0x18]);

    static bool Has(ReadOnlySpan<byte> start, int at, byte[] magic) => start.Length >= at && start[at..].StartsWith(magic);

    /// <summary>By the GPT where there is one, else by the table of the first sector.</summary>
    static long PartitionsEndOf(ReadOnlySpan<byte> start)
    {
        const int sector = 512,
            table = 446;
        if (Has(start, sector, [.. "EFI PART"u8]))
            return ((long)BinaryPrimitives.ReadUInt64LittleEndian(start[(sector + 48)..]) + 1) * sector; // its last usable block
        var end = 0L;
        for (var at = table; at < SignatureAt; at += 16)
        {
            var (first, count) = (
                BinaryPrimitives.ReadUInt32LittleEndian(start[(at + 8)..]),
                BinaryPrimitives.ReadUInt32LittleEndian(start[(at + 12)..])
            );
            // Boot code may lie where the table would be: then this is no table.
            if (start[at] is not (0 or 0x80) || (start[at + 4] == 0) != (count == 0))
                return 0;
            end = Math.Max(end, start[at + 4] is 0 or 0xEE ? 0 : ((long)first + count) * sector);
        }

        return end;
    }

    /// <summary>Whether its beginning has nothing but printable characters.</summary>
    static bool IsText(ReadOnlySpan<byte> start) =>
        !start.IsEmpty && !start[..Math.Min(start.Length, 512)].ContainsAnyExceptInRange((byte)'\t', (byte)'~') && !start.Contains((byte)0);

    static bool IsPage(ReadOnlySpan<byte> start)
    {
        var text = Encoding
            .Latin1.GetString(start[..Math.Min(start.Length, 1024)])
            .TrimStart('\u00ef', '\u00bb', '\u00bf', ' ', '\t', '\r', '\n');
        return ((string[])["<!doctype", "<html", "<?xml", "<head"]).Any(word => text.StartsWith(word, StringComparison.OrdinalIgnoreCase));
    }
}
