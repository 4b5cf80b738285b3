using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Croft.Journal;

/// <summary>An event as one line of JSON.</summary>
static class JournalLine
{
    // The relaxed encoder leaves quotes and umlauts readable for people who page through the file; control characters it escapes as any
    // other does.
    static readonly JsonSerializerOptions Options = new(JournalJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
    static readonly JsonTypeInfo<JournalEvent> Type = (JsonTypeInfo<JournalEvent>)Options.GetTypeInfo(typeof(JournalEvent));

    /// <summary>The line, with its end.</summary>
    internal static byte[] Write(JournalEvent entry) => [.. JsonSerializer.SerializeToUtf8Bytes(entry, Type), (byte)'\n'];

    /// <summary>The event of a line without its end; null when it is damaged.</summary>
    internal static JournalEvent? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, Type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
