using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary><c>true</c> or <c>false</c>; YAML 1.1's yes, no, on and off are answered with the word to write.</summary>
sealed class BoolShape : ScalarShape<bool>
{
    public override string Type => "`true` or `false`";

    public override bool TryParse(string text, out bool value, out Complaint complaint)
    {
        value = text == "true";
        if (value || text == "false")
        {
            complaint = default;
            return true;
        }

        var hint = text.ToLowerInvariant() switch
        {
            "yes" or "on" or "y" or "true" => "write true",
            "no" or "off" or "n" or "false" => "write false",
            _ => null,
        };
        complaint = new($"{Words.Quote(text)} is not true or false", hint);
        return false;
    }

    public override JsonObject Schema() => new() { ["type"] = "boolean" };
}
