using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>An address of one machine, IPv4 in four decimal numbers or IPv6.</summary>
sealed class AddressShape : ScalarShape<IPAddress>
{
    public override string Type => "IP address";

    public override bool TryParse(string text, [NotNullWhen(true)] out IPAddress? value, out Complaint complaint)
    {
        var isAddress = TryParse(text, out value);
        complaint = isAddress ? default : new($"{Words.Quote(text)} is not an IP address", "write it as 10.80.0.40 or fd00:80::28");
        return isAddress;
    }

    public override JsonObject Schema() =>
        new() { ["type"] = "string", ["pattern"] = "^([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-f]*:[0-9a-f:]+)$" };

    /// <summary>Only the form that everyone reads the same way: no octal, no hexadecimal, no missing parts.</summary>
    public static bool TryParse4(string text, [NotNullWhen(true)] out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text;

    /// <summary>Either; of IPv6 no link's own, whose device nobody says.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPAddress? address) =>
        TryParse4(text, out address)
        || (
            text.Contains(':', StringComparison.Ordinal)
            && !text.Contains('%', StringComparison.Ordinal)
            && !text.Contains('[', StringComparison.Ordinal)
            && IPAddress.TryParse(text, out address)
            && Ip.IsSix(address)
            && !address.IsIPv4MappedToIPv6
            && !address.IsIPv6LinkLocal
            && !address.IsIPv6Multicast
        );
}
