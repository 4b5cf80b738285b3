using System.Net.Sockets;
using System.Text;

namespace Croft.Images;

/// <summary>A card's settings in the words of NetworkManager and of systemd-networkd.</summary>
static class IgnitionNetwork
{
    /// <summary>NetworkManager's.</summary>
    public static string Keyfile(SeedNic nic)
    {
        var text = new StringBuilder($"[connection]\nid=croft-{nic.Name}\ntype=ethernet\nautoconnect-priority=100\n\n");
        text.Append($"[ethernet]\nmac-address={nic.Mac.ToUpperInvariant()}\n");
        if (nic.Mtu is { } mtu)
            text.Append($"mtu={mtu}\n");
        var isSix = nic.Address?.AddressFamily == AddressFamily.InterNetworkV6;
        text.Append($"\n[ipv4]\nmethod={(isSix ? "disabled" : nic.Address is null ? "auto" : "manual")}\n");
        if (nic.Address is { } address && !isSix)
            text.Append($"address1={address}/{nic.PrefixLength}{(nic.Gateway is null ? "" : $",{nic.Gateway}")}\n");
        if (nic.IsAside)
            text.Append("never-default=true\n");
        var names =
            (nic.Dns.IsDefaultOrEmpty ? "" : $"dns={string.Join(';', nic.Dns)};\n")
            + (nic.Search is { } search ? $"dns-search={search};\n" : "");
        if (!isSix)
            text.Append(names);
        text.Append($"\n[ipv6]\nmethod={(nic.Address6 is null && !isSix ? "link-local" : "manual")}\n");
        if (nic.Address6 is { } second)
            text.Append($"address1={second}/{nic.Prefix6}\n");
        if (isSix)
            text.Append($"address1={nic.Address}/{nic.PrefixLength}{(nic.Gateway is null ? "" : $",{nic.Gateway}")}\n").Append(names);
        return text.ToString();
    }

    /// <summary>networkd's.</summary>
    public static string Networkd(SeedNic nic)
    {
        var text = new StringBuilder($"[Match]\nMACAddress={nic.Mac}\n\n");
        if (nic.Mtu is { } mtu)
            text.Append($"[Link]\nMTUBytes={mtu}\n\n");
        text.Append("[Network]\n");
        if (nic.Address is null)
            text.Append("DHCP=ipv4\n");
        else
            text.Append(
                $"Address={nic.Address}/{nic.PrefixLength}\nIPv6AcceptRA={(nic.Address6 is null && nic.Address.AddressFamily != AddressFamily.InterNetworkV6 ? "no" : "yes")}\n"
            );
        if (nic.Address6 is { } second)
            text.Append($"Address={second}/{nic.Prefix6}\n");
        if (nic.Gateway is { } gateway)
            text.Append($"Gateway={gateway}\n");
        foreach (var server in nic.Dns.IsDefault ? [] : nic.Dns)
            text.Append($"DNS={server}\n");
        if (nic.Search is { } search)
            text.Append($"Domains={search}\n");
        if (nic.Address is null && nic.IsAside)
            text.Append("\n[DHCPv4]\nUseRoutes=no\n");
        return text.ToString();
    }
}
