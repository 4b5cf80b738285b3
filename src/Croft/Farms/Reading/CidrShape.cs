using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>A subnet, its host bits zero: IPv4, <c>/8</c> to <c>/30</c>, or IPv6.</summary>
sealed class CidrShape : ScalarShape<IPNetwork>
{
    static readonly Cidr6Shape Six = new();

    public override string Type => "subnet, such as `10.80.0.0/24` or `fd00:80::/64`";

    public override bool TryParse(string text, out IPNetwork value, out Complaint complaint)
    {
        if (text.Contains(':', StringComparison.Ordinal))
            return Six.TryParse(text, out value, out complaint);
        value = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!AddressShape.TryParse4(slash < 0 ? text : text[..slash], out var address))
        {
            complaint = new($"{Words.Quote(text)} is not a subnet", "write it as 10.80.0.0/24 or fd00:80::/64");
            return false;
        }

        if (
            slash < 0
            || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || length is < 8 or > 30
        )
        {
            complaint = new(
                $"{Words.Quote(text)} needs a prefix length from /8 to /30",
                slash < 0 ? $"write {First(address, 24)}/24" : null
            );
            return false;
        }

        var first = First(address, length);
        if (!first.Equals(address))
        {
            complaint = new($"{Words.Quote(text)} is an address within a subnet, not the subnet", $"write {first}/{length}");
            return false;
        }

        value = new IPNetwork(address, length);
        complaint = address.GetAddressBytes() is [0 or 127 or >= 224, ..] or [169, 254, ..]
            ? new(
                $"{Words.Quote(text)} is for no machine: loopback, link-local, multicast or reserved",
                "write a private one, such as 10.80.0.0/24"
            )
            : default;
        return complaint == default;
    }

    public override JsonObject Schema() =>
        new() { ["type"] = "string", ["pattern"] = "^([0-9]{1,3}(\\.[0-9]{1,3}){3}/([89]|[12][0-9]|30)|[0-9a-f:]+/[0-9]{2,3})$" };

    static IPAddress First(IPAddress address, int length) => Ip.ToAddress(Ip.ToNumber(address) & (uint.MaxValue << (32 - length)), address);
}
