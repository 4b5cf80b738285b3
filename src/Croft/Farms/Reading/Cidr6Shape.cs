using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>An IPv6 subnet, <c>/48</c> to <c>/112</c>, its host bits zero.</summary>
sealed class Cidr6Shape : ScalarShape<IPNetwork>
{
    public override string Type => "IPv6 subnet, such as `fd00:80::/64`";

    public override bool TryParse(string text, out IPNetwork value, out Complaint complaint)
    {
        complaint = default;
        if (
            !IPNetwork.TryParse(text, out value)
            || value.BaseAddress.AddressFamily != AddressFamily.InterNetworkV6
            || !IPAddress.Parse(text[..text.IndexOf('/', StringComparison.Ordinal)]).Equals(value.BaseAddress)
        )
            complaint = new($"{Words.Quote(text)} is not an IPv6 subnet", "write it as fd00:80::/64, its host bits zero");
        else if (value.PrefixLength is < 48 or > 112)
            complaint = new($"{Words.Quote(text)} needs a prefix length from /48 to /112", $"write {value.BaseAddress}/64");
        else if (value.BaseAddress.IsIPv6Multicast || value.BaseAddress.IsIPv6LinkLocal || value.BaseAddress.GetAddressBytes()[0] == 0)
            complaint = new($"{Words.Quote(text)} is for no machine", "write a private one, such as fd00:80::/64");
        return complaint == default;
    }

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^[0-9a-f:]+/[0-9]{2,3}$" };
}
