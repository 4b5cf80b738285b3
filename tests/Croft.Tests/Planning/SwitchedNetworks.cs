using System.Net;
using Croft.Engines;
using Croft.Planning;

namespace Croft.Tests.Planning;

/// <summary>Networks of an ordinary user.</summary>
public sealed class SwitchedNetworks
{
    [Fact]
    public void GiveTheAddressesOfRootAndAPortBeside()
    {
        var plan = Lab.Plan(Farm("lan: { mode: nat, cidr: 10.9.0.0/24 }, back: { mode: isolated }", "lan, back"), Lab.Host("h1"));
        Assert.Empty(plan.Problems);
        var nics = plan.Machines[0].Nics;
        Assert.Equal(IPAddress.Parse("10.9.0.10"), nics[0].Address);
        Assert.All(nics, nic => Assert.Equal(NicSource.Switch, nic.Source));
        Assert.NotNull(nics[0].Port);
        Assert.False(nics[0].IsClosed);
        Assert.Null(nics[1].Port);
        Assert.Equal(["f.lan", "f.back"], plan.Networks.Select(n => n.Definition.Name));
    }

    [Fact]
    public void ThatLeadNowhereLeadNowhereByTheirPort() =>
        Assert.True(Lab.Plan(Farm("back: { mode: isolated }", "back"), Lab.Host("h1")).Machines[0].Nics[0].IsClosed);

    [Fact]
    public void LeaveThePortToAUserCard()
    {
        var nics = Lab.Plan(Farm("lan: { mode: nat }, out: { mode: user }", "lan, out"), Lab.Host("h1")).Machines[0].Nics;
        Assert.Null(nics[0].Port);
        Assert.NotNull(nics[1].Port);
    }

    [Theory]
    [InlineData("mode: routed", "networks.lan.mode: network lan is routed, which")]
    [InlineData("mode: nat, mtu: 9000", "networks.lan.mtu: network lan has frames of more than 1500 bytes, which")]
    [InlineData("mode: nat, nat_ports: 1024-2048", "networks.lan.nat_ports: network lan has nat_ports, which")]
    [InlineData("mode: nat, cidr: 10.0.2.0/24", "networks.lan.cidr: network lan is 10.0.2.0/24, which QEMU's user networking has, which")]
    public void AreRefusedWhatNeedsRoot(string lan, string refusal) =>
        Assert.StartsWith(refusal, Only(Lab.Plan(Farm($"lan: {{ {lan} }}", "lan"), Lab.Host("h1"))));

    [Fact]
    public void AreRefusedWherePackagesAreMissing()
    {
        var host = Lab.Host("h1") with
        {
            Can = EngineCapabilities.OfSwitches(("makes networks with vde_switch, which is missing", "apt install vde2")),
        };
        var plan = Lab.Plan(Farm("lan: { mode: nat }", "lan"), host);
        Assert.Equal(
            "networks.lan.mode: an ordinary user's libvirt (qemu:///session) makes networks with vde_switch, which is missing, and lan is nat",
            Only(plan)
        );
        Assert.StartsWith("apt install vde2; or mode: user", plan.Problems[0].Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "User")]
    [InlineData("{ cidr: 10.9.0.0/24 }", "Nat")]
    [InlineData("{ domain: lab.example }", "Nat")]
    public void AreThoseThatSayWhatOnlySharedOnesHave(string network, string mode) =>
        Assert.Equal(
            mode,
            Tests
                .Farms.Reading.Farm(Farm($"lan: {network}", "lan"), new("qemu:///session", "x86_64", Session: true))
                .Networks[0]
                .Mode.ToString()
        );

    static string Only(Plan plan) => $"{Assert.Single(plan.Problems).Path}: {plan.Problems[0].Message}";

    static string Farm(string networks, string cards) =>
        $"farm: f\nhypervisors: {{ h1: {{ uri: \"qemu:///session\" }} }}\nnetworks: {{ {networks} }}\nvms: {{ list: [ {{ name: a, platform: debian_12, networks: [ {cards} ] }} ] }}";
}
