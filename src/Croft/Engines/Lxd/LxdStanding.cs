using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Croft.Engines.Lxd;

/// <summary>
/// In an instance's configuration, the state that it stands on. A snapshot has its instance's configuration: what it names there is
/// itself, and so it is in whatever is copied or restored from it.
/// </summary>
/// <param name="Snapshot">The service's name of it.</param>
/// <param name="Name">What people know it by.</param>
/// <param name="Key">Of a layer.</param>
/// <param name="Below">The snapshots that it stands on, the nearest first.</param>
sealed record LxdStanding(string Snapshot, string Name, string? Key, ImmutableArray<string> Below)
{
    /// <summary>Bytes that its file system held, as its guest counted them; null when nobody did.</summary>
    public long? Bytes { get; init; }

    /// <summary>Itself, and all that it stands on.</summary>
    [JsonIgnore]
    public ImmutableArray<string> Path => [Snapshot, .. Below];

    public static LxdStanding? Of(IReadOnlyDictionary<string, string> config)
    {
        if (config.GetValueOrDefault(LxdNames.State) is not { Length: > 0 } text)
            return null;
        try
        {
            return JsonSerializer.Deserialize(text, LxdStandingJson.Default.LxdStanding) is { Snapshot: not null, Name: not null } standing
                ? standing with
                {
                    Below = standing.Below.IsDefault ? [] : standing.Below,
                }
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, LxdStandingJson.Default.LxdStanding);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(LxdStanding))]
sealed partial class LxdStandingJson : JsonSerializerContext;
