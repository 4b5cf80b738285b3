using Croft.Engines;
using Croft.Farms;
using Croft.Planning;
using Croft.Tests.Farms;

namespace Croft.Tests.Planning;

public sealed class ExamplesPlanned
{
    public static TheoryData<string> All => Schema.Examples;

    [Theory]
    [MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public void PlanWithoutProblemsOnOneHost(string example)
    {
        var farm = FarmFile.Read(Path.Combine(Repository.Root, example), Reading.Defaults).Require();
        var input = Lab.Input(
            farm,
            farm.Hypervisors.Select(h =>
                h.IsLxd
                    ? Lab.Host(h.Name, "x86_64:lxc") with
                    {
                        Can = EngineCapabilities.OfContainers,
                    }
                    : Lab.Host(h.Name, "x86_64:kvm,qemu aarch64:qemu riscv64:qemu ppc64le:qemu s390x:qemu i686:qemu")
            )
        );
        var plan = Planner.Make(input);
        Assert.Equal("", PlanText.Problems(plan));
        Assert.All(plan.Machines, m => Assert.Equal(MachineAction.Create, m.Action));
        Assert.All(Planner.Make(input with { Inventory = new(Lab.Done(input, plan)) }).Machines, m =>
            Assert.Equal(MachineAction.None, m.Action)
        );
    }
}
