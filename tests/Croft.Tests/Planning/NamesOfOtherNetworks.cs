using System.Net;
using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Planning;

namespace Croft.Tests.Planning;

/// <summary>A guest asks one name server, and has names on every network that it is on.</summary>
public sealed class NamesOfOtherNetworks
{
    const string Networks =
        "lan: { cidr: 10.9.0.0/24 }, back: { mode: isolated, cidr: 10.9.1.0/24, domain: back.example }, far: { cidr: 10.9.2.0/24 }";

    [Fact]
    public void AreToldWhereTheGuestAsks()
    {
        var plan = Plan("[ lan, back ]", "[ back ]", "[ far ]");
        Assert.Equal([true, false], plan.Machines[0].Nics.Select(n => n.AsksNames));
        var name = Assert.Single(NetworkOf(plan, "lan").Names);
        Assert.Equal(new(IPAddress.Parse("10.9.1.11"), "", "b") { Zone = "back.example" }, name);
        Assert.Empty(NetworkOf(plan, "back").Names); // nobody who asks there is on another
        Assert.Empty(NetworkOf(plan, "far").Names);
    }

    [Fact]
    public void AreAskedOfTheNetworkThatLeadsOut()
    {
        var plan = Plan("[ back, { name: lan, default_route: true } ]", "[ back ]", "[ lan ]");
        Assert.Equal([false, true], plan.Machines[0].Nics.Select(n => n.AsksNames));
        Assert.Equal("b", Assert.Single(NetworkOf(plan, "lan").Names).Host);
    }

    [Fact]
    public void AreToldInNetworksOfOtherFarms()
    {
        var base1 = Lab.Plan(
            $"farm: base\n{Lab.Hypervisors("h1")}networks: {{ mgmt: {{ cidr: 10.8.0.0/24 }} }}\nvms: {{ list: [ {{ name: m, platform: debian_13, networks: [ mgmt ] }} ] }}",
            Lab.Host("h1")
        );
        var plan = Lab.Plan(
            $"farm: f\n{Lab.Hypervisors("h1")}networks: {{ mgmt: {{ shared: base.mgmt }}, back: {{ mode: isolated, cidr: 10.9.1.0/24 }} }}\nvms: {{ list: [ {{ name: a, platform: debian_13, networks: [ mgmt, back ] }}, {{ name: b, platform: debian_13, networks: [ back ] }} ] }}",
            Lab.Host("h1") with
            {
                Networks = [Lab.StateOf(base1.Networks[0].Definition)],
            }
        );
        Assert.Empty(plan.Problems);
        Assert.Equal("b", Assert.Single(NetworkOf(plan, "mgmt").Names).Host);
    }

    [Fact]
    public void AreNoPromisesOfItsOwn()
    {
        var definition = NetworkOf(Plan("[ lan, back ]", "[ back ]", "[ far ]"), "lan");
        var xml = NetworkXml.Write(definition);
        var read = NetworkXml.Read(xml, xml);
        Assert.Equal("b", Assert.Single(read.Names).Host);
        Assert.Equal("a", Assert.Single(read.Reservations).Host);
        Assert.Equal("a", Assert.Single(read.Published).Host);
        Assert.Contains("<hostname>b.back.example</hostname>", xml);
        Assert.Equal((true, false), NetworkXml.Has(xml, definition.Names[0]));
        Assert.Null(NetworkXml.SecondHost(xml, definition.Names[0]));
        Assert.Empty(NetworkXml.Read(xml, NetworkXml.Write(definition with { Names = [] })).Names); // the running one does not know it
        Assert.Null(NetworkXml.Read(NetworkXml.Write(definition with { Reservations = [] }), active: true).Dhcp);
    }

    static NetworkDefinition NetworkOf(Plan plan, string name) => plan.Networks.First(n => n.Definition.Network == name).Definition;

    static Plan Plan(params string[] cards)
    {
        var list = string.Join(", ", cards.Select((c, i) => $"{{ name: {(char)('a' + i)}, platform: debian_13, networks: {c} }}"));
        var plan = Lab.Plan($"farm: f\n{Lab.Hypervisors("h1")}networks: {{ {Networks} }}\nvms: {{ list: [ {list} ] }}", Lab.Host("h1"));
        Assert.Empty(plan.Problems);
        return plan;
    }
}
