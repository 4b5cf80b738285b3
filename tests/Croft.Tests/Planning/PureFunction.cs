using Croft.Planning;
using Croft.Tests.Farms;

namespace Croft.Tests.Planning;

public sealed class PureFunction
{
    [Fact]
    public void OfEqualInputGivesEqualPlans()
    {
        Assert.Equal(PlanText.Whole(Make()), PlanText.Whole(Make()));
        var input = Input();
        Assert.Equal(PlanText.Whole(Planner.Make(input)), PlanText.Whole(Planner.Make(input)));
    }

    [Fact]
    public void PlansNothingMoreForWhatItPlanned()
    {
        var input = Input();
        var again = Planner.Make(input with { Inventory = new(Lab.Done(input, Planner.Make(input))) });
        Assert.All(again.Machines, m => Assert.Equal(MachineAction.None, m.Action));
        Assert.All(again.Networks, n => Assert.True(n.Exists));
        Assert.Empty(again.Problems);
    }

    [Fact]
    public void OfTenThousandMachinesOverAHundredHypervisorsIsRight()
    {
        var hosts = Enumerable
            .Range(0, 100)
            .Select(i => Lab.Host($"h{i}", i % 2 == 0 ? "x86_64:kvm aarch64:qemu" : "x86_64:kvm", memory: 100 * Lab.GiB))
            .ToList();
        var text =
            $"farm: f\n{Lab.Hypervisors(hosts.Select(h => h.Name))}networks: {{ lan: {{ cidr: 10.0.0.0/16 }} }}\nvms:\n  list:\n"
            + "    - { name: x, platform: debian_13, target: amd64, count: 5000 }\n    - { name: y, platform: debian_13, target: arm64, count: 5000 }\n";
        var plan = Lab.Plan(text, hosts);
        Assert.Empty(plan.Problems);
        Assert.Equal(10_000, plan.Machines.Length);
        for (var i = 0; i < 5000; i++)
        {
            Assert.Equal(($"h{i % 100}", "kvm"), (plan.Machines[i].Hypervisor, plan.Machines[i].VirtType));
            Assert.Equal(($"h{i % 50 * 2}", "qemu"), (plan.Machines[5000 + i].Hypervisor, plan.Machines[5000 + i].VirtType));
        }

        Assert.Equal(10_000, plan.Machines.Select(m => m.Nics[0].Address).Distinct().Count());
        Assert.Equal(10_000, plan.Machines.Select(m => m.Nics[0].Mac).Distinct().Count());
        Assert.Equal(100, plan.Networks.Length);
        Assert.Equal(10_000, plan.Networks.Sum(n => n.Definition.Reservations.Length));
    }

    static Plan Make() => Planner.Make(Input());

    static PlanInput Input() =>
        Lab.Input(
            $"farm: f\n{Lab.Hypervisors("h1", "h2")}networks: {{ lan: {{}}, data: {{ mode: isolated, dhcp: false }}, u: {{ mode: user }} }}\n"
                + "vms:\n  permutations: { platforms: [debian_12, debian_13], targets: [amd64, arm64] }\n  list:\n    - { name: n, platform: debian_13, count: 9, networks: [lan, data] }\n    - { name: p, platform: debian_13, networks: [u] }\n",
            Lab.Host("h1"),
            Lab.Host("h2", "x86_64:kvm aarch64:qemu")
        );
}
