using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>An IPv4 subnet, <c>/8</c> to <c>/30</c>, its host bits zero.</summary>
sealed class CidrShape : ScalarShape<IPNetwork>
{
    public override string Type => "IPv4 subnet, such as `10.80.0.0/24`";

    public override bool TryParse(string text, out IPNetwork value, out Complaint complaint)
    {
        value = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!AddressShape.TryParse(slash < 0 ? text : text[..slash], out var address))
        {
            complaint = new($"{Words.Quote(text)} is not an IPv4 subnet", "write it as 10.80.0.0/24");
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

        if (address.GetAddressBytes() is [0 or 127 or >= 224, ..] or [169, 254, ..])
        {
            complaint = new(
                $"{Words.Quote(text)} is for no machine: loopback, link-local, multicast or reserved",
                "write a private one, such as 10.80.0.0/24"
            );
            return false;
        }

        value = new IPNetwork(address, length);
        complaint = default;
        return true;
    }

    public override JsonObject Schema() =>
        new() { ["type"] = "string", ["pattern"] = "^[0-9]{1,3}(\\.[0-9]{1,3}){3}/([89]|[12][0-9]|30)$" };

    static IPAddress First(IPAddress address, int length) => Ip4.ToAddress(Ip4.ToNumber(address) & (uint.MaxValue << (32 - length)));
}
