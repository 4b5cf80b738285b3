using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Croft.Farms.Yaml;

/// <summary>Free values as JSON: plain scalars mean what YAML 1.2's core schema says, so <c>yes</c> and <c>1.2.3</c> are text.</summary>
static class YamlJson
{
    public const string EmptyObject = "{}";

    public static string Of(YamlNode node)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            Write(node, writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    static void Write(YamlNode node, Utf8JsonWriter writer)
    {
        switch (node)
        {
            case YamlMap map:
                writer.WriteStartObject();
                foreach (var entry in map.Entries)
                {
                    writer.WritePropertyName(entry.Key);
                    Write(entry.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case YamlList list:
                writer.WriteStartArray();
                foreach (var item in list.Items)
                {
                    Write(item, writer);
                }

                writer.WriteEndArray();
                break;
            case YamlScalar scalar:
                WriteScalar(scalar, writer);
                break;
        }
    }

    static void WriteScalar(YamlScalar scalar, Utf8JsonWriter writer)
    {
        if (scalar.IsNull)
        {
            writer.WriteNullValue();
        }
        else if (!scalar.Quoted && scalar.Text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE")
        {
            writer.WriteBooleanValue(scalar.Text[0] is 't' or 'T');
        }
        else if (!scalar.Quoted && Number(scalar.Text) is { } number)
        {
            writer.WriteRawValue(number, skipInputValidation: false);
        }
        else
        {
            writer.WriteStringValue(scalar.Text);
        }
    }

    /// <summary>The core schema's integers and finite floats, as JSON writes them; null when the text is none.</summary>
    public static string? Number(string text)
    {
        if (text.Length is 0 or > 400 || text[0] is not ((>= '0' and <= '9') or '+' or '-' or '.'))
        {
            return null;
        }

        if (text.StartsWith("0x", StringComparison.Ordinal))
        {
            return text.Length > 2 && BigInteger.TryParse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? hex.ToString(CultureInfo.InvariantCulture) : null;
        }

        if (text.StartsWith("0o", StringComparison.Ordinal))
        {
            return text.Length > 2 && !text.AsSpan(2).ContainsAnyExceptInRange('0', '7')
                ? text.Skip(2).Aggregate(BigInteger.Zero, (sum, digit) => (sum * 8) + (digit - '0')).ToString(CultureInfo.InvariantCulture)
                : null;
        }

        return Decimal(text);
    }

    // [-+]? ( "." digits | digits ( "." digits? )? ) ( [eE] [-+]? digits )?
    static string? Decimal(string text)
    {
        var rest = text.AsSpan();
        var negative = rest[0] == '-';
        rest = rest[0] is '-' or '+' ? rest[1..] : rest;
        var whole = TakeDigits(ref rest);
        var fraction = "";
        if (rest is ['.', ..])
        {
            rest = rest[1..];
            fraction = TakeDigits(ref rest);
        }

        if (whole.Length + fraction.Length == 0)
        {
            return null;
        }

        var exponent = "";
        if (rest is ['e' or 'E', ..])
        {
            rest = rest[1..];
            var sign = rest is ['-' or '+', ..] ? rest[0].ToString() : "";
            rest = rest[sign.Length..];
            exponent = TakeDigits(ref rest);
            if (exponent.Length == 0)
            {
                return null;
            }

            exponent = "e" + sign + exponent;
        }

        whole = whole.TrimStart('0');
        return rest.Length > 0 ? null : $"{(negative ? "-" : "")}{(whole.Length == 0 ? "0" : whole)}{(fraction.Length == 0 ? "" : "." + fraction)}{exponent}";
    }

    static string TakeDigits(ref ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExceptInRange('0', '9');
        length = length < 0 ? text.Length : length;
        var digits = text[..length].ToString();
        text = text[length..];
        return digits;
    }
}
