using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>A port of the hypervisor, with or without the address where it listens, and a port of the guest.</summary>
sealed class PortForwardShape : ScalarShape<PortForward>
{
    public override string Type => "forwarded port, such as `8080:80` or `0.0.0.0:5353:53/udp`";

    public override bool TryParse(string text, out PortForward value, out Complaint complaint)
    {
        (value, complaint) = (default, default);
        var isUdp = text.EndsWith("/udp", StringComparison.Ordinal);
        var ports = isUdp || text.EndsWith("/tcp", StringComparison.Ordinal) ? text[..^4] : text;
        var parts = ports.Split(':');
        var address = IPAddress.Loopback;
        if (
            parts.Length is 2 or 3
            && IsPort(parts[^2], out var port)
            && IsPort(parts[^1], out var guest)
            && (parts.Length == 2 || AddressShape.TryParse4(parts[0], out address!))
        )
            value = new(address, port, guest, isUdp);
        else
            complaint = new($"{Words.Quote(text)} is no forwarded port", "write the hypervisor's port and the guest's: 8080:80");
        return complaint == default;
    }

    public override JsonObject Schema() =>
        new() { ["type"] = "string", ["pattern"] = "^([0-9]{1,3}(\\.[0-9]{1,3}){3}:)?[0-9]{1,5}:[0-9]{1,5}(/(tcp|udp))?$" };

    public static bool IsPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535;
}
