using System.Globalization;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>A whole number within bounds.</summary>
sealed class NumberShape(int least, int most) : ScalarShape<int>
{
    public override string Type => $"number, {least} to {most}";

    public override bool TryParse(string text, out int value, out Complaint complaint)
    {
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        complaint =
            isNumber && value >= least && value <= most
                ? default
                : new($"{Words.Quote(text)} is not a whole number from {least} to {most}");
        return complaint == default;
    }

    public override JsonObject Schema() =>
        new()
        {
            ["type"] = "integer",
            ["minimum"] = least,
            ["maximum"] = most,
        };
}
