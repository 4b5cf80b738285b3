using System.Net;
using System.Xml.Linq;
using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Farms;
using Croft.Planning;
using Croft.Tests.Farms;

namespace Croft.Tests.Engines;

public sealed partial class LibvirtXml
{
    [Fact]
    public void OfANetworkIsReadAsItWasWritten()
    {
        var network = Network() with { Folder = Hostile };
        var read = NetworkXml.Read(NetworkXml.Write(network), active: true);
        Assert.Equal(
            ("f.lan", "f", "owner", Hostile, "lan", network.Cidr, false),
            (read.Name, read.Farm, read.Owner, read.Folder, read.Network, read.Cidr!.Value, read.SpanningTree)
        );
        Assert.Equal(network.Reservations, read.Reservations);
        Assert.Equal(Record.Made, NetworkXml.Read(NetworkXml.Write(network with { Made = Record.Made }), active: true).Made);
        Assert.Equal((network.Mode, (bool?)network.Dhcp, "f.croft.internal"), (read.Mode, read.Dhcp, read.Zone));
        var quiet = NetworkXml.Read(NetworkXml.Write(network with { Dhcp = false, Mode = NetworkMode.Isolated }), active: true);
        Assert.Equal(network.Reservations.Select(r => (r.Address, "", r.Host)), quiet.Reservations.Select(r => (r.Address, r.Mac, r.Host)));
        Assert.Equal((NetworkMode.Isolated, (bool?)false), (quiet.Mode, quiet.Dhcp));
    }

    [Fact]
    public void OfANetworkTellsWhatOfItTheRunningOneKnows()
    {
        var (stored, live) = (NetworkXml.Write(Network()), XElement.Parse(NetworkXml.Write(Network())));
        live.SetAttributeValue("connections", 2);
        var read = NetworkXml.Read(stored, live.ToString());
        Assert.Equal((2, read.Reservations.Length), (read.Cards, read.Published.Length));
        live.Element("dns")!.Elements("host").First().Remove(); // a command was killed between the two parts of an entry
        Assert.Equal(read.Reservations.Skip(1), NetworkXml.Read(stored, live.ToString()).Published);
        Assert.Equal((false, true), NetworkXml.Has(live.ToString(), read.Reservations[0]));
    }

    [Fact]
    public void OfANetworkHasBothNamesOfAMachine() =>
        Assert.Equal(
            "<host ip=\"10.9.0.10\"><hostname>db</hostname><hostname>db.f</hostname></host>",
            XElement.Parse(NetworkXml.DnsHost(new(IPAddress.Parse("10.9.0.10"), "", "db"), "f")).ToString(SaveOptions.DisableFormatting)
        );

    [Fact]
    public void OfAForeignNetworkIsRead()
    {
        var read = NetworkXml.Read(
            "<network><name>default</name><bridge name='virbr0' stp='on'/><ip address='192.168.122.1' netmask='255.255.255.0'><dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp></ip><ip family='ipv6' address='fd00::1' prefix='64'/></network>",
            active: false
        );
        Assert.Equal(
            (null, IPNetwork.Parse("192.168.122.0/24"), true, 0),
            (read.Farm, read.Cidr!.Value, read.SpanningTree, read.Reservations.Length)
        );
        Assert.Null(NetworkXml.Read("<network><name>br</name><forward mode='bridge'/></network>", active: true).Cidr);

        // Who makes a network of another's definition takes its mark along.
        var copied = XElement.Parse(NetworkXml.Write(Network()));
        Assert.Equal("f", NetworkXml.Read(copied.ToString(), active: true).Farm);
        copied.Element("name")!.Value = "mine";
        Assert.Null(NetworkXml.Read(copied.ToString(), active: true).Farm);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public Task OfANetworkIsValid(bool nat, bool dhcp) =>
        ValidateAsync("network", NetworkXml.Write(Network() with { Mode = nat ? NetworkMode.Nat : NetworkMode.Isolated, Dhcp = dhcp }));

    [Fact]
    public async Task OfANetworkWithEverythingIsValidAndSaysSo()
    {
        var farm = Reading.Farm(
            "farm: f\nnetworks: { lan: { mode: nat, cidr: 10.9.0.0/24, domain: lab.example, mtu: 9000, ipv6: 'fd00:9::/64', range: 10.9.0.100-10.9.0.199, "
                + "nat_ports: 20000-29999, dns: { forwarders: [ 10.1.1.1 ], records: { www: db, gw: 10.9.0.1 }, wildcards: { apps.lab.example: 10.9.0.11 } } } }"
        );
        var network = Network() with { Options = farm.Networks[0].Options, Zone = farm.Networks[0].Zone! };
        var xml = NetworkXml.Write(network);
        await ValidateAsync("network", xml);
        var root = XElement.Parse(xml);
        Assert.Equal("9000", (string?)root.Element("mtu")?.Attribute("size"));
        Assert.Equal("lab.example", (string?)root.Element("domain")?.Attribute("name"));
        Assert.Equal(["10.9.0.1", "fd00:9::1"], root.Elements("ip").Select(ip => (string)ip.Attribute("address")!));
        Assert.Equal(
            ["cname=www,www.lab.example,db", "host-record=gw,gw.lab.example,10.9.0.1", "address=/apps.lab.example/10.9.0.11"],
            root.Elements().Last().Elements().Select(option => (string)option.Attribute("value")!)
        );
        Assert.Equal(network.Options.ToString(), NetworkXml.Read(xml, active: true).Options);
        Assert.Equal(IPAddress.Parse("fd00:9::a"), network.Second(IPAddress.Parse("10.9.0.10")));
    }

    [Fact]
    public async Task OfARoutedNetworkIsValid()
    {
        var xml = NetworkXml.Write(Network() with { Mode = NetworkMode.Routed });
        await ValidateAsync("network", xml);
        Assert.Equal(NetworkMode.Routed, NetworkXml.Read(xml, active: true).Mode);
    }

    static NetworkDefinition Network() =>
        new()
        {
            Farm = "f",
            Owner = "owner",
            Folder = "/folder",
            Network = "lan",
            Bridge = Identity.Bridge("f", "lan"),
            Mode = NetworkMode.Nat,
            Dhcp = true,
            Cidr = IPNetwork.Parse("10.9.0.0/24"),
            Reservations =
            [
                new(IPAddress.Parse("10.9.0.10"), "52:54:00:00:00:01", "db"),
                new(IPAddress.Parse("10.9.0.11"), "52:54:00:00:00:02", "web"),
            ],
        };
}
