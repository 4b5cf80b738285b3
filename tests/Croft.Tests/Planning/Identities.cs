using System.Globalization;
using Croft.Engines;
using Croft.Planning;

namespace Croft.Tests.Planning;

public sealed class Identities
{
    [Fact]
    public void DependOnFarmMachineAndCardOnly()
    {
        var alone = Lab.Plan(Farm("{ name: a, platform: debian_13 }"), Lab.Host("h1")).Machines[0];
        var among = Lab.Plan(
            Farm("{ name: x, platform: debian_12 }, { name: a, platform: debian_13, memory: 2GiB }", "h2"),
            Lab.Host("h2")
        ).Machines[1];
        Assert.Equal((alone.Uuid, alone.Nics[0].Mac), (among.Uuid, among.Nics[0].Mac));
        var other = Lab.Plan(Farm("{ name: a, platform: debian_13 }").Replace("farm: f", "farm: g"), Lab.Host("h1")).Machines[0];
        Assert.NotEqual(alone.Uuid, other.Uuid);
        Assert.NotEqual(alone.Nics[0].Mac, other.Nics[0].Mac);
    }

    [Fact]
    public void AreTheseForGood()
    {
        // A change here gives every machine of every farm another identity.
        Assert.Equal("00c3addb-f633-8096-b541-2034b84d8834", new MachineId("f", "a").Uuid.ToString());
        Assert.Equal("52:54:00:0c:1d:2c", Identity.Mac("f", "a", 0, 0));
        Assert.Equal("crd5da194c9cb1", Identity.Bridge("f", "lan"));
    }

    [Fact]
    public void OfManyMachinesAreUnique()
    {
        var plan = Lab.Plan(Farm("{ name: m, platform: debian_13, count: 9000, networks: [a, b] }"), Lab.Host("h1", memory: 0));
        Assert.Empty(plan.Problems);
        Assert.Equal(18000, plan.Machines.SelectMany(m => m.Nics).Select(n => n.Mac).Distinct().Count());
        Assert.Equal(9000, plan.Machines.Select(m => m.Uuid).Distinct().Count());
    }

    [Fact]
    public void TakenMacIsAvoided()
    {
        var mac = Identity.Mac("f", "a", 0, 0);
        var host = Lab.Host("h1") with
        {
            Networks =
            [
                Addresses.Network("x-n", "x", "10.20.0.0/24", new Reservation(System.Net.IPAddress.Parse("10.20.0.10"), mac, "theirs")),
            ],
        };
        Assert.Equal(Identity.Mac("f", "a", 0, 1), Lab.Plan(Farm("{ name: a, platform: debian_13 }"), host).Machines[0].Nics[0].Mac);
    }

    [Fact]
    public void OfAMachineThatExistsIsKeptFromANewOneThatIsDeclaredEarlier()
    {
        // Two names with one MAC: found by trying.
        var (first, second) = Twins();
        var input = Lab.Input(Farm($"{{ name: {second}, platform: debian_13 }}"), Lab.Host("h1"));
        var before = Planner.Make(input);
        var plan = Lab.Plan(
            Farm($"{{ name: {first}, platform: debian_13 }}, {{ name: {second}, platform: debian_13 }}"),
            Lab.Done(input, before)
        );
        Assert.Equal(before.Machines[0].Nics[0].Mac, plan.Machines[1].Nics[0].Mac);
        Assert.NotEqual(plan.Machines[0].Nics[0].Mac, plan.Machines[1].Nics[0].Mac);
        Assert.Equal(MachineAction.None, plan.Machines[1].Action);
    }

    [Fact]
    public void BridgeNamesFitTheKernel()
    {
        Assert.Equal(14, Identity.Bridge("a-very-long-name-of-a-farm", "and-of-its-network").Length);
        Assert.NotEqual(Identity.Bridge("a", "bc"), Identity.Bridge("ab", "c"));
    }

    static (string First, string Second) Twins()
    {
        var seen = new Dictionary<string, string>();
        for (var i = 0; ; i++)
        {
            var name = "m" + i.ToString(CultureInfo.InvariantCulture);
            if (!seen.TryAdd(Identity.Mac("f", name, 0, 0), name))
                return (seen[Identity.Mac("f", name, 0, 0)], name);
        }
    }

    static string Farm(string machines, string host = "h1") =>
        $"farm: f\n{Lab.Hypervisors(host)}networks: {{ a: {{ cidr: 10.9.0.0/16 }}, b: {{ cidr: 10.10.0.0/16 }} }}\nvms: {{ list: [ {machines} ] }}";
}
