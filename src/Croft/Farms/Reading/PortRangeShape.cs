using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>Two ports, the first and the last.</summary>
sealed class PortRangeShape : ScalarShape<PortRange>
{
    public override string Type => "ports, such as `20000-29999`";

    public override bool TryParse(string text, out PortRange value, out Complaint complaint)
    {
        (value, complaint) = (default, default);
        if (
            text.Split('-') is [var first, var last]
            && PortForwardShape.IsPort(first, out var from)
            && PortForwardShape.IsPort(last, out var to)
            && from <= to
        )
            value = new(from, to);
        else
            complaint = new($"{Words.Quote(text)} is no range of ports", "write two from 1 to 65535, the smaller one first: 20000-29999");
        return complaint == default;
    }

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^[0-9]{1,5}-[0-9]{1,5}$" };
}
