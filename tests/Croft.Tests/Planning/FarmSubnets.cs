using System.Net;
using Croft.Engines;
using Croft.Planning;

namespace Croft.Tests.Planning;

public sealed class FarmSubnets
{
    const string Text = "farm: f\nhypervisors: { h1: { uri: qemu+ssh://h1/system } }\nvms: { list: [ { platform: debian_13 } ] }";

    [Fact]
    public void AreTheFarmsOwnPlace()
    {
        var cidr = Chosen(Lab.Host("h1"));
        Assert.Equal(cidr, Chosen(Lab.Host("h1")));
        Assert.True(IPNetwork.Parse("10.64.0.0/10").Contains(cidr.BaseAddress));
        Assert.Equal(24, cidr.PrefixLength);
    }

    [Fact]
    public void AvoidEverythingThatIsThere()
    {
        var host = Lab.Host("h1");
        for (var i = 0; i < 20; i++)
        {
            var cidr = Chosen(host);
            Assert.DoesNotContain(host.Networks, n => Subnets.Overlap(n.Cidr!.Value, cidr));
            Assert.DoesNotContain(host.Addresses, a => Subnets.Overlap(a, cidr));
            host =
                i % 2 == 0
                    ? host with
                    {
                        Networks = host.Networks.Add(Addresses.Network($"x-n{i}", "x", cidr.ToString())),
                    }
                    : host with
                    {
                        Addresses = host.Addresses.Add(Subnets.Of(cidr.BaseAddress, 22)),
                    };
        }
    }

    [Fact]
    public void AreLargeEnough()
    {
        var plan = Lab.Plan(
            "farm: f\nhypervisors: { h1: { uri: qemu+ssh://h1/system } }\nvms: { list: [ { name: m, platform: debian_13, memory: 64MiB, count: 2000 } ] }",
            Lab.Host("h1", memory: 0)
        );
        Assert.Empty(plan.Problems);
        Assert.Equal(2000, plan.Machines.Select(m => m.Nics[0].Address).Distinct().Count());
    }

    [Fact]
    public void OfOneFarmDoNotOverlap()
    {
        var plan = Lab.Plan(
            Addresses.Farm(
                "networks: { a: {}, b: { mode: isolated }, c: { cidr: 10.64.0.0/12 } }\n",
                "{ platform: debian_13, networks: [a, b, c] }"
            ),
            Lab.Host("h1")
        );
        Assert.Empty(plan.Problems);
        var cidrs = plan.Networks.Select(n => n.Definition.Cidr).ToList();
        Assert.Equal(3, cidrs.Count);
        Assert.All(cidrs, a => Assert.Single(cidrs, b => Subnets.Overlap(a, b)));
    }

    [Fact]
    public void ClashWithAnotherFarmIsRefusedByNameAndWithTheWayToShare()
    {
        var plan = Lab.Plan(
            Addresses.Farm("networks: { lan: { cidr: 10.9.0.0/24 } }\n", "{ platform: debian_13 }"),
            Lab.Host("h1") with
            {
                Networks = [Addresses.Network("vde-mgmt", "vde", "10.9.0.0/16")],
            }
        );
        Assert.Equal(
            "farm.yaml:4:13: networks.lan.cidr: 10.9.0.0/24 overlaps 10.9.0.0/16 of network \"mgmt\" of farm \"vde\" in /home/vde; choose another cidr, or say shared: vde.mgmt\n",
            PlanText.Problems(plan)
        );
    }

    [Fact]
    public void ClashWithAForeignNetworkOrTheHostItselfIsRefused()
    {
        const string Net = "networks: { lan: { cidr: 192.168.122.0/24 } }\n";
        var machine = "{ platform: debian_13 }";
        Assert.Equal(
            "farm.yaml:4:13: networks.lan.cidr: 192.168.122.0/24 overlaps 192.168.122.0/24 of libvirt's network default on hypervisor \"h1\"; choose another cidr\n",
            PlanText.Problems(
                Lab.Plan(
                    Addresses.Farm(Net, machine),
                    Lab.Host("h1") with
                    {
                        Networks = [Addresses.Network("default", null, "192.168.122.0/24")],
                    }
                )
            )
        );
        Assert.Equal(
            "farm.yaml:4:13: networks.lan.cidr: 192.168.122.0/24 overlaps 192.168.0.0/16, which hypervisor \"h1\" itself is connected to; choose another cidr\n",
            PlanText.Problems(
                Lab.Plan(Addresses.Farm(Net, machine), Lab.Host("h1") with { Addresses = [IPNetwork.Parse("192.168.0.0/16")] })
            )
        );
    }

    [Fact]
    public void OwnNetworkIsNoClash()
    {
        var input = Lab.Input(Addresses.Farm("networks: { lan: { cidr: 10.9.0.0/24 } }\n", "{ platform: debian_13 }"), Lab.Host("h1"));
        Assert.Empty(Planner.Make(input with { Inventory = new(Lab.Done(input, Planner.Make(input))) }).Problems);
    }

    [Fact]
    public void ChosenOneIsKeptWhenTheHostChanges()
    {
        var input = Lab.Input(Text, Lab.Host("h1"));
        var first = Planner.Make(input);
        var later = Lab.Done(input, first).Select(h => h with { Networks = h.Networks.Add(Addresses.Network("x-y", "x", "10.64.0.0/24")) });
        Assert.Equal(first.Networks[0].Definition.Cidr, Lab.Plan(Text, later).Networks[0].Definition.Cidr);
    }

    [Fact]
    public void ChangedCidrOfANetworkThatExistsIsRefused()
    {
        var input = Lab.Input(Addresses.Farm("networks: { lan: { cidr: 10.9.0.0/24 } }\n", "{ platform: debian_13 }"), Lab.Host("h1"));
        Assert.Equal(
            "farm.yaml:4:13: networks.lan.cidr: the network exists with 10.9.0.0/24; croft destroy removes it; or keep the old cidr\n",
            PlanText.Problems(
                Lab.Plan(
                    Addresses.Farm("networks: { lan: { cidr: 10.8.0.0/24 } }\n", "{ platform: debian_13 }"),
                    Lab.Done(input, Planner.Make(input))
                )
            )
        );
    }

    [Fact]
    public void SharedNetworkMustBeThere() =>
        Assert.Equal(
            "farm.yaml:4:13: networks.net.shared: no hypervisor has the network vde.mgmt; bring up the farm that owns it first\n",
            PlanText.Problems(
                Lab.Plan(Addresses.Farm("networks: { net: { shared: vde.mgmt } }\n", "{ platform: debian_13 }"), Lab.Host("h1"))
            )
        );

    static IPNetwork Chosen(HypervisorState host) => Lab.Plan(Text, host).Networks[0].Definition.Cidr;
}
