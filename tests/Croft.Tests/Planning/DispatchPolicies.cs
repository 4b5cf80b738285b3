namespace Croft.Tests.Planning;

public sealed class DispatchPolicies
{
    const string Four =
        "vms: { list: [ { name: a, platform: debian_13, memory: 1GiB }, { name: b, platform: debian_13, memory: 1GiB }, { name: c, platform: debian_13, memory: 1GiB }, { name: d, platform: debian_13, memory: 1GiB } ] }";

    [Fact]
    public void SpreadTakesTheHostWithTheLargestFreeShare() => Assert.Equal(["large", "large", "large", "small"], Places("spread", Four));

    [Fact]
    public void PackFillsAHostBeforeItTakesTheNext() =>
        Assert.Equal(["small", "small", "large", "large"], Places("pack", Four, smaller: 2));

    [Fact]
    public void MachinesOfAGroupAreApartWhileThereAreHosts()
    {
        const string Group = "vms: { list: [ { name: n, platform: debian_13, count: 3, apart: nodes } ] }";
        Assert.Equal(["small", "large", "small"], Places("pack", Group));
        Assert.Equal(["small", "large", "small"], Places("fair", Group));
    }

    [Fact]
    public void SpreadGivesAHostThatEmulatesSlowerFewerMachines()
    {
        var (quick, slow) = (Lab.Host("small", "x86_64:qemu"), Lab.Host("large", "x86_64:qemu"));
        var plan = Lab.Plan(
            "farm: f\ndispatch: { policy: spread }\n"
                + Lab.Hypervisors("small", "large")
                + "vms: { list: [ { name: m, platform: debian_13, count: 12 } ] }",
            quick with
            {
                Slowness = quick.Slowness.SetItem("x86_64", 4),
            },
            slow with
            {
                Slowness = slow.Slowness.SetItem("x86_64", 12),
            }
        );
        Assert.Equal([9, 3], new[] { "small", "large" }.Select(name => plan.Machines.Count(m => m.Hypervisor == name)));
        Assert.Equal([4.0, 12.0], plan.Machines.Select(m => m.Slowness).Distinct().Order());
    }

    static IEnumerable<string?> Places(string policy, string machines, int smaller = 4) =>
        Lab.Plan(
                $"farm: f\ndispatch: {{ policy: {policy} }}\n" + Lab.Hypervisors("small", "large") + machines,
                Lab.Host("small", memory: smaller * Lab.GiB),
                Lab.Host("large", memory: 16 * Lab.GiB)
            )
            .Machines.Select(m => m.Hypervisor);
}
