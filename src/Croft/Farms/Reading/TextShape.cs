using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>
/// Text that obeys a rule. The rule is written twice, as code for speed and as a pattern for editors; a test compares them.
/// </summary>
/// <param name="type">What it is: <c>a DNS label</c>.</param>
/// <param name="rule">The rule as a sentence's end: <c>lower case letters, digits and "-"</c>.</param>
/// <param name="suggest">What the user may have meant, from what was written; it is shown only when it obeys the rule.</param>
sealed class TextShape(string type, string rule, string pattern, Func<string, bool> holds, Func<string, string>? suggest = null)
    : ScalarShape<string>
{
    public override string Type => type;

    public string Pattern => pattern;

    public bool Holds(string text) => holds(text);

    public override bool TryParse(string text, [NotNullWhen(true)] out string? value, out Complaint complaint)
    {
        if (holds(text))
        {
            (value, complaint) = (text, default);
            return true;
        }

        value = null;
        var better = text.Length <= 200 ? suggest?.Invoke(text) : null;
        complaint = new(
            $"{Words.Quote(text)} is not {type}: {rule}",
            better is not null && holds(better) ? $"write {Words.Quote(better)}" : null
        );
        return false;
    }

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = pattern };
}
