using System.Net;
using Croft.Farms;

namespace Croft.Tests.Farms;

/// <summary>What a network of the farm's own can have, and what cards on it can have.</summary>
public sealed class OptionsOfNetworks
{
    const string Lan = "networks: { lan: { cidr: 10.9.0.0/24 }, quiet: { mode: isolated }, out: { mode: user } }\n";

    [Fact]
    public void AreWrittenAsTheyAreRead() =>
        Assert.Equal(
            "mtu 9000; ipv6 fd00:9::/64; range 10.9.0.100-10.9.0.199; forwarders 10.1.1.1; records www=db; wildcards apps=10.9.0.5; nat_ports 20000-29999",
            Reading
                .Farm(
                    "farm: f\nnetworks: { a: { cidr: 10.9.0.0/24, mtu: 9000, ipv6: 'fd00:9::/64', range: 10.9.0.100-10.9.0.199, nat_ports: 20000-29999, dns: { forwarders: [ 10.1.1.1 ], records: { www: db }, wildcards: { apps: 10.9.0.5 } } } }"
                )
                .Networks[0]
                .Options.ToString()
        );

    [Theory]
    [InlineData("mode: user, mtu: 9000", "mtu is for networks that this farm makes; leave mtu out, or write mode: nat, isolated or routed")]
    [InlineData("mode: bridge, bridge: br0, domain: lab", "domain is for networks that this farm makes")]
    [InlineData("mode: isolated, nat_ports: 20000-20010", "nat_ports goes with mode: nat; leave nat_ports out")]
    [InlineData("cidr: 10.9.0.0/24, ipv6: 'fd00:9::/64', mtu: 1279", "IPv6 needs frames of at least 1280 bytes; mtu: 1280 or more")]
    [InlineData("range: 10.9.0.10-10.9.0.20", "a range needs a cidr that it is in; such as cidr: 10.80.0.0/24")]
    [InlineData(
        "cidr: 10.9.0.0/24, range: 10.9.0.1-10.9.0.20",
        "10.9.0.1-10.9.0.20 is not for guests of 10.9.0.0/24; from 10.9.0.2 to 10.9.0.254"
    )]
    [InlineData("cidr: 10.9.0.0/24, range: 10.9.0.30-10.9.0.20", "ends before it begins; write 10.9.0.20-10.9.0.30")]
    [InlineData("cidr: 10.9.0.0/24, dhcp: false, range: 10.9.0.10-10.9.0.20", "a range is given by DHCP, which is off here")]
    [InlineData("ipv6: 'fd00::1/64'", "is not an IPv6 subnet; write it as fd00:80::/64, its host bits zero")]
    [InlineData("ipv6: 'fe80::/64'", "\"fe80::/64\" is for no machine; write a private one, such as fd00:80::/64")]
    [InlineData("ipv6: 10.9.0.0/24", "is not an IPv6 subnet")]
    [InlineData("ipv6: 'fd00::/16'", "needs a prefix length from /48 to /112")]
    [InlineData("cidr: 'fd00:9::/64', ipv6: 'fd00:a::/64'", "cidr is an IPv6 subnet already")]
    [InlineData("cidr: 'fd00:9::1/64'", "is not an IPv6 subnet; write it as fd00:80::/64, its host bits zero")]
    [InlineData(
        "cidr: 'fd00:9::/64', range: 10.9.0.10-10.9.0.20",
        "10.9.0.10-10.9.0.20 is not for guests of fd00:9::/64; from fd00:9::2 to fd00:9::ffff:ffff:ffff:fffe"
    )]
    [InlineData("range6: 'fd00:9::10-fd00:9::20'", "a range6 needs an ipv6 that it is in; such as ipv6: fd00:80::/64")]
    [InlineData("ipv6: 'fd00:9::/64', range6: 'fd00:a::10-fd00:a::20'", "is not for guests of fd00:9::/64")]
    [InlineData("range: '10.9.0.10-fd00::1'", "is no range of addresses")]
    [InlineData("dns: { forwarders: [ 'fe80::1' ] }", "is not an IP address")]
    [InlineData("mode: vde, vde: { socket: x }", "is not an absolute path")]
    [InlineData("mode: vde, vde: /run/x, cidr: 10.9.0.0/24", "a network of mode: vde with a socket has addresses that others decide")]
    [InlineData("mode: nat, vde: /run/x", "vde goes with mode: vde")]
    [InlineData("mode: tap", "mode: tap needs the key tap; such as tap: tap0")]
    [InlineData("mode: nat, tap: tap0", "tap goes with mode: tap")]
    [InlineData("mode: tap, tap: tap0, mtu: 9000", "mtu is for networks that this farm makes")]
    [InlineData("mtu: 40", "is not a whole number from 68 to 65521")]
    [InlineData("domain: Lab_1", "is not a host name or a domain")]
    [InlineData("cidr: '::ffff:10.0.0.0/112'", "\"::ffff:10.0.0.0/112\" is for no machine")]
    [InlineData("shared: base.mgmt, cidr: 10.9.0.0/24", "the farm that owns \"base.mgmt\" says its cidr; leave cidr out")]
    [InlineData("cidr: 10.9.0.0/24, dns: { forwarders: [ 10.9.0.1 ] }", "10.9.0.1 is this network's own name server")]
    [InlineData("dns: { forwarders: [ 0.0.0.0 ] }", "0.0.0.0 is no host's address")]
    [InlineData("dns: { forwarders: [ 239.1.1.1 ] }", "239.1.1.1 is no host's address")]
    [InlineData("domain: localhost", "\"localhost\" is each guest itself; a domain of your own, such as lab.example")]
    [InlineData("domain: x.localhost", "is each guest itself")]
    [InlineData("domain: 10.0.0.1", "\"10.0.0.1\" is no domain but an address, or as good as one")]
    [InlineData("domain: '1'", "is no domain but an address")]
    [InlineData("domain: 0.10.in-addr.arpa", "is for names of addresses")]
    [InlineData("domain: lab.invalid", "leads nowhere")]
    [InlineData("dns: { records: { localhost: 10.9.0.5 } }", "\"localhost\" is each guest itself; another name")]
    [InlineData("dns: { wildcards: { 10.9.0.5: 10.9.0.5 } }", "is no domain but an address")]
    [InlineData("dns: { records: { '*.apps': 10.9.0.5 } }", "is not a host name or a domain")]
    [InlineData("dns: { wildcards: { apps: db } }", "\"db\" is not an IP address; write it as 10.80.0.40 or fd00:80::28")]
    [InlineData("nat_ports: 30-20", "is no range of ports")]
    public void AreRefusedWithTheirCure(string keys, string problem) =>
        Assert.Contains(problem, Assert.Single(Reading.Problems($"farm: f\nnetworks: {{ a: {{ {keys} }} }}").Split('\n')));

    [Theory]
    [InlineData("a: 10.9.0.5", "machine \"a\" has that name on network \"lan\"; another name")]
    [InlineData("www: nobody", "\"nobody\" is neither a machine of the farm nor one of these names")]
    [InlineData("www: www", "\"www\" leads in a circle")]
    [InlineData("x: y, y: x", "leads in a circle")]
    [InlineData("www: a", null)]
    [InlineData("www: a.f", null)]
    [InlineData("x: y, y: 10.9.0.5", null)]
    [InlineData("b: a", null)]
    public void NamesLeadSomewhere(string records, string? problem)
    {
        var problems = Reading.Problems(
            $"farm: f\nnetworks: {{ lan: {{ dns: {{ records: {{ {records} }} }} }} }}\nvms: {{ list: [ {{ name: a, platform: debian_13 }} ] }}"
        );
        if (problem is null)
            Assert.Empty(problems);
        else
            Assert.Contains(problem, problems, StringComparison.Ordinal);
    }

    [Fact]
    public void OfBothKindsDoNotOverlap() =>
        Assert.Contains(
            "fd00:9::/64 overlaps network \"a\", fd00:9::/64",
            Reading.Problems("farm: f\nnetworks: { a: { cidr: 10.9.0.0/24, ipv6: 'fd00:9::/64' }, b: { cidr: 'fd00:9::/64' } }"),
            StringComparison.Ordinal
        );

    [Fact]
    public void FollowingMachinesHaveFollowingPorts()
    {
        var machines = Reading
            .Farm(
                $"farm: f\n{Lan}vms: {{ list: [ {{ name: n, platform: debian_13, count: 2, networks: [ {{ name: out, forwards: [ 8080:80, '0.0.0.0:5353:53/udp' ] }} ] }} ] }}"
            )
            .Machines;
        Assert.Equal(
            ["tcp:127.0.0.1:8080-:80 udp:0.0.0.0:5353-:53", "tcp:127.0.0.1:8081-:80 udp:0.0.0.0:5354-:53"],
            machines.Select(m => string.Join(' ', m.Networks[0].Forwards))
        );
    }

    [Theory]
    [InlineData("{ name: lan, forwards: [ 8080:80 ] }", "ports are forwarded on user networks, and lan is mode: nat")]
    [InlineData("{ name: out, forwards: [ 8080 ] }", "\"8080\" is no forwarded port; write the hypervisor's port and the guest's: 8080:80")]
    [InlineData("{ name: out, forwards: [ 8080:99999 ] }", "is no forwarded port")]
    [InlineData("{ name: out, forwards: [ 8080:80, 8080:81 ] }", "port 8080 is forwarded to machines")]
    [InlineData("{ name: quiet, default_route: true }", "network \"quiet\" is isolated, and leads nowhere")]
    [InlineData(
        "{ name: lan, default_route: true }, { name: out, default_route: true }",
        "the card on network \"lan\" has the default route already"
    )]
    [InlineData(
        "{ name: lan, address: 'fd00::10' }",
        "fd00::10, the address of machine \"debian-13-amd64\", is outside network \"lan\", 10.9.0.0/24"
    )]
    [InlineData("{ name: ranged, address: 10.8.0.10 }", "is in the range of network \"ranged\", which DHCP gives to others")]
    public void CardsAreRefusedWithTheirCure(string cards, string problem) =>
        Assert.Contains(
            problem,
            Reading.MachineProblems(
                $"networks: [ {cards} ]",
                Lan.Replace(" }\n", ", ranged: { cidr: 10.8.0.0/24, range: 10.8.0.10-10.8.0.20 } }\n", StringComparison.Ordinal)
            )
        );
}
