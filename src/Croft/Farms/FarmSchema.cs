using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Croft.Farms.Reading;

namespace Croft.Farms;

/// <summary>The JSON Schema of farm files, for editors; made from the definitions that read them.</summary>
public static class FarmSchema
{
    /// <summary>Draft 2020-12, indented.</summary>
    public static string ToJson() => ToJson(FarmKeys.Map, "Croft farm file");

    /// <summary>That of the catalogue's files.</summary>
    public static string CatalogToJson() => ToJson(CatalogueKeys.Map, "Croft image catalogue: a family of images");

    static string ToJson(MapShape map, string title)
    {
        var schema = map.Schema();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", title);
        using MemoryStream stream = new();
        using (
            Utf8JsonWriter writer = new(
                stream,
                new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
            )
        )
            schema.WriteTo(writer);

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
