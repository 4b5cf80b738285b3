using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Croft.Engines.Lxd;

/// <summary>What <c>lxc config trust add</c> and <c>incus config trust add</c> print: it lets one client in, once.</summary>
/// <param name="Fingerprint">Of the server's certificate.</param>
sealed record LxdToken(
    string? ClientName = null,
    string? Fingerprint = null,
    ImmutableArray<string> Addresses = default,
    string? Secret = null,
    DateTimeOffset ExpiresAt = default
)
{
    /// <summary>Null when it is no token. What the client printed before it is left out.</summary>
    public static LxdToken? Read(string text)
    {
        try
        {
            return
                JsonSerializer.Deserialize(Convert.FromBase64String(WordOf(text)), LxdTokenJson.Default.LxdToken)
                    is { Fingerprint: not null, Secret: not null } token
                ? token
                : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    public static string WordOf(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LxdToken))]
sealed partial class LxdTokenJson : JsonSerializerContext;
