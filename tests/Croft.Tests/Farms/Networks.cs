using Croft.Farms;

namespace Croft.Tests.Farms;

public sealed class Networks
{
    const string Two =
        "networks:\n  a: { cidr: 10.0.0.0/24 }\n  b: { mode: isolated, cidr: 10.0.1.0/29, dhcp: false }\n  c: { }\n  u: { mode: user }\n";

    [Fact]
    public void FarmWithoutNetworksHasOneOfNat() =>
        Assert.Equal(new NetworkSpec("default", NetworkMode.Nat, null, true, null, null), Assert.Single(Reading.Farm("farm: f").Networks));

    [Fact]
    public void SessionHypervisorMakesItUserMode() =>
        Assert.Equal(
            NetworkMode.User,
            Reading.Farm("farm: f", new FarmDefaults("qemu:///session", "x86_64", Session: true)).Networks[0].Mode
        );

    [Fact]
    public void DeclaredSystemHypervisorMakesItNatAgain() =>
        Assert.Equal(
            NetworkMode.Nat,
            Reading
                .Farm(
                    "farm: f\nhypervisors: { h: { uri: qemu+ssh://root@h/system } }",
                    new FarmDefaults("qemu:///session", "x86_64", Session: true)
                )
                .Networks[0]
                .Mode
        );

    [Fact]
    public void MachineWithoutNetworksIsOnTheFirst() => Assert.Equal("a", Assert.Single(Reading.Machine("name: x", Two).Networks).Network);

    [Fact]
    public void NamesAndAddressesAreTaken()
    {
        var machine = Reading.Machine("networks: [ { name: b, address: 10.0.1.6 }, a ]", Two);
        Assert.Equal(["b 10.0.1.6", "a "], machine.Networks.Select(nic => $"{nic.Network} {nic.Address}"));
    }

    [Theory]
    [InlineData("10.0.0.5", "\"10.0.0.5\" needs a prefix length from /8 to /30; write 10.0.0.0/24")]
    [InlineData("10.0.0.5/24", "\"10.0.0.5/24\" is an address within a subnet, not the subnet; write 10.0.0.0/24")]
    [InlineData(
        "127.0.0.0/24",
        "\"127.0.0.0/24\" is for no machine: loopback, link-local, multicast or reserved; write a private one, such as 10.80.0.0/24"
    )]
    [InlineData(
        "169.254.0.0/24",
        "\"169.254.0.0/24\" is for no machine: loopback, link-local, multicast or reserved; write a private one, such as 10.80.0.0/24"
    )]
    [InlineData(
        "224.0.0.0/24",
        "\"224.0.0.0/24\" is for no machine: loopback, link-local, multicast or reserved; write a private one, such as 10.80.0.0/24"
    )]
    [InlineData("10.0.0.0/31", "\"10.0.0.0/31\" needs a prefix length from /8 to /30")]
    [InlineData("10.0.0.0/7", "\"10.0.0.0/7\" needs a prefix length from /8 to /30")]
    [InlineData("010.0.0.0/24", "\"010.0.0.0/24\" is not a subnet; write it as 10.80.0.0/24 or fd00:80::/64")]
    [InlineData("10.0.0/24", "\"10.0.0/24\" is not a subnet; write it as 10.80.0.0/24 or fd00:80::/64")]
    [InlineData("fe80::/64", "\"fe80::/64\" is for no machine; write a private one, such as fd00:80::/64")]
    public void BadSubnetsAreRefused(string cidr, string problem) =>
        Assert.Equal("farm.yaml:2:24: networks.a.cidr: " + problem, Reading.Problems($"farm: f\nnetworks: {{ a: {{ cidr: '{cidr}' }} }}"));

    [Fact]
    public void OverlapsAreRefused() =>
        Assert.Equal(
            "farm.yaml:4:14: networks.b.cidr: 10.1.2.0/24 overlaps network \"a\", 10.1.0.0/16 at farm.yaml:3:14\n"
                + "farm.yaml:6:14: networks.d.cidr: 10.0.0.0/8 overlaps network \"a\", 10.1.0.0/16 at farm.yaml:3:14",
            Reading.Problems(
                "farm: f\nnetworks:\n  a: { cidr: 10.1.0.0/16 }\n  b: { cidr: 10.1.2.0/24 }\n  c: { cidr: 11.0.0.0/8 }\n  d: { cidr: 10.0.0.0/8 }"
            )
        );

    [Theory]
    [InlineData("10.0.2.1", "is outside network \"a\", 10.0.0.0/24")]
    [InlineData("10.0.0.0", "is the address of network \"a\" itself")]
    [InlineData("10.0.0.255", "is the broadcast address of network \"a\"")]
    [InlineData("10.0.0.1", "is the hypervisor's own on network \"a\"")]
    public void ImpossibleAddressesAreRefused(string address, string problem) =>
        Assert.Equal(
            $"farm.yaml:5:39: vms.list[0].networks[0].address: {address}, the address of machine \"debian-13-amd64\", {problem}",
            Reading.MachineProblems($"networks: [ {{ name: a, address: {address} }} ]", Two)
        );

    [Theory]
    [InlineData("c", "needs a cidr on network \"c\"")]
    [InlineData("u", "cannot be kept: on a user network every machine is alone")]
    public void NetworksWithoutASubnetKeepNoAddress(string network, string problem) =>
        Assert.EndsWith(problem, Reading.MachineProblems($"networks: [ {{ name: {network}, address: 10.0.0.9 }} ]", Two));

    [Fact]
    public void BadAddressIsRefused() =>
        Assert.Contains(
            "networks[0].address: \"10.0.0.999\" is not an IP address",
            Reading.MachineProblems("networks: [ { name: a, address: 10.0.0.999 } ]", Two)
        );

    [Fact]
    public void SameAddressTwiceIsRefusedNamingBothPlaces() =>
        Assert.Equal(
            "farm.yaml:5:80: vms.list[1].networks[0].address: 10.0.0.6 is given to machines \"n-2\" at farm.yaml:4:81 and \"x\"",
            Reading.Problems(
                "farm: f\nvms:\n  list:\n    - { platform: debian_13, name: n, count: 2, networks: [ { name: a, address: 10.0.0.5 } ] }\n"
                    + "    - { platform: debian_13, name: x,          networks: [ { name: a, address: 10.0.0.6 } ] }\n"
                    + Two
            )
        );

    [Fact]
    public void CountThatRunsOutOfTheSubnetIsRefusedOnce() =>
        Assert.EndsWith(
            "10.0.1.7, the address of machine \"n-3\", is the broadcast address of network \"b\"",
            Reading.MachineProblems("name: n\n      count: 20\n      networks: [ { name: b, address: 10.0.1.5 } ]", Two)
        );

    [Fact]
    public void SameNetworkTwiceIsRefused() =>
        Assert.Contains(
            "networks[1]: the machine is on network \"a\" already, at farm.yaml:5:",
            Reading.MachineProblems("networks: [ a, a ]", Two)
        );

    [Fact]
    public void NoNetworkNeedsAnotherWait()
    {
        Assert.Contains("cannot be waited for by ssh", Reading.MachineProblems("networks: []"));
        Assert.Empty(Reading.Machine("networks: [], wait: agent").Networks);
    }

    [Theory]
    [InlineData("mode: bridge, bridge: br0", NetworkMode.Bridge, "br0")]
    [InlineData("mode: direct, uplink: eth0.7", NetworkMode.Direct, "eth0.7")]
    [InlineData("mode: existing, network: default", NetworkMode.Existing, "default")]
    public void OutsideNetworksSayWhatTheyAreThere(string keys, NetworkMode mode, string source)
    {
        var network = Reading.Farm($"farm: f\nnetworks: {{ a: {{ {keys} }} }}").Networks[0];
        Assert.Equal((mode, source, true, false), (network.Mode, network.Source, network.IsOutside, network.IsMade));
    }

    [Theory]
    [InlineData("mode: bridge", "mode: bridge needs the key bridge; such as bridge: br0")]
    [InlineData("bridge: br0", "bridge goes with mode: bridge; write that mode, or leave bridge out")]
    [InlineData("mode: direct, uplink: eth0, network: n", "network goes with mode: existing; write that mode, or leave network out")]
    [InlineData(
        "mode: bridge, bridge: br0, cidr: 10.1.0.0/24",
        "a network of mode: bridge has addresses that others decide; leave cidr out"
    )]
    [InlineData("mode: user, cidr: 10.9.0.0/24", "QEMU decides the addresses of a user network")]
    [InlineData("mode: user, dhcp: false", "each machine has for itself; leave dhcp out, or write mode: nat")]
    [InlineData("mode: existing, network: n, dhcp: false", "a network of mode: existing has addresses that others decide; leave dhcp out")]
    [InlineData("mode: bridge, bridge: a-bridge-of-a-long-name", "is not a network device's name")]
    [InlineData("mode: brigde, bridge: br0", "\"brigde\" is not")]
    public void OutsideNetworksTakeNothingElse(string keys, string problem) =>
        Assert.Contains(problem, Assert.Single(Reading.Problems($"farm: f\nnetworks: {{ a: {{ {keys} }} }}").Split('\n')));

    [Theory]
    [InlineData("mac: 52:54:00:12:34:AB", "write \"52:54:00:12:34:ab\"")]
    [InlineData("mac: '53:54:00:12:34:56'", "is not a network card's address")]
    [InlineData("mac: '00:00:00:00:00:00'", "is not a network card's address")]
    [InlineData("mac: 'fe:54:00:12:34:56'", "is not a network card's address")]
    [InlineData("model: e1001", "QEMU has no network card \"e1001\"")]
    public void MacsOfGroupsAreRefused(string keys, string problem) =>
        Assert.Contains(problem, Reading.MachineProblems($"networks: [ {{ name: a, {keys} }} ]", Two));

    [Fact]
    public void MacAndModelAreTakenOnce()
    {
        Assert.Equal(
            ("52:54:00:00:00:09", "virtio"),
            (
                Reading.Machine("networks: [ { name: a, mac: '52:54:00:00:00:09', model: virtio } ]", Two).Networks[0] is var nic
                    ? (nic.Mac, nic.Model)
                    : default
            )
        );
        Assert.Contains(
            "52:54:00:00:00:09 is given to machines \"n-1\" and \"n-2\"",
            Reading.MachineProblems("name: n\n      count: 2\n      networks: [ { name: a, mac: '52:54:00:00:00:09' } ]", Two)
        );
        Assert.Contains(
            "a card on a user network is always virtio",
            Reading.MachineProblems("networks: [ { name: u, model: e1000 } ]", Two)
        );
    }

    [Theory]
    [InlineData("{ build: mmdebstrap, suite: trixie }", "e1000e", "which Croft built, has no driver for network cards e1000e")]
    [InlineData("{ build: mmdebstrap, suite: trixie }", "vmxnet3", "has no driver for network cards vmxnet3")]
    [InlineData("{ build: mmdebstrap, suite: trixie, flavour: systemd }", "rtl8139", "has no driver for network cards rtl8139")]
    [InlineData("{ build: mmdebstrap, suite: trixie, flavour: systemd }", "vmxnet3", null)]
    [InlineData("{ build: mmdebstrap, suite: trixie }", "virtio-net-pci", null)]
    [InlineData("{ file: mine.qcow2 }", "e1000e", null)]
    public void ModelsWithoutADriverInBuiltImagesAreRefused(string image, string model, string? problem)
    {
        var said = Reading.Problems(
            $"""
            farm: f
            {Two}
            platforms: {"{"} p: {"{"} image: {image} {"} }"}
            vms: {"{"} list: [ {"{"} platform: p, networks: [ {"{"} name: a, model: {model} {"} ] } ] }"}
            """
        );
        if (problem is null)
            Assert.DoesNotContain("network cards", said);
        else
            Assert.Contains(problem, said);
    }

    [Fact]
    public void OutsideNetworksKeepNoAddress() =>
        Assert.EndsWith(
            "cannot be kept: others decide the addresses of network \"lan\"",
            Reading.MachineProblems("networks: [ { name: lan, address: 10.0.0.9 } ]", "networks: { lan: { mode: bridge, bridge: br0 } }")
        );

    [Fact]
    public void SharedNetworkIsAnotherFarms()
    {
        Assert.Equal("base.mgmt", Reading.Farm("farm: f\nnetworks: { a: { shared: base.mgmt } }").Networks[0].Shared);
        Assert.Contains("is of this farm itself", Reading.Problems("farm: f\nnetworks: { a: { shared: f.b } }"));
        Assert.Contains("is not another farm's network", Reading.Problems("farm: f\nnetworks: { a: { shared: mgmt } }"));
    }

    [Fact]
    public void BadSubnetIsReportedWithoutItsAddresses() =>
        Assert.Equal(
            "farm.yaml:6:24: networks.a.cidr: \"10.0.0.0/33\" needs a prefix length from /8 to /30",
            Reading.MachineProblems("networks: [ { name: a, address: 10.0.0.9 } ]", "networks: { a: { cidr: 10.0.0.0/33 } }")
        );

    [Fact]
    public void EmptyMapIsRefused() => Assert.Contains("networks: must not be empty", Reading.Problems("farm: f\nnetworks: {}"));
}
