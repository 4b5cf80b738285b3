using System.Net;
using System.Xml.Linq;
using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Images;
using Croft.Planning;

namespace Croft.Tests.Planning;

/// <summary>Networks that have IPv6 alone, or both.</summary>
public sealed class NetworksOfIpv6
{
    [Fact]
    public void AloneGiveAddressesNamesAndDhcp()
    {
        var plan = Lab.Plan(
            Farm("lan: { cidr: 'fd00:9::/64', range: 'fd00:9::1000-fd00:9::1fff' }", "{ name: lan, address: 'fd00:9::28' }"),
            Lab.Host("h1")
        );
        Assert.Empty(plan.Problems);
        Assert.Equal(["fd00:9::28", "fd00:9::29", "fd00:9::a"], plan.Machines.Select(m => m.Nics[0].Address!.ToString()));
        var text = NetworkXml.Write(plan.Networks[0].Definition);
        var xml = XElement.Parse(text);
        var ip = Assert.Single(xml.Elements("ip"));
        Assert.Equal(
            ("ipv6", "fd00:9::1", "64"),
            ((string?)ip.Attribute("family"), (string?)ip.Attribute("address"), (string?)ip.Attribute("prefix"))
        );
        Assert.Equal("yes", (string?)xml.Element("forward")!.Element("nat")!.Attribute("ipv6"));
        Assert.Equal("fd00:9::1000", (string?)ip.Element("dhcp")!.Element("range")!.Attribute("start"));
        Assert.All(ip.Element("dhcp")!.Elements("host"), h => Assert.Null(h.Attribute("mac")));

        var read = NetworkXml.Read(text, active: true);
        Assert.Equal((IPNetwork.Parse("fd00:9::/64"), null, (bool?)true), (read.Cidr!.Value, read.Cidr6, read.Dhcp));
        Assert.Equal(3, read.Published.Length);
        Assert.All(plan.Networks[0].Definition.Reservations, r => Assert.Equal((true, true), NetworkXml.Has(text, r)));
    }

    [Fact]
    public void BesideIpv4GiveBothAddressesToAName()
    {
        var plan = Lab.Plan(
            Farm("lan: { cidr: 10.9.0.0/24, ipv6: 'fd00:9::/64', range6: 'fd00:9::1000-fd00:9::1fff' }", "lan"),
            Lab.Host("h1")
        );
        Assert.Empty(plan.Problems);
        var text = NetworkXml.Write(plan.Networks[0].Definition);
        var read = NetworkXml.Read(text, active: true);
        Assert.Equal(["10.9.0.10", "10.9.0.11", "10.9.0.12"], read.Reservations.Select(r => r.Address.ToString()));
        Assert.Equal(IPNetwork.Parse("fd00:9::/64"), read.Cidr6);
        var second = NetworkXml.SecondHost(text, read.Reservations[1])!;
        Assert.True(NetworkXml.HasEntry(text, second));
        Assert.Contains("fd00:9::b", second);
        Assert.Contains("a-2.f.croft.internal", second);
        Assert.Null(NetworkXml.SecondHost(text.Replace("ipv6", "ipv4", StringComparison.Ordinal), read.Reservations[1]));
    }

    [Fact]
    public void OfAnotherFarmGiveWhatTheyHaveThere()
    {
        var there = new NetworkState
        {
            Name = "base.lan",
            Farm = "base",
            Network = "lan",
            Cidr = IPNetwork.Parse("10.9.0.0/24"),
            Cidr6 = IPNetwork.Parse("fd00:9::/64"),
            Mtu = 9000,
            Active = true,
            SpanningTree = false,
            Reservations = [],
        };
        var plan = Lab.Plan(Farm("lan: { shared: base.lan }", "lan"), Lab.Host("h1") with { Networks = [there] });
        Assert.Empty(plan.Problems);
        Assert.Equal("fd00:9::a", plan.Machines[0].Nics[0].Address6!.ToString());
        Assert.Equal(9000, plan.Networks[0].Definition.Options.Mtu);
    }

    [Fact]
    public void AreNotThoseOfTheHost()
    {
        var host = Lab.Host("h1") with { Addresses = [IPNetwork.Parse("fd00:9::/64")] };
        foreach (var network in (string[])["lan: { cidr: 'fd00:9::/64' }", "lan: { cidr: 10.9.0.0/24, ipv6: 'fd00:9::/64' }"])
            Assert.Contains(
                "fd00:9::/64 overlaps fd00:9::/64, which hypervisor",
                Assert.Single(Lab.Plan(Farm(network, "lan"), host).Problems).Message
            );
    }

    [Theory]
    [InlineData("'fd00:9::1'", "fd00:9::1, the address of machine \"a-1\", is the hypervisor's own")]
    [InlineData("10.9.0.10", "10.9.0.10, the address of machine \"a-1\", is outside network \"lan\", fd00:9::/64")]
    public void RefuseAddressesThatAreNotTheirs(string address, string refusal) =>
        Assert.Contains(refusal, Farms.Reading.Problems(Farm("lan: { cidr: 'fd00:9::/64' }", $"{{ name: lan, address: {address} }}")));

    [Fact]
    public void AloneAreWhatGuestsAreTold()
    {
        var nic = new SeedNic(
            "52:54:00:12:34:56",
            "eth0",
            IPAddress.Parse("fd00:9::a"),
            64,
            IPAddress.Parse("fd00:9::1"),
            [IPAddress.Parse("fd00:9::1")],
            "f.lab"
        );
        var text = Seed.Build(Images.SeedOfAGuest.Content with { Nics = [nic] })["network-config"];
        Assert.Contains("      - \"fd00:9::a/64\"\n", text);
        Assert.Contains("      - to: \"::/0\"\n        via: \"fd00:9::1\"\n", text);
        Assert.Contains("accept-ra: true", text);
        Assert.Contains("        - \"fd00:9::1\"\n", text);
    }

    [Fact]
    public void CountAndHoldTheirAddresses()
    {
        var subnet = IPNetwork.Parse("fd00:9::/64");
        Assert.Equal(subnet, Subnets.Of(IPAddress.Parse("fd00:9::aa:1"), 64));
        Assert.Equal(0x28u, Subnets.Number(subnet, IPAddress.Parse("fd00:9::28")));
        Assert.Equal(IPAddress.Parse("fd00:9::28"), Subnets.Host(subnet, 0x28));
    }

    static string Farm(string network, string card) =>
        $"farm: f\n{Lab.Hypervisors("h1")}networks: {{ {network} }}\nvms: {{ list: [ {{ name: a, platform: debian_13, count: 2, networks: [ {card} ] }}, {{ name: b, platform: debian_13 }} ] }}";
}
