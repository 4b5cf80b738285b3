using System.Net;
using Croft.Engines;
using Croft.Engines.Libvirt;

namespace Croft.Tests.Planning;

/// <summary>Subnets beside what a host reaches by its routes.</summary>
public sealed class RoutesOfHosts
{
    [Theory]
    [InlineData("10.9.0.0/24", "10.9.0.0/24 is 10.9.0.0/24")]
    [InlineData("10.9.0.64/26", "10.9.0.0/24 contains 10.9.0.64/26")]
    public void ThatANetworkWouldTakeAreRefused(string route, string problem) =>
        Assert.Contains(
            problem + ", to which hypervisor \"h1\" has a route that leads elsewhere",
            Assert.Single(Plan(Host(route)).Problems).Message
        );

    [Theory]
    [InlineData("hypervisor: { machine: l1 }", 0)]
    [InlineData("hypervisor: h1", 1)]
    public void MayLeadToANetworkThatIsInsideAMachineOnly(string home, int problems) =>
        Assert.Equal(
            problems,
            Lab.Plan(
                    $"farm: f\n{Lab.Hypervisors("h1")}networks: {{ lan: {{ cidr: 10.10.0.0/24 }}, in: {{ cidr: 10.9.0.0/24 }} }}\n"
                        + $"vms: {{ list: [ {{ name: l1, platform: debian_13, networks: [lan] }}, {{ name: l2, platform: debian_13, networks: [in], {home} }} ] }}\n",
                    Host("10.9.0.0/24")
                )
                .Problems.Count(p => p.Message.Contains("has a route", StringComparison.Ordinal))
        );

    [Fact]
    public void AroundANetworkAreNoted()
    {
        var plan = Plan(Host("10.8.0.0/13"));
        Assert.Empty(plan.Problems);
        Assert.Contains("network lan is 10.9.0.0/24, inside 10.8.0.0/13", Assert.Single(plan.Notes));
    }

    [Fact]
    public void OfAnExistingNetworkAreItsOwn()
    {
        var input = Lab.Input(Text("lan: { cidr: 10.9.0.0/24 }"), Lab.Host("h1"));
        var done = Lab.Done(input, Croft.Planning.Planner.Make(input));
        var plan = Croft.Planning.Planner.Make(
            input with
            {
                Inventory = new([.. done.Select(h => h with { Routes = [IPNetwork.Parse("10.9.0.0/24")] })]),
            }
        );
        Assert.Equal((0, 0), (plan.Problems.Length, plan.Notes.Length));
    }

    [Fact]
    public void AreAvoidedByChosenSubnetsWhereThereIsRoom()
    {
        var free = Chosen(Lab.Host("h1"));
        var beside = Chosen(Host($"{Subnets.Of(free.BaseAddress, 16)}"));
        Assert.False(Subnets.Overlap(Subnets.Of(free.BaseAddress, 16), beside));
        Assert.Equal(free, Chosen(Host("10.0.0.0/8"))); // a VPN that has everything
    }

    [Fact]
    public void AreReadFromTheKernelsTable()
    {
        if (!BitConverter.IsLittleEndian)
            Assert.Skip("the table below is of a little-endian processor");
        string[] table =
        [
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask",
            "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0 ",
            "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0 ",
        ];
        Assert.Equal([IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("192.0.2.0/24")], LocalHost.RoutesOf(table));
    }

    static HypervisorState Host(string route) => Lab.Host("h1") with { Routes = [IPNetwork.Parse(route)] };

    static Croft.Planning.Plan Plan(HypervisorState host) => Lab.Plan(Text("lan: { cidr: 10.9.0.0/24 }"), host);

    static IPNetwork Chosen(HypervisorState host) => Assert.Single(Lab.Plan(Text("lan: {}"), host).Networks).Definition.Cidr;

    static string Text(string network) =>
        $"farm: f\n{Lab.Hypervisors("h1")}networks: {{ {network} }}\nvms: {{ list: [ {{ name: a, platform: debian_13 }} ] }}";
}
