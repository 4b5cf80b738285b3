using Croft.Engines;
using Croft.Farms;
using Croft.Farms.Reading;
using Croft.Planning;
using Croft.Tests.Farms;

namespace Croft.Tests.Planning;

/// <summary>What becomes of each key of a network where LXD or Incus is to make it: a key without a decision fails here.</summary>
public sealed class NetworksOfContainers
{
    /// <summary>A key, a network that has it, and why it is refused; nothing where LXD carries it out.</summary>
    public static readonly TheoryData<string, string, string> All = new()
    {
        { "mode", "mode: isolated", "" },
        { "mode", "mode: routed", "" },
        { "mode", "mode: user", "cannot give a machine the user network lan" },
        { "mode", "mode: vde", "VDE" },
        { "cidr", "cidr: 10.9.0.0/24", "" },
        { "cidr", "cidr: fd00:9::/64", "whose networks have IPv4 with Croft" },
        { "dhcp", "dhcp: false", "" },
        { "shared", "shared: other.lan", "other.lan" }, // refused for want of it, as with libvirt
        { "bridge", "mode: bridge, bridge: br0", "" },
        { "uplink", "mode: direct, uplink: eth0", "" },
        { "network", "mode: existing, network: theirs", "" },
        { "define", "mode: existing, network: missing, define: net.xml", "define is of libvirt's XML" },
        { "vde", "mode: vde, vde: { socket: /run/vde/x }", "cannot join containers to the VDE switch /run/vde/x" },
        { "tap", "mode: tap, tap: tap0", "cannot join containers to the tap device tap0" },
        { "filter", "filter: clean-traffic", "neither libvirt's filters nor its XML" },
        { "template", "template: net.xml", "template" },
        { "domain", "domain: lab.example", "" },
        { "mtu", "mtu: 9000", "mtu 9000" },
        { "ipv6", "ipv6: \"fd00:9::/64\"", "ipv6 fd00:9::/64" },
        { "range", "cidr: 10.9.0.0/24, range: 10.9.0.100-10.9.0.199", "range 10.9.0.100" },
        { "range6", "ipv6: \"fd00:9::/64\", range6: \"fd00:9::1000-fd00:9::1fff\"", "range6 fd00:9::1000" },
        { "nat_ports", "nat_ports: 20000-29999", "nat_ports 20000-29999" },
        { "dns", "dns: { forwarders: [ 10.1.1.1 ] }", "forwarders 10.1.1.1" },
        { "dns", "dns: { records: { db: 10.1.1.1 } }", "records db=10.1.1.1" },
        { "dns", "dns: { wildcards: { apps: 10.1.1.1 } }", "wildcards apps=10.1.1.1" },
        { "pxe", "pxe: tftp", "pxe boot.ipxe" },
    };

    [Theory]
    [MemberData(nameof(All))]
    public void IsCarriedOutOrRefusedByName(string key, string declared, string reason)
    {
        Assert.NotEmpty(key);
        using var folder = new TemporaryFolder();
        folder.Write("tftp/boot.ipxe", "#!ipxe\n");
        folder.Write("net.xml", "<network><name>missing</name><bridge name='virbr7'/></network>");
        var text =
            $"farm: f\nhypervisors: {{ c: {{ uri: lxd:// }} }}\nnetworks: {{ lan: {{ {declared} }} }}\nvms: {{ list: [ {{ name: a, platform: debian_12, runtime: container }} ] }}\n";
        var read = FarmFile.ReadText(text, Path.Combine(folder.Path, "farm.yaml"), Reading.Defaults);
        Assert.Empty(read.Problems);
        var problems = PlanText.Problems(Planner.Make(Lab.Input(read.Farm!, Host())));
        if (reason.Length > 0)
            Assert.Contains(reason, problems, StringComparison.Ordinal);
        else
            Assert.Equal("", problems);
    }

    [Fact]
    public void HaveADecisionForEachKey() =>
        Assert.Equal(NetworkKeys.Map.Fields.Select(f => f.Name).Order(), All.Select(row => row.Data.Item1).Distinct().Order());

    /// <summary>As an LXD on this host tells of itself.</summary>
    static HypervisorState Host() =>
        Lab.Host("c", "x86_64:lxc") with
        {
            Can = EngineCapabilities.OfContainers,
            Containers = Lab.Containers,
            Devices = ["br0", "eth0", "tap0"],
            Networks = [Addresses.Network("theirs", null, "10.8.0.0/24")],
        };
}
