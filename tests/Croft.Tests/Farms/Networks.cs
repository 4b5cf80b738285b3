using Croft.Farms;

namespace Croft.Tests.Farms;

public sealed class Networks
{
    const string Two = "networks:\n  a: { cidr: 10.0.0.0/24 }\n  b: { mode: isolated, cidr: 10.0.1.0/29, dhcp: false }\n  c: { }\n  u: { mode: user }\n";

    [Fact]
    public void FarmWithoutNetworksHasOneOfNat() => Assert.Equal(new NetworkSpec("default", NetworkMode.Nat, null, true, null, null), Assert.Single(Reading.Farm("farm: f").Networks));

    [Fact]
    public void SessionHypervisorMakesItUserMode() =>
        Assert.Equal(NetworkMode.User, Reading.Farm("farm: f", new FarmDefaults("qemu:///session", "x86_64", Session: true)).Networks[0].Mode);

    [Fact]
    public void DeclaredSystemHypervisorMakesItNatAgain() =>
        Assert.Equal(
            NetworkMode.Nat,
            Reading.Farm("farm: f\nhypervisors: { h: { uri: qemu+ssh://root@h/system } }", new FarmDefaults("qemu:///session", "x86_64", Session: true)).Networks[0].Mode);

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
    [InlineData("127.0.0.0/24", "\"127.0.0.0/24\" is for no machine: loopback, link-local, multicast or reserved; write a private one, such as 10.80.0.0/24")]
    [InlineData("169.254.0.0/24", "\"169.254.0.0/24\" is for no machine: loopback, link-local, multicast or reserved; write a private one, such as 10.80.0.0/24")]
    [InlineData("224.0.0.0/24", "\"224.0.0.0/24\" is for no machine: loopback, link-local, multicast or reserved; write a private one, such as 10.80.0.0/24")]
    [InlineData("10.0.0.0/31", "\"10.0.0.0/31\" needs a prefix length from /8 to /30")]
    [InlineData("10.0.0.0/7", "\"10.0.0.0/7\" needs a prefix length from /8 to /30")]
    [InlineData("010.0.0.0/24", "\"010.0.0.0/24\" is not an IPv4 subnet; write it as 10.80.0.0/24")]
    [InlineData("10.0.0/24", "\"10.0.0/24\" is not an IPv4 subnet; write it as 10.80.0.0/24")]
    [InlineData("fd00::/64", "\"fd00::/64\" is not an IPv4 subnet; write it as 10.80.0.0/24")]
    public void BadSubnetsAreRefused(string cidr, string problem) =>
        Assert.Equal("farm.yaml:2:24: networks.a.cidr: " + problem, Reading.Problems($"farm: f\nnetworks: {{ a: {{ cidr: '{cidr}' }} }}"));

    [Fact]
    public void OverlapsAreRefused() =>
        Assert.Equal(
            "farm.yaml:4:14: networks.b.cidr: 10.1.2.0/24 overlaps network \"a\", 10.1.0.0/16 at farm.yaml:3:14\n" +
            "farm.yaml:6:14: networks.d.cidr: 10.0.0.0/8 overlaps network \"a\", 10.1.0.0/16 at farm.yaml:3:14",
            Reading.Problems("farm: f\nnetworks:\n  a: { cidr: 10.1.0.0/16 }\n  b: { cidr: 10.1.2.0/24 }\n  c: { cidr: 11.0.0.0/8 }\n  d: { cidr: 10.0.0.0/8 }"));

    [Theory]
    [InlineData("10.0.2.1", "is outside network \"a\", 10.0.0.0/24")]
    [InlineData("10.0.0.0", "is the address of network \"a\" itself")]
    [InlineData("10.0.0.255", "is the broadcast address of network \"a\"")]
    [InlineData("10.0.0.1", "is the hypervisor's own on network \"a\"")]
    public void ImpossibleAddressesAreRefused(string address, string problem) =>
        Assert.Equal(
            $"farm.yaml:5:39: vms.list[0].networks[0].address: {address}, the address of machine \"debian-13-amd64\", {problem}",
            Reading.MachineProblems($"networks: [ {{ name: a, address: {address} }} ]", Two));

    [Theory]
    [InlineData("c", "needs a cidr on network \"c\"")]
    [InlineData("u", "cannot be kept: on a user network every machine is alone")]
    public void NetworksWithoutASubnetKeepNoAddress(string network, string problem) =>
        Assert.EndsWith(problem, Reading.MachineProblems($"networks: [ {{ name: {network}, address: 10.0.0.9 }} ]", Two));

    [Fact]
    public void BadAddressIsRefused() =>
        Assert.Contains("networks[0].address: \"10.0.0.999\" is not an IPv4 address", Reading.MachineProblems("networks: [ { name: a, address: 10.0.0.999 } ]", Two));

    [Fact]
    public void SameAddressTwiceIsRefusedNamingBothPlaces() =>
        Assert.Equal(
            "farm.yaml:5:80: vms.list[1].networks[0].address: 10.0.0.6 is given to machines \"n-2\" at farm.yaml:4:81 and \"x\"",
            Reading.Problems(
                "farm: f\nvms:\n  list:\n    - { platform: debian_13, name: n, count: 2, networks: [ { name: a, address: 10.0.0.5 } ] }\n" +
                "    - { platform: debian_13, name: x,          networks: [ { name: a, address: 10.0.0.6 } ] }\n" + Two));

    [Fact]
    public void CountThatRunsOutOfTheSubnetIsRefusedOnce() =>
        Assert.EndsWith(
            "10.0.1.7, the address of machine \"n-3\", is the broadcast address of network \"b\"",
            Reading.MachineProblems("name: n\n      count: 20\n      networks: [ { name: b, address: 10.0.1.5 } ]", Two));

    [Fact]
    public void SameNetworkTwiceIsRefused() =>
        Assert.Contains("networks[1]: the machine is on network \"a\" already, at farm.yaml:5:", Reading.MachineProblems("networks: [ a, a ]", Two));

    [Fact]
    public void NoNetworkNeedsAnotherWait()
    {
        Assert.Contains("cannot be waited for by ssh", Reading.MachineProblems("networks: []"));
        Assert.Empty(Reading.Machine("networks: [], wait: agent").Networks);
    }

    [Fact]
    public void BridgeIsAnsweredOnce() =>
        Assert.Equal(
            "farm.yaml:2:24: networks.a.mode: bridge networks are not there yet; use mode: nat",
            Reading.Problems("farm: f\nnetworks: { a: { mode: bridge, bridge: br0 } }"));

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
            Reading.MachineProblems("networks: [ { name: a, address: 10.0.0.9 } ]", "networks: { a: { cidr: 10.0.0.0/33 } }"));

    [Fact]
    public void EmptyMapIsRefused() => Assert.Contains("networks: must not be empty", Reading.Problems("farm: f\nnetworks: {}"));
}
