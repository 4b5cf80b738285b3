using System.Globalization;

namespace Croft.Engines.Lxd;

/// <summary>Numbers as the service's configuration has them.</summary>
static class LxdUnits
{
    static readonly (string Unit, long Factor)[] Units =
    [
        ("KiB", 1L << 10),
        ("MiB", 1L << 20),
        ("GiB", 1L << 30),
        ("TiB", 1L << 40),
        ("kB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
        ("B", 1),
        ("", 1),
    ];

    /// <summary>0 when there is no limit, or it is a share.</summary>
    public static long Bytes(string? text) =>
        text is { Length: > 0 }
        && Units.First(u => text.EndsWith(u.Unit, StringComparison.Ordinal)) is var (unit, factor)
        && long.TryParse(text[..^unit.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number * factor
            : 0;

    /// <summary>A number of processors, or a set of them such as <c>0-3,5</c>; 0 when there is no limit.</summary>
    public static int Count(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return 0;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number;
        return text.Split(',')
            .Select(part => part.Split('-'))
            .Sum(ends =>
                int.TryParse(ends[0], out var first) && int.TryParse(ends[^1], out var last) && last >= first ? last - first + 1 : 0
            );
    }
}
