using Croft.Engines;
using Croft.Planning;

namespace Croft.Tests.Planning;

public sealed class SessionPorts
{
    const string Two = "{ name: a, platform: debian_13 }, { name: b, platform: debian_13 }";

    [Fact]
    public void AreOnePerMachineInsteadOfAddresses()
    {
        var plan = Lab.Plan(Farm(Two), Lab.Host("h1"));
        Assert.Empty(plan.Networks);
        Assert.All(plan.Machines, m => Assert.Null(m.Nics[0].Address));
        Assert.All(plan.Machines, m => Assert.Null(m.Nics[0].Bridge));
        Assert.All(plan.Machines, m => Assert.InRange(m.Nics[0].Port!.Value, 22000, 29999));
        Assert.NotEqual(Port(plan, 0), Port(plan, 1));
    }

    [Fact]
    public void BusyOneIsAvoided()
    {
        var port = Port(Lab.Plan(Farm(Two), Lab.Host("h1")), 0);
        Assert.Equal(port + 1, Port(Lab.Plan(Farm(Two), Lab.Host("h1") with { BusyPorts = [port] }), 0));
    }

    [Fact]
    public void OfARunningMachineIsKeptThoughItIsBusy()
    {
        var input = Lab.Input(Farm(Two), Lab.Host("h1"));
        var first = Planner.Make(input);
        var plan = Planner.Make(input with { Inventory = new(Lab.Done(input, first)) });
        Assert.Equal(first.Machines.Select(m => m.Nics[0].Port), plan.Machines.Select(m => m.Nics[0].Port));
        Assert.All(plan.Machines, m => Assert.Equal(MachineAction.None, m.Action));
    }

    [Theory]
    [InlineData(PowerState.Off)]
    [InlineData(PowerState.Crashed)]
    public void OfAMachineThatIsOffIsLeftToWhoeverTookIt(PowerState power)
    {
        var input = Lab.Input(Farm(Two), Lab.Host("h1"));
        var first = Planner.Make(input);
        var off = Lab.Done(input, first, power);
        Assert.Equal(Port(first, 0), Port(Planner.Make(input with { Inventory = new(off) }), 0));
        var plan = Planner.Make(input with { Inventory = new([.. off.Select(h => h with { BusyPorts = [Port(first, 0)] })]) });
        Assert.NotEqual(Port(first, 0), Port(plan, 0));
        Assert.Equal(Port(first, 1), Port(plan, 1));
        Assert.Equal(MachineAction.Start, plan.Machines[0].Action);
    }

    [Fact]
    public void OfMachinesThatExistAreNotGivenToNewOnes()
    {
        var input = Lab.Input(Farm("{ name: m, platform: debian_13, memory: 64MiB, count: 2000 }"), Lab.Host("h1", memory: 0));
        var off = Lab.Done(input, Planner.Make(input), PowerState.Off);
        var plan = Lab.Plan(
            Farm(
                "{ name: new, platform: debian_13, memory: 64MiB, count: 2000 }, { name: m, platform: debian_13, memory: 64MiB, count: 2000 }"
            ),
            off
        );
        Assert.Equal(4000, plan.Machines.Select(m => m.Nics[0].Port).Distinct().Count());
        Assert.All(plan.Machines.Skip(2000), m => Assert.Equal(MachineAction.Start, m.Action));
    }

    [Fact]
    public void AreRefusedWhenNoneIsLeft()
    {
        var plan = Lab.Plan(Farm("{ name: m, platform: debian_13, memory: 64MiB, count: 8001 }"), Lab.Host("h1", memory: 0));
        Assert.Equal(
            "farm.yaml:4:16: vms.m-8001.networks: no port from 22000 to 29999 is left for the ssh of machine \"m-8001\"; give it a network that is not mode: user\n",
            PlanText.Problems(plan)
        );
    }

    static int Port(Plan plan, int machine) => plan.Machines[machine].Nics[0].Port!.Value;

    static string Farm(string machines) =>
        $"farm: f\nhypervisors: {{ h1: {{ uri: \"qemu:///session\" }} }}\nnetworks: {{ u: {{ mode: user }} }}\nvms: {{ list: [ {machines} ] }}";
}
