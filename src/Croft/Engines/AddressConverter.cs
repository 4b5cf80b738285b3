using System.Text.Json;
using System.Text.Json.Serialization;

namespace Croft.Engines;

/// <summary>Addresses as text.</summary>
sealed class AddressConverter : JsonConverter<System.Net.IPAddress>
{
    public override System.Net.IPAddress? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        System.Net.IPAddress.TryParse(reader.GetString(), out var address) ? address : throw new JsonException("not an address");

    public override void Write(Utf8JsonWriter writer, System.Net.IPAddress value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
