using System.Globalization;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>A factor by which something is multiplied.</summary>
sealed class FactorShape : ScalarShape<double>
{
    const double Least = 0.1;
    const double Most = 100;

    public override string Type => "number, 0.1 to 100";

    public override bool TryParse(string text, out double value, out Complaint complaint)
    {
        var isNumber = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);
        complaint = isNumber && value is >= Least and <= Most ? default : new($"{Words.Quote(text)} is not a number from 0.1 to 100");
        return complaint == default;
    }

    public override JsonObject Schema() =>
        new()
        {
            ["type"] = "number",
            ["minimum"] = Least,
            ["maximum"] = Most,
        };
}
