using System.Net;
using System.Xml.Linq;
using Croft.Farms;

namespace Croft.Images;

/// <summary>
/// An answer file for Windows' Setup, and for a Windows that was sealed by sysprep, on a CD: it installs on the first disk, makes one
/// administrator and sets name, language and cards.
/// </summary>
static class Unattend
{
    /// <summary>Setup looks for the first; a sealed Windows, for the second.</summary>
    public static readonly string[] FileNames = ["Autounattend.xml", "Unattend.xml"];

    public const string Label = "UNATTEND";

    /// <summary>More, Windows does not take as a name.</summary>
    public const int LongestName = 15;

    static readonly XNamespace Ns = "urn:schemas-microsoft-com:unattend";
    static readonly XNamespace Wcm = "http://schemas.microsoft.com/WMIConfig/2002/State";

    /// <summary>The answers.</summary>
    public static string Build(SeedContent content)
    {
        var (arch, firmware) = content.Hardware;
        var cpu =
            arch == "x86_64" ? "amd64"
            : arch == "aarch64" ? "arm64"
            : "x86";
        XElement Part(string name, params object?[] inside) => Component(cpu, name, inside);
        var language = (content.FirstBoot.Locale?.Split('.')[0] ?? "en_US").Replace('_', '-');
        var locale = new[] { "InputLocale", "SystemLocale", "UILanguage", "UserLocale" }
            .Select(name => new XElement(Ns + name, name is "UILanguage" ? "en-US" : language))
            .ToArray();
        var root = new XElement(
            Ns + "unattend",
            new XAttribute(XNamespace.Xmlns + "wcm", Wcm),
            Pass(
                "windowsPE",
                Part(
                    "Microsoft-Windows-International-Core-WinPE",
                    new XElement(Ns + "SetupUILanguage", Text("UILanguage", "en-US")),
                    locale
                ),
                Part("Microsoft-Windows-Setup", Disk(firmware), Install(firmware), Text("UserData", Text("AcceptEula", "true")))
            ),
            Pass(
                "specialize",
                Part(
                    "Microsoft-Windows-Shell-Setup",
                    Text("ComputerName", content.Hostname.Length > LongestName ? content.Hostname[..LongestName] : content.Hostname)
                ),
                Part("Microsoft-Windows-TCPIP", Text("Interfaces", [.. content.Nics.Where(n => n.Address is not null).Select(Card)])),
                Part(
                    "Microsoft-Windows-DNS-Client",
                    Text("Interfaces", [.. content.Nics.Where(n => !n.Dns.IsDefaultOrEmpty).Select(Names)])
                )
            ),
            Pass("oobeSystem", Part("Microsoft-Windows-International-Core", locale), Part("Microsoft-Windows-Shell-Setup", Oobe(content)))
        );
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + root + "\n";
    }

    static XElement Pass(string name, params object[] parts) => new(Ns + "settings", new XAttribute("pass", name), parts);

    static XElement Component(string cpu, string name, object?[] inside) =>
        new(
            Ns + "component",
            new XAttribute("name", name),
            new XAttribute("processorArchitecture", cpu),
            new XAttribute("publicKeyToken", "31bf3856ad364e35"),
            new XAttribute("language", "neutral"),
            new XAttribute("versionScope", "nonSxS"),
            inside
        );

    static XElement Text(string name, params object?[] inside) => new(Ns + name, inside);

    static XElement Added(string name, params object?[] inside) => new(Ns + name, new XAttribute(Wcm + "action", "add"), inside);

    /// <summary>The first disk, which is the machine's own and new.</summary>
    static XElement Disk(Firmware firmware)
    {
        (string Type, string? Size, string? Format)[] parts =
            firmware == Firmware.Uefi
                ? [("EFI", "260", "FAT32"), ("MSR", "16", null), ("Primary", null, "NTFS")]
                : [("Primary", null, "NTFS")];
        var create = parts.Select(
            (p, i) => Part(i, "CreatePartition", Text("Type", p.Type), p.Size is null ? Text("Extend", "true") : Text("Size", p.Size))
        );
        var modify = parts.Select(
            (p, i) =>
                Part(
                    i,
                    "ModifyPartition",
                    Text("PartitionID", i + 1),
                    p.Format is null ? null : Text("Format", p.Format),
                    firmware == Firmware.Uefi ? null : Text("Active", "true")
                )
        );
        return Text(
            "DiskConfiguration",
            Added(
                "Disk",
                Text("DiskID", "0"),
                Text("WillWipeDisk", "true"),
                Text("CreatePartitions", [.. create]),
                Text("ModifyPartitions", [.. modify])
            )
        );

        static XElement Part(int index, string name, params object?[] inside) => Added(name, [Text("Order", index + 1), .. inside]);
    }

    static XElement Install(Firmware firmware) =>
        Text(
            "ImageInstall",
            Text("OSImage", Text("InstallTo", Text("DiskID", "0"), Text("PartitionID", firmware == Firmware.Uefi ? "3" : "1")))
        );

    static XElement Card(SeedNic nic) =>
        Added(
            "Interface",
            Text("Identifier", Identifier(nic)),
            Text("Ipv4Settings", Text("DhcpEnabled", "false")),
            Text(
                "UnicastIpAddresses",
                Address("1", nic.Address!, nic.PrefixLength),
                nic.Address6 is { } six ? Address("2", six, nic.Prefix6) : null
            ),
            nic.Gateway is { } gateway
                ? Text("Routes", Added("Route", Text("Identifier", "1"), Text("Prefix", "0.0.0.0/0"), Text("NextHopAddress", gateway)))
                : null
        );

    static XElement Address(string key, IPAddress address, int length) =>
        Added("IpAddress", new XAttribute(Wcm + "keyValue", key), $"{address}/{length}");

    static XElement Names(SeedNic nic) =>
        Added(
            "Interface",
            Text("Identifier", Identifier(nic)),
            nic.Search is { } search ? Text("DNSDomain", search) : null,
            Text(
                "DNSServerSearchOrder",
                [.. nic.Dns.Select((server, i) => Added("IpAddress", new XAttribute(Wcm + "keyValue", i + 1), server.ToString()))]
            )
        );

    /// <summary>Cards are found by their addresses.</summary>
    static string Identifier(SeedNic nic) => nic.Mac.ToUpperInvariant().Replace(':', '-');

    /// <summary>An administrator without password, who therefore comes in at the console alone: no secret is on the CD.</summary>
    static object[] Oobe(SeedContent content) =>
        [
            Text(
                "OOBE",
                Text("HideEULAPage", "true"),
                Text("HideOnlineAccountScreens", "true"),
                Text("HideWirelessSetupInOOBE", "true"),
                Text("ProtectYourPC", "3")
            ),
            Text("UserAccounts", Text("LocalAccounts", Added("LocalAccount", Text("Name", content.User), Text("Group", "Administrators")))),
        ];
}
