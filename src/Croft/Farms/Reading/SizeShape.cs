using System.Buffers;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>An amount of memory or disk in bytes, written with a binary unit. A bare number would leave the unit to guesses.</summary>
sealed class SizeShape(long least) : ScalarShape<long>
{
    const string Rule = "a size is a number with KiB, MiB, GiB or TiB";

    static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    static readonly (string Unit, int Shift)[] Units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];

    public override string Type => "size, such as `512MiB` or `2GiB`";

    public override bool TryParse(string text, out long value, out Complaint complaint)
    {
        value = 0;
        if (!TrySplit(text, out var number, out var unit))
        {
            complaint = new($"{Words.Quote(text)} is not a size", Rule);
            return false;
        }

        var shift = Units.FirstOrDefault(known => known.Unit == unit).Shift;
        if (shift == 0)
        {
            complaint = new($"{Words.Quote(text)} is not a size: {Rule}", Suggest(number, unit));
            return false;
        }

        var bytes = number * (1L << shift);
        if (bytes > long.MaxValue >> 1 || bytes % 1024 != 0)
        {
            complaint = new($"{Words.Quote(text)} is not a whole number of KiB below 4096 PiB");
            return false;
        }

        value = (long)bytes;
        complaint = value < least ? new($"{Words.Quote(text)} is too small", $"at least {Text(least)}") : default;
        return complaint == default;
    }

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^[0-9]+(\\.[0-9]+)?(KiB|MiB|GiB|TiB)$" };

    /// <summary>Bytes with the largest unit that keeps the number whole.</summary>
    public static string Text(long bytes)
    {
        var (unit, shift) = Units.Last(known => known.Shift == 10 || bytes % (1L << known.Shift) == 0);
        return $"{bytes >> shift}{unit}";
    }

    static bool TrySplit(string text, out decimal number, out string unit)
    {
        var digits = text.AsSpan().IndexOfAnyExcept(Digits);
        digits = digits < 0 ? text.Length : digits;
        unit = text[digits..];
        number = 0;
        return digits is > 0 and <= 16
            && text[0] != '.'
            && text[digits - 1] != '.'
            && decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
            && number < 1L << 50;
    }

    static string? Suggest(decimal number, string unit)
    {
        var shift = unit.Trim().ToUpperInvariant() switch
        {
            "" => 0,
            "B" => 0,
            "K" or "KB" or "KI" or "KIB" => 10,
            "M" or "MB" or "MI" or "MIB" => 20,
            "G" or "GB" or "GI" or "GIB" => 30,
            "T" or "TB" or "TI" or "TIB" => 40,
            _ => -1,
        };
        if (shift > 0)
            return $"write {number.ToString(CultureInfo.InvariantCulture)}{Units.First(known => known.Shift == shift).Unit}";

        if (shift < 0 || number != decimal.Truncate(number) || number == 0)
            return null;

        // A small bare number was meant in MiB, as virsh and its like take it; a large one in bytes.
        return number < 1 << 20 || number % 1024 != 0 ? $"write {number}MiB or {number}GiB" : $"write {Text((long)number)}";
    }
}
