using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Croft.Reports;

namespace Croft.Cli;

/// <summary>Structured results as text.</summary>
static class Printed
{
    const int Chunk = 1 << 16;

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A list as the user wants it: as a table with a row each, or as <c>json</c> or <c>yaml</c> with an object each.</summary>
    public static void List<T>(
        string format,
        IReadOnlyList<string> headings,
        IEnumerable<T> items,
        Func<T, IReadOnlyList<string>> row,
        Func<T, JsonNode> node
    ) =>
        Terminal.ResultText(
            format == "table" ? TextTable.Render(headings, items.Select(row)) : As(format, new JsonArray([.. items.Select(node)]))
        );

    /// <summary>As <c>json</c> or <c>yaml</c>, ending with a newline.</summary>
    public static string As(string format, JsonNode node)
    {
        if (format == "json")
            return node.ToJsonString(Indented) + "\n";
        var text = new StringBuilder();
        Yaml(node, 0, text, inline: false);
        return text.ToString();
    }

    /// <summary>Writes an object with long lists, as <c>json</c> item by item.</summary>
    public static void Write(string format, PrintedLists lists)
    {
        if (format != "json")
        {
            Terminal.ResultText(As(format, Node(lists)));
            return;
        }

        using var output = Terminal.ResultStream();
        Write(output, lists);
        output.WriteByte((byte)'\n');
    }

    /// <summary>The same as a tree.</summary>
    public static JsonNode Node(PrintedLists lists)
    {
        using var whole = new MemoryStream();
        Write(whole, lists);
        return JsonNode.Parse(whole.ToArray())!;
    }

    static void Write(Stream output, PrintedLists lists)
    {
        using var writer = new Utf8JsonWriter(output, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartObject();
        writer.WriteString(lists.Key, lists.Name);
        foreach (var (key, items) in lists.Lists)
        {
            writer.WriteStartArray(key);
            foreach (var write in items)
            {
                write(writer);
                if (writer.BytesPending > Chunk)
                    writer.Flush();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    /// <summary>Block style; every scalar as JSON writes it, which YAML reads the same.</summary>
    static void Yaml(JsonNode? node, int indent, StringBuilder text, bool inline)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } map:
                foreach (var (key, value) in map)
                {
                    text.Append(inline ? "" : new string(' ', indent)).Append(key).Append(':');
                    inline = false;
                    Below(value, indent, text);
                }

                break;
            case JsonArray { Count: > 0 } list:
                foreach (var item in list)
                {
                    text.Append(new string(' ', indent)).Append("- ");
                    if (item is JsonObject { Count: > 0 })
                        Yaml(item, indent + 2, text, inline: true);
                    else
                        text.Append(Scalar(item)).Append('\n');
                }

                break;
            default:
                text.Append(Scalar(node)).Append('\n');
                break;
        }
    }

    static void Below(JsonNode? value, int indent, StringBuilder text)
    {
        if (value is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
        {
            text.Append('\n');
            Yaml(value, indent + 2, text, inline: false);
        }
        else
        {
            text.Append(' ').Append(Scalar(value)).Append('\n');
        }
    }

    static string Scalar(JsonNode? node) =>
        node?.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) ?? "null";
}
