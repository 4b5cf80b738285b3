using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>An IPv4 address in four decimal numbers.</summary>
sealed class AddressShape : ScalarShape<IPAddress>
{
    public override string Type => "IPv4 address";

    public override bool TryParse(string text, [NotNullWhen(true)] out IPAddress? value, out Complaint complaint)
    {
        var isAddress = TryParse(text, out value);
        complaint = isAddress ? default : new($"{Words.Quote(text)} is not an IPv4 address", "write it as 10.80.0.40");
        return isAddress;
    }

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$" };

    /// <summary>Only the form that everyone reads the same way: no octal, no hexadecimal, no missing parts.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text;
}
