using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary><c>true</c> or <c>false</c>; YAML 1.1's yes, no, on and off are answered with the word to write.</summary>
/// <param name="words">Whether yes and no are taken, too: the roles' own words.</param>
sealed class BoolShape(bool words = false) : ScalarShape<bool>
{
    public override string Type => words ? "`yes` or `no`" : "`true` or `false`";

    public override bool TryParse(string text, out bool value, out Complaint complaint)
    {
        value = text == "true" || (words && text == "yes");
        if (value || text == "false" || (words && text == "no"))
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

    public override JsonObject Schema() =>
        words ? new() { ["enum"] = new JsonArray("yes", "no", true, false) } : new() { ["type"] = "boolean" };
}
