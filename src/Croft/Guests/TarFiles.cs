using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Croft.Guests;

/// <summary>
/// Reads a tar archive in GNU's format file by file, with the bytes of each name; .NET's own reader takes names for UTF-8 and loses what is
/// not.
/// </summary>
/// <param name="heard">Called whenever something came.</param>
sealed class TarFiles(Stream archive, Action heard)
{
    const int Block = 512;

    /// <summary>Blocks of nothing between archives, and after the last: 10 KiB and more.</summary>
    const int MostEmpty = 64;

    const int LongestName = 1 << 16;
    const long LastSecond = 253_402_300_799; // of the year 9999

    long left;
    int padding;

    /// <summary>What the present entry has still to send.</summary>
    public long Left => left;

    /// <summary>Whether anything came.</summary>
    public bool Any { get; private set; }

    /// <summary>Where the present entry is another name of an earlier one: that one's; else null.</summary>
    public byte[]? Link { get; private set; }

    /// <summary>Whether the present entry is a folder.</summary>
    public bool IsFolder { get; private set; }

    /// <summary>Who may do what with the present entry.</summary>
    public UnixFileMode Mode { get; private set; }

    /// <summary>When the present entry changed.</summary>
    public DateTimeOffset Changed { get; private set; }

    /// <summary>
    /// A name for this disk, where .NET takes UTF-8 alone: in one that is none, the bytes that are none stand as <c>%E9</c>, and % as
    /// <c>%25</c>.
    /// </summary>
    public static string NameOf(ReadOnlySpan<byte> name)
    {
        if (Utf8.IsValid(name))
            return Encoding.UTF8.GetString(name);
        var text = new StringBuilder();
        while (!name.IsEmpty)
        {
            var isRune = Rune.DecodeFromUtf8(name, out var rune, out var length) == OperationStatus.Done;
            if (isRune && rune.Value != '%')
                text.Append(rune.ToString());
            else
                foreach (var part in name[..length])
                    text.Append(CultureInfo.InvariantCulture, $"%{part:X2}");
            name = name[length..];
        }

        return text.ToString();
    }

    /// <summary>Goes to the next entry; null at the end.</summary>
    /// <exception cref="InvalidDataException">It is no archive.</exception>
    public async Task<(byte[] Name, bool IsFile)?> NextAsync(CancellationToken cancel)
    {
        byte[]? longName = null;
        var empty = 0;
        var header = new byte[Block];
        while (true)
        {
            await SkipAsync(cancel);
            if (await ReadAsync(header, cancel) is var read && read < Block)
                return read == 0 ? null : throw new EndOfStreamException("the archive breaks off");
            Any = true;
            if (!header.AsSpan().ContainsAnyExcept((byte)0))
            {
                if (++empty > MostEmpty)
                    return null;
                continue; // several archives may follow each other
            }

            if (Number(header.AsSpan(148, 8)) != SumOf(header))
                throw new InvalidDataException("this is no tar archive");
            left = Number(header.AsSpan(124, 12));
            if (left < 0)
                throw new InvalidDataException("this is no tar archive");
            padding = (int)((Block - (left % Block)) % Block);
            IsFolder = header[156] == '5';
            Mode = (UnixFileMode)(Number(header.AsSpan(100, 8)) & 0b111_111_111);
            Changed = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(Number(header.AsSpan(136, 12)), 0, LastSecond));
            Link = header[156] == '1' ? Text(header.AsSpan(157, 100)).ToArray() : null;
            if (header[156] != 'L')
                return (longName ?? Text(header.AsSpan(0, 100)).ToArray(), header[156] is (byte)'0' or 0);
            if (left > LongestName)
                throw new InvalidDataException("a name in the archive is too long");
            longName = new byte[left];
            await ReadWholeAsync(longName, cancel);
            left = 0;
            longName = Text(longName).ToArray();
        }
    }

    /// <summary>Copies the content of the entry; null leaves it out.</summary>
    public async Task CopyAsync(Stream? to, CancellationToken cancel)
    {
        var buffer = new byte[1 << 16];
        while (left > 0)
        {
            var count = await archive.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancel);
            if (count == 0)
                throw new EndOfStreamException("the archive breaks off");
            heard();
            left -= count;
            if (to is not null)
                await to.WriteAsync(buffer.AsMemory(0, count), cancel);
        }
    }

    async Task SkipAsync(CancellationToken cancel)
    {
        await CopyAsync(null, cancel);
        await ReadWholeAsync(new byte[padding], cancel);
        padding = 0;
    }

    async Task ReadWholeAsync(byte[] block, CancellationToken cancel)
    {
        if (await ReadAsync(block, cancel) < block.Length)
            throw new EndOfStreamException("the archive breaks off");
    }

    async Task<int> ReadAsync(byte[] block, CancellationToken cancel)
    {
        var read = await archive.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancel);
        heard();
        return read;
    }

    static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field) => field.IndexOf((byte)0) is var end and >= 0 ? field[..end] : field;

    /// <summary>Octal, or binary when the first bit says so.</summary>
    static long Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) == 0)
            return Encoding.ASCII.GetString(Text(field)).Trim() is { Length: > 0 } text ? Octal(text) : 0;
        long value = field[0] & 0x7f;
        foreach (var part in field[1..])
            value = checked((value << 8) | part);
        return value;
    }

    static long Octal(string text) =>
        text.All(c => c is >= '0' and <= '7') ? Convert.ToInt64(text, 8) : throw new InvalidDataException("this is no tar archive");

    /// <summary>Of all bytes, those of the sum itself taken as spaces.</summary>
    static long SumOf(ReadOnlySpan<byte> header)
    {
        long sum = 8 * ' ';
        for (var i = 0; i < header.Length; i++)
            sum += i is >= 148 and < 156 ? 0 : header[i];
        return sum;
    }
}
