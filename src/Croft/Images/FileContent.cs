using System.Text;

namespace Croft.Images;

/// <summary>What a file is by its own bytes; its name proves nothing.</summary>
/// <param name="Packer">The program that unpacks it; null when it is not packed.</param>
/// <param name="Other">What it is instead of a disk, in words; null when nothing speaks against a disk.</param>
sealed record FileContent(string? Packer, string? Other)
{
    const int Looked = 0x8010; // an ISO image names itself at 0x8001
    const int SignatureAt = 510;

    static readonly (string Packer, byte[] Magic)[] Packers =
    [
        ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
        ("gzip", [0x1F, 0x8B, 0x08]),
        ("zstd", [0x28, 0xB5, 0x2F, 0xFD]),
        ("bzip2", [.. "BZh"u8]),
    ];

    static readonly (int At, byte[] Magic, string What)[] Others =
    [
        (0, [.. "PK\x03\x04"u8], "a zip archive"),
        (0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive"),
        (0, [.. "Rar!"u8], "a rar archive"),
        (257, [.. "ustar"u8], "a tar archive"),
        (0x8001, [.. "CD001"u8], "a CD image (ISO 9660)"),
        (0, [0x7F, .. "ELF"u8], "a program (ELF)"),
    ];

    /// <summary>Whether its first sector ends as that of a disk does on which there are partitions or a boot loader.</summary>
    public bool HasBootSignature { get; private init; }

    /// <summary>Looks at a file's beginning.</summary>
    public static async Task<FileContent> ReadAsync(string path, CancellationToken cancel)
    {
        var start = new byte[Looked];
        await using var file = File.OpenRead(path);
        var read = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancel);
        return Of(start.AsSpan(0, read));
    }

    static FileContent Of(ReadOnlySpan<byte> start)
    {
        string? packer = null,
            other = null;
        foreach (var (program, magic) in Packers)
            packer ??= start.StartsWith(magic) ? program : null;
        foreach (var (at, magic, what) in Others)
            other ??= start.Length >= at && start[at..].StartsWith(magic) ? what : null;
        return new(packer, other ?? (IsPage(start) ? "a web page (HTML)" : null))
        {
            HasBootSignature = start.Length >= SignatureAt + 2 && start[SignatureAt] == 0x55 && start[SignatureAt + 1] == 0xAA,
        };
    }

    static bool IsPage(ReadOnlySpan<byte> start)
    {
        var text = Encoding
            .Latin1.GetString(start[..Math.Min(start.Length, 1024)])
            .TrimStart('\u00ef', '\u00bb', '\u00bf', ' ', '\t', '\r', '\n');
        return ((string[])["<!doctype", "<html", "<?xml", "<head"]).Any(word => text.StartsWith(word, StringComparison.OrdinalIgnoreCase));
    }
}
