using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>One of a few words.</summary>
sealed class ChoiceShape<T> : ScalarShape<T>
    where T : notnull
{
    readonly Dictionary<string, T> values = new(StringComparer.Ordinal);
    readonly ImmutableArray<string> names;
    readonly Dictionary<string, Complaint> refused = new(StringComparer.Ordinal);

    public ChoiceShape(params ReadOnlySpan<(string Name, T Value)> choices)
    {
        var names = ImmutableArray.CreateBuilder<string>(choices.Length);
        foreach (var (name, value) in choices)
        {
            names.Add(name);
            values.Add(name, value);
        }

        this.names = names.DrainToImmutable();
        Type = Words.Or([.. this.names.Select(name => $"`{name}`")]);
    }

    public override string Type { get; }

    /// <summary>A word that users will expect and that is answered in its own way.</summary>
    public ChoiceShape<T> Refusing(string name, string message, string hint)
    {
        refused.Add(name, new(message, hint));
        return this;
    }

    public override bool TryParse(string text, [NotNullWhen(true)] out T? value, out Complaint complaint)
    {
        if (values.TryGetValue(text, out value))
        {
            complaint = default;
            return true;
        }

        complaint = refused.TryGetValue(text, out var refusal)
            ? refusal
            : new($"{Words.Quote(text)} is not {Words.Or(this.names)}", Words.DidYouMean(text, this.names));
        return false;
    }

    public override JsonObject Schema() => new() { ["enum"] = new JsonArray([.. this.names.Select(name => (JsonNode)name)]) };
}
