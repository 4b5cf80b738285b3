using System.Net;
using Croft.Engines;
using Croft.Farms;
using Croft.Planning;
using Croft.Tests.Farms;

namespace Croft.Tests.Planning;

public sealed class MachinesInsideMachines
{
    const string Text = """
        farm: f
        vms:
          list:
            - { name: l3, platform: debian_13, memory: 128MiB, hypervisor: { machine: l2 } }
            - { name: l2, platform: debian_13, memory: 512MiB, hypervisor: { machine: l1 } }
            - { name: l1, platform: debian_13, memory: 2GiB }
            - { name: web, platform: debian_13 }
        """;

    [Fact]
    public void AreInTheirMachineByEmulation()
    {
        var plan = Lab.Plan(Text, Off(Text));
        Assert.Equal("", PlanText.Problems(plan));
        Assert.Equal("l3 on l2 by qemu, l2 on l1 by qemu, l1 on local by kvm, web on local by kvm", Places(plan));
        Assert.All(plan.Machines, m => Assert.Equal(MachineAction.Create, m.Action));
        Assert.Equal([25, 5, 1, 1], plan.Machines.Select(m => m.Slowness)); // each emulation in the other
    }

    [Fact]
    public void HaveNetworksOfTheirOwnOnEachHypervisor()
    {
        var plan = Lab.Plan(Text, Off(Text));
        Assert.Equal(["l1", "l2", "local"], plan.Networks.Select(n => n.Hypervisor).Order());
        Assert.All(plan.Networks, a => Assert.Single(plan.Networks, b => Subnets.Overlap(a.Definition.Cidr, b.Definition.Cidr)));
        Assert.All(plan.Machines, m =>
            Assert.True(plan.Networks.Single(n => n.Hypervisor == m.Hypervisor).Definition.Cidr.Contains(m.Nics[0].Address!))
        );
        Assert.Equal(plan.Networks.Select(n => n.Definition.Cidr), Lab.Plan(Text, Off(Text)).Networks.Select(n => n.Definition.Cidr));
    }

    [Fact]
    public void MayHaveADeclaredNetworkThatTheirMachineIsNotOn()
    {
        const string Declared =
            "farm: f\nnetworks: {{ out: {{ cidr: 10.9.0.0/24 }}, in: {{ cidr: {0} }} }}\nvms: {{ list: [ {{ name: l1, platform: debian_13, networks: [ out ] }}, {{ name: l2, platform: debian_13, memory: 128MiB, networks: [ {1} ], hypervisor: {{ machine: l1 }} }} ] }}";
        var (good, bad) = (
            string.Format(null, Declared, "10.8.0.0/24", "{ name: in, address: 10.8.0.40 }"),
            string.Format(null, Declared, "10.8.0.0/24", "out")
        );
        var plan = Lab.Plan(good, Off(good));
        Assert.Equal("", PlanText.Problems(plan));
        Assert.Equal(IPAddress.Parse("10.8.0.40"), plan.Machines[1].Nics[0].Address);
        Assert.Equal(
            "farm.yaml:2:13: networks.out.cidr: machine \"l1\" is connected to 10.9.0.0/24 of network \"out\", and cannot make 10.9.0.0/24 inside itself for the machines that it runs; "
                + "leave the cidr out, and each hypervisor inside the farm gets one of its own; or give the machines in l1 another network\n",
            PlanText.Problems(Lab.Plan(bad, Off(bad)))
        );
    }

    [Fact]
    public void AreThoseThatAskForIt()
    {
        var text = Text.Replace("name: web", "name: web, count: 9", StringComparison.Ordinal);
        Assert.Equal(
            9,
            Lab.Plan(text, Off(text))
                .Machines.Count(m => m.Spec.Name.StartsWith("web-", StringComparison.Ordinal) && m.Hypervisor == "local")
        );
    }

    [Fact]
    public void HaveNoPlaceWhenTheirMachineHasNone()
    {
        var plan = Lab.Plan(Text, Off(Text, Lab.Host("local", memory: Lab.GiB)));
        Assert.Equal("l3 on  by , l2 on  by , l1 on  by , web on local by kvm", Places(plan));
        Assert.Contains("machine \"l1\" fits no hypervisor: local: 1 GiB of memory free, 2 GiB needed", PlanText.Problems(plan));
        Assert.Contains(
            "machine \"l2\" fits no hypervisor: local: the machine asks for l1; l2: the machine asks for l1; l1: is machine l1, which has no place itself",
            PlanText.Problems(plan)
        );
        Assert.Contains("l2: is machine l2, which has no place itself", PlanText.Problems(plan));
    }

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)] // of 512 MiB, l2 keeps 256 for itself
    public void HaveTheRoomThatTheirMachineHas(int memory, bool fits)
    {
        var text = Text.Replace("128MiB", $"{memory}MiB", StringComparison.Ordinal);
        Assert.Equal(fits, Lab.Plan(text, Off(text)).Problems.IsEmpty);
    }

    [Fact]
    public void AreNoChangeOnceAllRun()
    {
        var done = Done(Text, out var input, out var plan);
        var again = Planner.Make(input with { Inventory = new([.. done]) });
        Assert.Equal(
            plan.Machines.Select(m => (m.Spec.Name, MachineAction.None, string.Join(' ', m.Nics))),
            again.Machines.Select(m => (m.Spec.Name, m.Action, string.Join(' ', m.Nics)))
        );
        Assert.All(again.Networks, n => Assert.True(n.Exists));
    }

    [Fact]
    public void AreNotSeenWhileTheirMachineIsOff()
    {
        var done = Done(Text, out var input, out _);
        var off = done.Select(h =>
            h.Name == "local"
                ? Power(h, "f.l1", PowerState.Off)
                : HypervisorState.Declared(input.Farm.Hypervisors.First(s => s.Name == h.Name))
        );
        var plan = Planner.Make(input with { Inventory = new([.. off]) });
        Assert.Equal("l3 create, l2 create, l1 start, web none", Actions(plan));
        Assert.Equal("asked for; what is in l1 shows when it runs", plan.Machines[1].Reason);
    }

    [Theory]
    [InlineData("name: l1, vcpus: 2", "l3 start, l2 start, l1 restart, web none")]
    [InlineData("name: l1, user: admin", "l3 recreate, l2 recreate, l1 recreate, web none")]
    public void ShareTheFateOfTheirMachine(string declared, string actions)
    {
        var done = Done(Text, out _, out _);
        Assert.Equal(actions, Actions(Lab.Plan(Text.Replace("name: l1", declared, StringComparison.Ordinal), done)));
    }

    [Fact]
    public void BringTheirMachineWithThemWhenItDoesNotRun()
    {
        var plan = Lab.Plan(Text, Off(Text));
        Assert.Equal(["l3", "l2", "l1"], plan.Of(["l3"]).Machines.Select(m => m.Spec.Name));
        Assert.Equal(["l1"], plan.Of(["l1"]).Machines.Select(m => m.Spec.Name));
        var up = Lab.Plan(Text, Done(Text, out _, out _));
        Assert.Equal(["l3"], up.Of(["l3"]).Machines.Select(m => m.Spec.Name));
    }

    [Fact]
    public void RunByWhatIsDeclaredAlsoWhenMoreIsSeen()
    {
        var spec = Reading.Farm(Text).InnerHypervisors.First(h => h.Name == "l1");
        var seen = Lab.Host("l1", "aarch64:qemu x86_64:kvm,qemu", 3 * Lab.GiB).AsDeclared(spec);
        Assert.Equal(("qemu", 1792 * Lab.MiB), (string.Join(' ', Assert.Single(seen.VirtTypes).Value), seen.Memory));
    }

    static HypervisorState[] Off(string text, HypervisorState? local = null) =>
        [local ?? Lab.Host("local"), .. Reading.Farm(text).InnerHypervisors.Select(HypervisorState.Declared)];

    static HypervisorState[] Done(string text, out PlanInput input, out Plan plan)
    {
        input = Lab.Input(text, Off(text));
        plan = Planner.Make(input);
        return [.. Lab.Done(input, plan).Select(h => h with { IsOff = false })];
    }

    static HypervisorState Power(HypervisorState host, string machine, PowerState power) =>
        host with
        {
            Machines = [.. host.Machines.Select(m => m.Name == machine ? m with { Power = power } : m)],
        };

    static string Places(Plan plan) => string.Join(", ", plan.Machines.Select(m => $"{m.Spec.Name} on {m.Hypervisor} by {m.VirtType}"));

    static string Actions(Plan plan) =>
        string.Join(", ", plan.Machines.Select(m => $"{m.Spec.Name} {m.Action.ToString().ToLowerInvariant()}"));
}
