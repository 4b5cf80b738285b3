using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Croft.Farms.Reading;

namespace Croft.Farms;

/// <summary>The JSON Schema of farm files, for editors; made from the definitions that read them.</summary>
public static class FarmSchema
{
    /// <summary>Draft 2020-12, indented.</summary>
    public static string ToJson()
    {
        var schema = FarmKeys.Map.Schema();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "Croft farm file");
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            schema.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
