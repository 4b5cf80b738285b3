using System.Net;
using Croft.Engines;
using Croft.Planning;

namespace Croft.Tests.Planning;

/// <summary>Networks that are there already: whose they are, and what of them is declared otherwise.</summary>
public sealed class NetworksThatExist
{
    const string Machine = "{ name: a, platform: debian_13 }";

    [Fact]
    public void OfAFarmWithAnAmbiguousNameAreNotJoined()
    {
        var k1lab = Lab.Input(Addresses.Farm("networks: { test-default: {} }\n", Machine, "k1lab"), Lab.Host("h1"));
        var other = Lab.Plan(Addresses.Farm("", Machine, "k1lab-test"), Lab.Done(k1lab, Planner.Make(k1lab)));
        Assert.Empty(other.Problems);
        var network = Assert.Single(other.Networks);
        Assert.Equal(("k1lab-test.default", false), (network.Definition.Name, network.Exists));
    }

    [Fact]
    public void ThatCroftDidNotMakeAreRefusedByName()
    {
        var host = Lab.Host("h1") with { Networks = [Addresses.Network("f.lan", null, "10.20.0.0/24")] };
        Assert.Equal(
            "farm.yaml:4:13: networks.lan: hypervisor \"h1\" has a network f.lan that Croft did not make; give this one another name; or, if nobody needs that one: virsh net-destroy f.lan; virsh net-undefine f.lan\n",
            PlanText.Problems(Lab.Plan(Text(""), host))
        );
    }

    [Fact]
    public void KeepTheNameThatAnEarlierVersionGaveThem()
    {
        var network = Assert.Single(Lab.Plan(Text(""), Host()).Networks);
        Assert.Equal(("f-lan", true), (network.Definition.Name, network.Exists));
        Assert.All(Lab.Plan(Text(""), Host()).Machines, m => Assert.Equal("f-lan", m.Nics[0].Bridge));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("mode: isolated", "is nat and becomes isolated")]
    [InlineData("dhcp: false", "will not answer DHCP any more")]
    [InlineData("mode: routed", "is nat and becomes routed")]
    [InlineData("mtu: 9000", "will have mtu 9000")]
    [InlineData("dns: { records: { www: a } }", "will have records www=a")]
    [InlineData("mode: isolated, dhcp: false", "is nat and becomes isolated, and will not answer DHCP any more")]
    public void ChangeWhereNothingIsOnThem(string keys, string? change)
    {
        var plan = Lab.Plan(Text(keys), Host());
        Assert.Empty(plan.Problems);
        Assert.Equal(change, Assert.Single(plan.Networks).Change);
    }

    [Theory]
    [InlineData(
        "mode: isolated",
        "networks.lan.mode: network f.lan on hypervisor \"h1\" is nat and becomes isolated, but a still uses it; croft down a, then croft up"
    )]
    [InlineData(
        "domain: lab.example",
        "networks.lan: network f.lan on hypervisor \"h1\" has the names of f.croft.internal and will have those of lab.example, but a still uses it; croft down a, then croft up"
    )]
    [InlineData(
        "dhcp: false",
        "networks.lan.dhcp: network f.lan on hypervisor \"h1\" will not answer DHCP any more, but a still uses it; croft down a, then croft up"
    )]
    public void AreRefusedAChangeWhileMachinesAreOnThem(string keys, string problem)
    {
        var input = Lab.Input(Text(""), Lab.Host("h1"));
        Assert.Equal($"farm.yaml:4:13: {problem}\n", PlanText.Problems(Lab.Plan(Text(keys), Lab.Done(input, Planner.Make(input)))));
        var off = Lab.Plan(Text(keys), Lab.Done(input, Planner.Make(input), PowerState.Off));
        Assert.Empty(off.Problems);
        Assert.NotNull(off.Networks[0].Change);
        Assert.Equal(MachineAction.Restart, off.Machines[0].Action); // told anew
    }

    [Fact]
    public void HaveTheirNamesBelowOneThatNobodyOwns()
    {
        Assert.Equal("f.croft.internal", Assert.Single(Lab.Plan(Text(""), Lab.Host("h1")).Networks).Definition.Zone);
        Assert.Contains(
            "f.croft.internal",
            Assert.Single(Lab.Plan(Text(""), Host() with { Networks = [Host().Networks[0] with { Zone = "f" }] }).Networks).Change
        );
    }

    [Fact]
    public void TellOnlyWhatOfTheirOptionsChanges()
    {
        var host = Host();
        host = host with { Networks = [host.Networks[0] with { Options = "mtu 9000; records www=a" }] };
        Assert.Equal(
            "has mtu 9000 and will have mtu 1400",
            Assert.Single(Lab.Plan(Text("mtu: 1400, dns: { records: { www: a } }"), host).Networks).Change
        );
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void DoNotComeBackWhereAnotherDeviceHasTheirSubnet(bool isOn, bool isRefused)
    {
        var host = Host();
        host = host with { Networks = [host.Networks[0] with { Active = isOn }], Addresses = [IPNetwork.Parse("10.9.0.0/24")] };
        var problems = PlanText.Problems(Lab.Plan(Text(""), host));
        Assert.Equal(isRefused, problems.Contains("10.9.0.0/24 overlaps 10.9.0.0/24, which hypervisor", StringComparison.Ordinal));
        Assert.Equal(isRefused, problems.Contains("ip -br address shows which device has it", StringComparison.Ordinal));
    }

    [Fact]
    public void GoOnWhereARouteCameIntoThem()
    {
        var host = Host() with { Routes = [IPNetwork.Parse("10.9.0.128/25")] };
        Assert.Empty(PlanText.Problems(Lab.Plan(Text(""), host)));
        Assert.Contains("contains 10.9.0.128/25", PlanText.Problems(Lab.Plan(Text("cidr: 10.9.0.0/24"), host with { Networks = [] })));
    }

    static string Text(string keys) => Addresses.Farm($"networks: {{ lan: {{ {keys} }} }}\n", Machine);

    static HypervisorState Host() =>
        Lab.Host("h1") with
        {
            Networks =
            [
                Addresses.Network("f-lan", "f", "10.9.0.0/24", new Reservation(IPAddress.Parse("10.9.0.10"), "52:54:00:00:00:01", "a")) with
                {
                    Dhcp = true,
                },
            ],
        };
}
