using System.Collections.Immutable;
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

    [Fact]
    public void OfModeVdeAreSwitchesForRootTooBesideOtherNetworks()
    {
        var plan = Lab.Plan(Root("lan: { cidr: 10.9.0.0/24 }, wire: { mode: vde, cidr: 10.9.1.0/24 }", "lan, wire"), Lab.Host("h1"));
        Assert.Empty(plan.Problems);
        var nics = plan.Machines[0].Nics;
        Assert.Equal([NicSource.Network, NicSource.Switch], nics.Select(n => n.Source));
        Assert.All(nics, n => Assert.Null(n.Port)); // the first one's address leads to it
        Assert.Contains(plan.Notes, n => n.Contains("network wire is a VDE switch, which libvirt does not know", StringComparison.Ordinal));
        Assert.NotNull(Lab.Plan(Root("wire: { mode: vde }", "wire"), Lab.Host("h1")).Machines[0].Nics[0].Port);
        var text = Croft.Engines.Libvirt.NetworkXml.Write(plan.Networks[1].Definition);
        Assert.Equal(Croft.Farms.NetworkMode.Vde, Croft.Engines.Libvirt.NetworkXml.Read(text, active: true).Mode);
    }

    [Fact]
    public void OfOthersAreJoinedByTheirSocket()
    {
        const string wire = "wire: { mode: vde, vde: { socket: /run/vde/x } }";
        foreach (var farm in (string[])[Farm(wire, "wire"), Root(wire, "wire")])
        {
            var plan = Lab.Plan(farm, Lab.Host("h1") with { Sockets = ["/run/vde/x"] });
            Assert.Empty(plan.Problems);
            Assert.Empty(plan.Networks);
            var nic = plan.Machines[0].Nics[0];
            Assert.Equal(("/run/vde/x", NicSource.Switch, null), (nic.Bridge, nic.Source, nic.Address));
            Assert.True(nic is { Port: not null, IsClosed: true });
        }

        var refused = Lab.Plan(Root(wire, "wire"), Lab.Host("h1") with { Sockets = [] });
        Assert.Equal("networks.wire: hypervisor \"h1\" has no VDE switch at /run/vde/x", Only(refused));
        Assert.Contains("vde_switch -d -s /run/vde/x", refused.Problems[0].Hint);
    }

    [Fact]
    public void AreStartedOnThisHostAlone() =>
        Assert.Equal(
            "networks.wire.mode: hypervisor \"h1\" is not on this host, where alone Croft starts VDE switches",
            Only(
                Lab.Plan(
                    Root("wire: { mode: vde }", "wire").Replace("qemu:///system", "qemu+ssh://far/system", StringComparison.Ordinal),
                    Lab.Host("h1")
                )
            )
        );

    [Fact]
    public void TapDevicesTakeOneCard()
    {
        const string tap = "t: { mode: tap, tap: tap0 }";
        var host = Lab.Host("h1") with { Devices = ["tap0"] };
        var plan = Lab.Plan(Root("lan: { cidr: 10.9.0.0/24 }, " + tap, "lan, t"), host);
        Assert.Empty(plan.Problems);
        Assert.Equal(("tap0", NicSource.Tap), (plan.Machines[0].Nics[1].Bridge, plan.Machines[0].Nics[1].Source));
        Assert.Equal(
            "networks.t: hypervisor \"h1\" has no tap device tap0",
            Only(Lab.Plan(Root(tap, "t"), host with { Devices = ["eth0"] }))
        );
        Assert.Equal(
            "networks.t: hypervisor \"h1\" has tap0, which is no tap device",
            Only(Lab.Plan(Root(tap, "t"), host with { Kinds = ImmutableDictionary<string, DeviceKind>.Empty.Add("tap0", DeviceKind.Card) }))
        );
        Assert.Contains(
            "tap device tap0 takes one card, and a, b are to be on it",
            Only(
                Lab.Plan(
                    Root(tap, "t")
                        .Replace("networks: [ t ] }", "networks: [ t ] }, { name: b, platform: debian_13 }", StringComparison.Ordinal),
                    host
                )
            )
        );
    }

    static string Root(string networks, string machine) =>
        Farm(networks, machine).Replace("qemu:///session", "qemu:///system", StringComparison.Ordinal);

    static string Farm(string networks, string cards) =>
        $"farm: f\nhypervisors: {{ h1: {{ uri: \"qemu:///session\" }} }}\nnetworks: {{ {networks} }}\nvms: {{ list: [ {{ name: a, platform: debian_12, networks: [ {cards} ] }} ] }}";
}
