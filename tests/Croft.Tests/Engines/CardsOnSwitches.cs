using System.Net;
using System.Xml.Linq;
using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Tests.Farms;

namespace Croft.Tests.Engines;

public sealed class CardsOnSwitches
{
    static readonly Nic Card = new("lan", "f.lan", "52:54:00:00:00:01", IPAddress.Parse("10.9.0.10"), 22001)
    {
        Source = NicSource.Switch,
        IsClosed = true,
    };

    [Theory]
    [InlineData("\u007fELF libvdeplug.so.2 libz.so.1", true)]
    [InlineData("\u007fELF libz.so.1", false)]
    [InlineData(null, true)] // QEMU may be elsewhere
    public void NeedAQemuThatKnowsVde(string? content, bool expected)
    {
        using var folder = new TemporaryFolder();
        if (content is not null)
            folder.Write("qemu", content);
        Assert.Equal(expected, UserSwitches.KnowsVde(folder["qemu"]));
    }

    [Fact]
    public void AreHubsWithAWayToTheSwitchAndAUserCardBeside() =>
        Assert.Equal(
            [
                "-netdev",
                "vde,id=croftv0,sock=/home/a,,b/net",
                "-netdev",
                "hubport,id=crofth0,hubid=0,netdev=croftv0",
                "-netdev",
                "hubport,id=croftn0,hubid=0",
                "-device",
                "virtio-net-pci,netdev=croftn0,mac=52:54:00:00:00:01,romfile=,bus=pcie.0,addr=0x10",
                "-netdev",
                "user,id=croft0,ipv6=off,restrict=on,hostfwd=tcp:127.0.0.1:22001-:22",
                "-device",
                "virtio-net-pci,netdev=croft0,mac=52:54:0a:00:02:0f,romfile=,bus=pcie.0,addr=0x11",
            ],
            Options(Card).Elements().Attributes("value").Select(a => a.Value)
        );

    [Fact]
    public void AreFoundInADefinitionAndJoinTheSwitchThatIsThereNow()
    {
        var card = Assert.Single(SwitchCard.In(new XElement("domain", Options(Card))));
        Assert.Equal(new SwitchCard(0, "/home/a,b/net"), card);
        Assert.Equal(
            [
                "netdev_del crofth0",
                "netdev_del croftv0",
                "netdev_add vde,id=croftv0,sock=/home/a,,b/net",
                "netdev_add hubport,id=crofth0,hubid=0,netdev=croftv0",
            ],
            card.Joining
        );
        Assert.Equal("set_link croftn0 off", card.Plugging(false));
    }

    [Fact]
    public void HaveNetworksAsLibvirtKeepsThem()
    {
        var xml = NetworkXml.Write(
            new()
            {
                Farm = "f",
                Owner = "o",
                Folder = "/f",
                Network = "lan",
                Bridge = "cr0",
                Mode = Croft.Farms.NetworkMode.Nat,
                Dhcp = true,
                Cidr = IPNetwork.Parse("10.9.0.0/24"),
                Options = new() { Ipv6 = IPNetwork.Parse("fd00:9::/64"), Records = [("www", "db")] },
                Reservations = [new(IPAddress.Parse("10.9.0.10"), "52:54:00:00:00:01", "db")],
            }
        );
        var config = SwitchConfig.Of(xml, "/s");
        Assert.Equal(("10.9.0.1/24", "fd00:9::1/64", true), (config.Address, config.Address6, config.LeadsOut));
        Assert.Equal("10.9.0.10 db db.f\nfd00:9::a db.f.croft.internal\n", config.Files["hosts"]);
        Assert.Equal("52:54:00:00:00:01,10.9.0.10,db\n", config.Files["dhcp-hosts"]);
        var options = config.Files["dnsmasq.conf"].Split('\n');
        Assert.Superset(
            new HashSet<string>
            {
                "local=/f.croft.internal/",
                "server=10.0.2.3",
                "dhcp-range=10.9.0.0,static",
                "cname=www,www.f.croft.internal,db",
            },
            options.ToHashSet()
        );
    }

    static XElement Options(Nic card) =>
        CardOptions.Write([card], Croft.Engines.Libvirt.Architecture.Of("x86_64"), 22, name => name == "f.lan" ? "/home/a,b/net" : name)!;
}
