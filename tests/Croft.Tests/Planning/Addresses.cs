using System.Net;
using Croft.Engines;
using Croft.Planning;

namespace Croft.Tests.Planning;

public sealed class Addresses
{
    const string Net = "networks: { lan: { cidr: 10.9.0.0/24 } }\n";

    [Fact]
    public void AreTheNextFreeOnesBesideTheFixedOnes() =>
        Assert.Equal(
            ["10.9.0.10", "10.9.0.11", "10.9.0.13"],
            Of(
                Lab.Plan(
                    Farm(
                        Net,
                        "{ name: a, platform: debian_13 }, { name: fixed, platform: debian_13, networks: [ { name: lan, address: 10.9.0.11 } ] }, { name: b, platform: debian_13 }"
                    ),
                    Lab.Host("h1") with
                    {
                        Networks =
                        [
                            Network(
                                "f.lan",
                                "f",
                                "10.9.0.0/24",
                                new Reservation(IPAddress.Parse("10.9.0.12"), "52:54:00:00:00:01", "gone")
                            ),
                        ],
                    }
                )
            )
        );

    [Fact]
    public void ThatTheRangeLeavesAreToldWithIt()
    {
        var refused = Assert.Single(
            Lab.Plan(
                Farm("networks: { lan: { cidr: 10.9.0.0/24, range: 10.9.0.2-10.9.0.254 } }\n", "{ name: a, platform: debian_13 }"),
                Lab.Host("h1")
            ).Problems
        );
        Assert.Contains("has no address left for machine \"a\" beside the range 10.9.0.2-10.9.0.254", refused.Message);
        Assert.Equal("a shorter range; or a larger cidr", refused.Hint);
    }

    [Fact]
    public void StayWithTheirMachines()
    {
        var input = Lab.Input(
            Farm(Net, "{ name: a, platform: debian_13 }, { name: b, platform: debian_13 }, { name: c, platform: debian_13 }"),
            Lab.Host("h1")
        );
        var done = Lab.Done(input, Planner.Make(input));
        var later = Lab.Plan(
            Farm(Net, "{ name: new, platform: debian_13 }, { name: c, platform: debian_13 }, { name: a, platform: debian_13 }"),
            done
        );
        Assert.Equal(["10.9.0.13", "10.9.0.12", "10.9.0.10"], Of(later));
        Assert.Equal(["b"], later.Undeclared);
        Assert.Equal("create none none", string.Join(' ', later.Machines.Select(m => m.Action)).ToLowerInvariant());
    }

    [Fact]
    public void FixedOneOfAnotherMachineIsRefused()
    {
        var input = Lab.Input(Farm(Net, "{ name: a, platform: debian_13 }"), Lab.Host("h1"));
        var plan = Lab.Plan(
            Farm(
                Net,
                "{ name: a, platform: debian_13 }, { name: b, platform: debian_13, networks: [ { name: lan, address: 10.9.0.10 } ] }"
            ),
            Lab.Done(input, Planner.Make(input))
        );
        Assert.Contains("vms.b.networks: 10.9.0.10 in network \"lan\" is taken by a; choose another address", PlanText.Problems(plan));
    }

    [Theory]
    [InlineData("10.9.0.0/24", 253)]
    [InlineData("10.9.0.0/28", 13)]
    [InlineData("10.9.0.0/29", 5)]
    [InlineData("10.9.0.0/30", 1)]
    public void AreAllGivenOutBeforeANetworkIsFull(string cidr, int machines)
    {
        static string Count(int count) => $"{{ name: m, platform: debian_13, memory: 64MiB, count: {count} }}";
        var plan = Lab.Plan(Farm($"networks: {{ lan: {{ cidr: {cidr} }} }}\n", Count(machines)), Lab.Host("h1", memory: 0));
        Assert.Empty(plan.Problems);
        var usable = Of(plan).ToList();
        Assert.Equal(machines, usable.Distinct().Count());
        Assert.All(usable, a => Assert.True(IPNetwork.Parse(cidr).Contains(IPAddress.Parse(a!))));
        Assert.DoesNotContain("10.9.0.0", usable);
        Assert.DoesNotContain("10.9.0.1", usable);
        Assert.Equal(
            $"farm.yaml:4:13: networks.lan: {cidr} has no address left for machine \"m-{machines + 1}\"; give the network a larger cidr\n",
            PlanText.Problems(Lab.Plan(Farm($"networks: {{ lan: {{ cidr: {cidr} }} }}\n", Count(machines + 1)), Lab.Host("h1", memory: 0)))
        );
    }

    [Fact]
    public void OfTwoFarmsInOneNetworkAreDifferent()
    {
        var owner = Lab.Input(Farm(Net, "{ name: a, platform: debian_13 }, { name: b, platform: debian_13 }", "owner"), Lab.Host("h1"));
        var done = Lab.Done(owner, Planner.Make(owner));
        const string Shared = "networks: { net: { shared: owner.lan } }\n";
        var guest = Lab.Input(Farm(Shared, "{ name: x, platform: debian_13 }, { name: y, platform: debian_13 }", "guest"), done);
        var plan = Planner.Make(guest);
        Assert.Empty(plan.Problems);
        Assert.Equal(["10.9.0.12", "10.9.0.13"], Of(plan));
        Assert.Equal("owner.lan", Assert.Single(plan.Networks).Definition.Name);
        var both = Lab.Done(guest, plan);
        Assert.All(Planner.Make(guest with { Inventory = new(both) }).Machines, m => Assert.Equal(MachineAction.None, m.Action));
        Assert.Equal(
            "10.9.0.14",
            Of(Lab.Plan(Farm(Net, "{ name: a, platform: debian_13 }, { name: c, platform: debian_13 }", "owner"), both)).Last()
        );
    }

    [Fact]
    public void OfTwoFarmsWithAMachineOfOneNameAreRefused()
    {
        var owner = Lab.Input(Farm(Net, "{ name: db, platform: debian_13 }", "owner"), Lab.Host("h1"));
        var plan = Lab.Plan(
            Farm("networks: { net: { shared: owner.lan } }\n", "{ name: db, platform: debian_13 }", "guest"),
            Lab.Done(owner, Planner.Make(owner))
        );
        Assert.Equal(
            "farm.yaml:5:16: vms.db.networks: another farm has a machine \"db\" in network \"net\"; give this one another name\n",
            PlanText.Problems(plan)
        );
        Assert.NotEqual("10.9.0.10", Of(plan).Single());
    }

    [Fact]
    public void OfAMachineThatWasNotFinishedAreTakenUpAgain()
    {
        var input = Lab.Input(Farm(Net, "{ name: x, platform: debian_13 }, { name: a, platform: debian_13 }"), Lab.Host("h1"));
        var died = Lab.Done(input, Planner.Make(input)).Select(h => h with { Machines = [] });
        Assert.Equal(
            ["10.9.0.12", "10.9.0.11"],
            Of(Lab.Plan(Farm(Net, "{ name: new, platform: debian_13 }, { name: a, platform: debian_13 }"), died))
        );
    }

    [Fact]
    public void ChangeWhenTheirNetworkIsAnother()
    {
        var input = Lab.Input(Farm(Net, "{ name: a, platform: debian_13 }"), Lab.Host("h1"));
        var plan = Lab.Plan(
            Farm("networks: { other: { cidr: 10.10.0.0/24 } }\n", "{ name: a, platform: debian_13 }"),
            Lab.Done(input, Planner.Make(input))
        );
        Assert.Equal(MachineAction.Restart, plan.Machines[0].Action);
        Assert.Equal(["10.10.0.10"], Of(plan));
    }

    internal static string Farm(string networks, string machines, string name = "f") =>
        $"farm: {name}\n{Lab.Hypervisors("h1")}{networks}vms: {{ list: [ {machines} ] }}";

    internal static NetworkState Network(string name, string? farm, string cidr, params Reservation[] reservations) =>
        new()
        {
            Name = name,
            Farm = farm,
            Owner = farm is null ? null : Lab.Owner,
            Folder = farm is null ? null : "/home/" + farm,
            Network = farm is null ? null : name[(farm.Length + 1)..],
            Cidr = IPNetwork.Parse(cidr),
            Active = true,
            SpanningTree = false,
            Reservations = [.. reservations],
        };

    static IEnumerable<string?> Of(Plan plan) => plan.Machines.Select(m => m.Nics[0].Address?.ToString());
}
