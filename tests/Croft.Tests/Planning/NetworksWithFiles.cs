using System.Net;
using System.Xml.Linq;
using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Farms;
using Croft.Tests.Farms;

namespace Croft.Tests.Planning;

/// <summary>What networks have of libvirt's own: files of the project, and filters of packets.</summary>
public sealed class NetworksWithFiles : IDisposable
{
    const string Old = "<network><name>old</name><bridge name='old0'/><ip address='10.9.0.1' prefix='24'/></network>";

    readonly TemporaryFolder folder = new();

    [Fact]
    public void AreDefinedWhereTheyAreMissingOrOff()
    {
        folder.Write("nets/lan.xml", Old);
        var farm = Read("lan: { mode: existing, network: old, define: nets/lan.xml }");
        var host = Lab.Host("h1") with { Can = new() };
        var plan = Make(farm, host);
        Assert.Empty(plan.Problems);
        Assert.Equal([new Croft.Planning.DefinedNetwork("h1", "old", new(Path.Combine(folder.Path, "nets/lan.xml"), Old))], plan.Defined);
        Assert.Single(Make(farm, host with { Networks = [There with { Active = false }] }).Defined);
        Assert.Empty(Make(farm, host with { Networks = [There] }).Defined);
        Assert.Contains(
            "that is the farm base's",
            Make(farm, host with { Networks = [There with { Farm = "base", Network = "mgmt" }] }).Problems[0].Message
        );
    }

    [Theory]
    [InlineData("mode: existing, network: old, define: none.xml", "none.xml")]
    [InlineData("mode: existing, network: old, define: bad.xml", "bad.xml is not XML")]
    [InlineData("mode: existing, network: old, define: dom.xml", "is not a network of libvirt's, but <domain>")]
    [InlineData("mode: existing, network: new, define: old.xml", "is of network \"old\"")]
    [InlineData("mode: nat, define: old.xml", "define goes with mode: existing")]
    [InlineData("mode: bridge, bridge: br0, template: old.xml", "template is for networks that this farm makes")]
    [InlineData("mode: isolated, template: nat.xml", "has <forward mode=\"nat\">, and the network is isolated")]
    [InlineData("mode: nat, template: hostdev.xml", "has <forward mode=\"hostdev\">, and the network is nat")]
    [InlineData("mode: user, filter: clean-traffic", "libvirt filters no cards of mode: user")]
    [InlineData("mode: direct, uplink: eth0, filter: clean-traffic", "libvirt filters no cards of mode: direct")]
    public void AreRefusedByName(string network, string complaint)
    {
        folder.Write("old.xml", Old);
        folder.Write("bad.xml", "<network>");
        folder.Write("dom.xml", "<domain/>");
        folder.Write("nat.xml", "<network><forward/></network>");
        folder.Write("hostdev.xml", "<network><forward mode='hostdev'/></network>");
        var problems = FarmFile.ReadText(Text($"lan: {{ {network} }}"), Path.Combine(folder.Path, "farm.yaml"), Reading.Defaults).Problems;
        Assert.Contains(complaint, Assert.Single(problems).ToString());
    }

    [Fact]
    public void HaveTheTemplatesOwnBesideWhatCroftDecides()
    {
        folder.Write(
            "t.xml",
            """
            <network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'>
              <name>theirs</name><uuid>5fbb18f3-2a31-4a34-a3c5-a4e7d2f5a7bb</uuid>
              <forward mode='nat'><nat><port start='1024' end='2048'/></nat></forward>
              <bridge name='virbr7' macTableManager='libvirt'/>
              <bandwidth><inbound average='1000'/></bandwidth>
              <dns><txt name='a' value='b'/></dns>
              <ip address='1.2.3.1' netmask='255.255.255.0'><tftp root='/srv/tftp'/></ip>
              <dnsmasq:options><dnsmasq:option value='log-queries'/></dnsmasq:options>
            </network>
            """
        );
        var plan = Make(Read("lan: { cidr: 10.9.0.0/24, template: t.xml }"), Lab.Host("h1"));
        var xml = XElement.Parse(NetworkXml.Write(plan.Networks[0].Definition));
        Assert.Equal(("f.lan", null), ((string?)xml.Element("name"), (string?)xml.Element("uuid")));
        Assert.Equal("libvirt", (string?)xml.Element("bridge")!.Attribute("macTableManager"));
        Assert.StartsWith("cr", (string?)xml.Element("bridge")!.Attribute("name"));
        Assert.NotNull(xml.Element("bandwidth"));
        Assert.NotNull(xml.Element("dns")!.Element("txt"));
        Assert.NotNull(xml.Element("forward")!.Element("nat"));
        var ip = Assert.Single(xml.Elements("ip"));
        Assert.Equal(("10.9.0.1", null), ((string?)ip.Attribute("address"), (string?)ip.Attribute("netmask")));
        Assert.NotNull(ip.Element("tftp"));
        Assert.Contains("log-queries", xml.ToString());

        var before = plan.Networks[0].Definition.Options.ToString();
        folder.Write("t.xml", "<network/>");
        Assert.NotEqual(before, Read("lan: { cidr: 10.9.0.0/24, template: t.xml }").Networks[0].Options.ToString());
    }

    [Fact]
    public void FilterTheirCardsWhereTheHypervisorCan()
    {
        var farm = Read("lan: { cidr: 10.9.0.0/24, filter: clean-traffic }");
        var nic = Make(farm, Lab.Host("h1")).Machines[0].Nics[0];
        Assert.Equal("clean-traffic", nic.Filter);
        Assert.Empty(Make(farm, Lab.Host("h1") with { Filters = ["clean-traffic"] }).Problems);
        var refused = Assert.Single(Make(farm, Lab.Host("h1") with { Filters = ["clean-trafic"] }).Problems);
        Assert.StartsWith("hypervisor \"h1\" has no filter clean-traffic; did you mean \"clean-trafic\"?", refused.Message);
        Assert.Contains("virsh nwfilter-list", refused.Hint);
    }

    public void Dispose() => folder.Dispose();

    static NetworkState There { get; } =
        new()
        {
            Name = "old",
            Cidr = IPNetwork.Parse("10.9.0.0/24"),
            Active = true,
            SpanningTree = false,
            Reservations = [],
        };

    Farm Read(string network)
    {
        var reading = FarmFile.ReadText(Text(network), Path.Combine(folder.Path, "farm.yaml"), Reading.Defaults);
        Assert.Equal("", string.Join('\n', reading.Problems));
        return reading.Farm!;
    }

    static string Text(string network) =>
        $"farm: f\n{Lab.Hypervisors("h1")}networks: {{ {network} }}\nvms: {{ list: [ {{ name: a, platform: debian_13 }} ] }}";

    static Croft.Planning.Plan Make(Farm farm, HypervisorState host) => Croft.Planning.Planner.Make(Lab.Input(farm, host));
}
