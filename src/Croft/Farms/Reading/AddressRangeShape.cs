using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>Two addresses of one family, the first and the last.</summary>
sealed class AddressRangeShape : ScalarShape<AddressRange>
{
    public override string Type => "addresses, such as `10.80.0.100-10.80.0.199`";

    public override bool TryParse(string text, out AddressRange value, out Complaint complaint)
    {
        (value, complaint) = (default, default);
        if (
            text.Split('-') is not [var first, var last]
            || !AddressShape.TryParse(first, out var from)
            || !AddressShape.TryParse(last, out var to)
            || Ip.IsSix(from) != Ip.IsSix(to)
        )
            complaint = new($"{Words.Quote(text)} is no range of addresses", "write it as 10.80.0.100-10.80.0.199");
        else if (Ip.ToNumber(from) > Ip.ToNumber(to))
            complaint = new($"{Words.Quote(text)} ends before it begins", $"write {to}-{from}");
        else
            value = new(from, to);
        return complaint == default;
    }

    public override JsonObject Schema() =>
        new() { ["type"] = "string", ["pattern"] = "^([0-9]{1,3}(\\.[0-9]{1,3}){3}-[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-f:]+-[0-9a-f:]+)$" };
}
