using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Croft.Farms.Reading;

/// <summary>
/// Free values as JSON: plain scalars mean what YAML 1.2's core schema says, so <c>yes</c> and <c>1.2.3</c> are text, but see numbers.
/// </summary>
static class YamlJson
{
    public const string EmptyObject = "{}";

    const int LongestNumber = 400;

    static readonly SearchValues<char> Decimal = SearchValues.Create("0123456789.");

    public static string Of(YamlNode node)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
            Write(node, writer);

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
                    Write(item, writer);

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
            writer.WriteNullValue();
        else if (!scalar.Quoted && scalar.Text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE")
            writer.WriteBooleanValue(scalar.Text[0] is 't' or 'T');
        else if (!scalar.Quoted && IsNumber(scalar.Text))
            writer.WriteRawValue(scalar.Text, skipInputValidation: false);
        else
            writer.WriteStringValue(scalar.Text);
    }

    /// <summary>
    /// Whether a plain text is a number: only when the number is written just so again. <c>0123456</c>, <c>61e9540</c>, <c>1.10</c> and
    /// <c>0x1F</c> are mostly
    /// commits, modes and versions, and what reads the number would see 123456, infinity, 1.1 and 31.
    /// </summary>
    static bool IsNumber(string text)
    {
        var digits = text.StartsWith('-') ? text.AsSpan(1) : text;
        if (digits.Length is 0 or > LongestNumber || digits.ContainsAnyExcept(Decimal) || text == "-0")
            return false;

        return digits.Contains('.')
            ? double.TryParse(text, CultureInfo.InvariantCulture, out var number)
                && number.ToString("R", CultureInfo.InvariantCulture) == text
            : digits.Length == 1 || digits[0] != '0';
    }
}
