using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Croft.Farms.Reading;

/// <summary>What ready means: <c>ssh</c>, <c>agent</c>, <c>port:N</c> or <c>none</c>.</summary>
sealed class WaitShape : ScalarShape<WaitSpec>
{
    static readonly string[] Names = ["ssh", "agent", "port:N", "none"];

    public override string Type => "`ssh`, `agent`, `port:N` or `none`";

    public override bool TryParse(string text, [NotNullWhen(true)] out WaitSpec? value, out Complaint complaint)
    {
        complaint = default;
        value = text switch
        {
            "ssh" => new(WaitKind.Ssh),
            "agent" => new(WaitKind.Agent),
            "none" => new(WaitKind.None),
            _ => null,
        };
        if (value is null && text.StartsWith("port:", StringComparison.Ordinal))
        {
            value =
                int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
                    ? new(WaitKind.Port, port)
                    : null;
            complaint = value is null ? new($"{Words.Quote(text)} names no port from 1 to 65535", "write port:22") : default;
        }
        else if (value is null)
        {
            complaint = new($"{Words.Quote(text)} is not ssh, agent, port:N or none", Words.DidYouMean(text, Names));
        }

        return value is not null;
    }

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^(ssh|agent|none|port:[1-9][0-9]{0,4})$" };
}
