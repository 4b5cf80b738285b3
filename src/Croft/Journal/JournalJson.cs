using System.Text.Json;
using System.Text.Json.Serialization;

namespace Croft.Journal;

/// <summary>How events look on disk: camelCase, absent facts left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(EventKindConverter), typeof(OutcomeConverter)]
)]
[JsonSerializable(typeof(JournalEvent))]
sealed partial class JournalJson : JsonSerializerContext
{
    sealed class EventKindConverter() : JsonStringEnumConverter<EventKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

    sealed class OutcomeConverter() : JsonStringEnumConverter<Outcome>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
}
