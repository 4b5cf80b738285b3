namespace Croft.Farms;

/// <summary>
/// What netplan's parameters are called in files of systemd-networkd. cloud-init's own translation for it knows cards alone, and Croft adds
/// these devices.
/// </summary>
static class NetworkdWords
{
    static readonly Dictionary<string, Word> None = [];

    static readonly Dictionary<string, Word> Bridge = new()
    {
        ["stp"] = new("STP"),
        ["priority"] = new("Priority"),
        ["forward-delay"] = new("ForwardDelaySec"),
        ["hello-time"] = new("HelloTimeSec"),
        ["max-age"] = new("MaxAgeSec"),
        ["ageing-time"] = new("AgeingTimeSec"),
    };

    static readonly Dictionary<string, Word> Bond = new()
    {
        ["mode"] = new("Mode"),
        ["lacp-rate"] = new("LACPTransmitRate"),
        ["mii-monitor-interval"] = new("MIIMonitorSec", "ms"),
        ["min-links"] = new("MinLinks"),
        ["transmit-hash-policy"] = new("TransmitHashPolicy"),
        ["ad-select"] = new("AdSelect"),
        ["all-slaves-active"] = new("AllSlavesActive"),
        ["arp-interval"] = new("ARPIntervalSec", "ms"),
        ["arp-ip-targets"] = new("ARPIPTargets"),
        ["arp-validate"] = new("ARPValidate"),
        ["arp-all-targets"] = new("ARPAllTargets"),
        ["up-delay"] = new("UpDelaySec", "ms"),
        ["down-delay"] = new("DownDelaySec", "ms"),
        ["fail-over-mac-policy"] = new("FailOverMACPolicy"),
        ["gratuitous-arp"] = new("GratuitousARP"),
        ["packets-per-slave"] = new("PacketsPerSlave"),
        ["primary-reselect-policy"] = new("PrimaryReselectPolicy"),
        ["learn-packet-interval"] = new("LearnPacketIntervalSec"),
    };

    /// <summary>By netplan's name of the kind: networkd's, the section of its parameters, and they.</summary>
    public static readonly IReadOnlyDictionary<string, (string Kind, string Section, IReadOnlyDictionary<string, Word> Words)> Kinds =
        new Dictionary<string, (string, string, IReadOnlyDictionary<string, Word>)>
        {
            ["bridges"] = ("bridge", "Bridge", Bridge),
            ["bonds"] = ("bond", "Bond", Bond),
            ["vlans"] = ("vlan", "VLAN", None),
        };

    /// <param name="Key">networkd's.</param>
    /// <param name="Unit">Of numbers that have none.</param>
    public sealed record Word(string Key, string Unit = "");
}
