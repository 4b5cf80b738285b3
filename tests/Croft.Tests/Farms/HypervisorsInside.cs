using Croft.Farms;

namespace Croft.Tests.Farms;

public sealed class HypervisorsInside
{
    const string L1 = "    - { name: l1, platform: debian_13, vcpus: 3, memory: 2GiB, hypervisor: local }\n";

    [Theory]
    [InlineData("hypervisors: { local: { uri: \"qemu:///system\" }, inner: { machine: l1 } }", "inner", "inner")]
    [InlineData("hypervisors: { local: { uri: \"qemu:///system\" }, inner: { machine: l1 } }", "{ machine: l1 }", "inner")]
    [InlineData("hypervisors: { local: { uri: \"qemu:///system\" } }", "{ machine: l1 }", "l1")]
    [InlineData("", "{ machine: l1 }", "l1")]
    public void AreDeclaredOrJustNamed(string hypervisors, string asked, string name)
    {
        var farm = Reading.Farm(
            $"farm: f\n{hypervisors}\nvms:\n  list:\n    - {{ name: l2, platform: debian_13, hypervisor: {asked} }}\n{L1}"
        );
        Assert.Equal(["local", name], farm.Hypervisors.Select(h => h.Name));
        Assert.Equal([name, "local"], farm.Machines.Select(m => m.Hypervisor));
        Assert.Equal(
            ("l1", 1, "qemu+ssh://f.l1/system"),
            (farm.Hypervisors[1].Machine, farm.Hypervisors[1].Depth, farm.Hypervisors[1].Uri)
        );
        Assert.Equal(("l1", null), (farm.HostOf(name), farm.HostOf("local")));
    }

    [Fact]
    public void HaveWhatTheirMachineHasLessItsOwnNeed()
    {
        var inner = Reading
            .Farm($"farm: f\nvms:\n  list:\n{L1}    - {{ name: l2, platform: debian_13, hypervisor: {{ machine: l1 }} }}")
            .Hypervisors[1];
        Assert.Equal(new Capacity(3, (2L << 30) - (256 << 20)), inner.Size);
        Assert.Equal("x86_64:qemu", Capabilities(inner));
        Assert.Equal(TimeSpan.FromSeconds(30), inner.ConnectionTimeout);
    }

    [Fact]
    public void HaveWhatIsDeclaredOfThem()
    {
        var inner = Reading
            .Farm(
                "farm: f\nhypervisors: { local: { uri: \"qemu:///system\" }, inner: { machine: l1, capabilities: { x86_64: [kvm], aarch64: [qemu] }, size: { memory: 1GiB }, connection_timeout: 5s, labels: { site: lyon } } }\n"
                    + $"vms:\n  list:\n{L1}"
            )
            .Hypervisors[1];
        Assert.Equal(new Capacity(3, 1L << 30), inner.Size);
        Assert.Equal("aarch64:qemu x86_64:kvm", Capabilities(inner));
        Assert.Equal((TimeSpan.FromSeconds(5), "lyon"), (inner.ConnectionTimeout, inner.Labels["site"]));
    }

    [Fact]
    public void AreInsideEachOtherToAnyDepth()
    {
        var farm = Reading.Farm(
            """
            farm: f
            vms:
              list:
                - { name: l4, platform: debian_13, hypervisor: { machine: l3 } }
                - { name: l3, platform: debian_13, hypervisor: { machine: l2 } }
                - { name: l2, platform: debian_13, hypervisor: { machine: l1 } }
                - { name: l1, platform: debian_13 }
            """
        );
        Assert.Equal("local 0, l3 3, l2 2, l1 1", string.Join(", ", farm.Hypervisors.Select(h => $"{h.Name} {h.Depth}")));
    }

    [Theory]
    [InlineData("machine: l2", "farm.yaml:6:63: vms.list[1].hypervisor.machine: machine \"l2\" would run inside itself: l2 in l2")]
    [InlineData("machine: l3", "machine \"l2\" would run inside itself: l2 in l3 in l2")]
    [InlineData("machine: l9", "farm.yaml:6:63: vms.list[1].hypervisor.machine: no machine \"l9\" in this farm; did you mean")]
    [InlineData(
        "machine: local",
        "farm.yaml:6:63: vms.list[1].hypervisor.machine: hypervisor \"local\" is declared, and is not the machine of that name"
    )]
    [InlineData("name: local", "vms.list[1].hypervisor.name: a machine that is a hypervisor has no key \"name\"")]
    public void ThatCannotBeAreReported(string asked, string problem) =>
        Assert.Contains(
            problem,
            Reading.Problems(
                $"farm: f\nhypervisors: {{ local: {{ uri: \"qemu:///system\" }} }}\nvms:\n  list:\n{L1}    - {{ name: l2, platform: debian_13, hypervisor: {{ {asked} }} }}\n    - {{ name: l3, platform: debian_13, hypervisor: {{ machine: l2 }} }}"
            )
        );

    [Theory]
    [InlineData("inner: { machine: l9 }", "hypervisors.inner.machine: no machine \"l9\" in this farm")]
    [InlineData(
        "inner: { machine: l1, uri: \"qemu:///session\" }",
        "hypervisors.inner.uri: a hypervisor that is a machine of this farm has no uri"
    )]
    [InlineData("inner: { machine: l1, jump: far }", "hypervisors.inner.jump: a hypervisor that is a machine of this farm has no jump")]
    [InlineData(
        "inner: { machine: l1 }, other: { machine: l1 }",
        "hypervisors.other.machine: machine \"l1\" is hypervisor \"inner\" already"
    )]
    public void ThatAreDeclaredWronglyAreReported(string declared, string problem) =>
        Assert.Contains(
            problem,
            Reading.Problems($"farm: f\nhypervisors: {{ local: {{ uri: \"qemu:///system\" }}, {declared} }}\nvms:\n  list:\n{L1}")
        );

    [Fact]
    public void NeedOneOutside() =>
        Assert.Contains(
            "hypervisors.inner.machine: every hypervisor is a machine of this farm; declare the one that runs them: local: { uri: \"qemu:///system\" }",
            Reading.Problems("farm: f\nhypervisors: { inner: { machine: l1 } }\nvms: { list: [ { name: l1, platform: debian_13 } ] }")
        );

    static string Capabilities(HypervisorSpec hypervisor) =>
        string.Join(' ', hypervisor.Capabilities.Select(c => $"{c.Key}:{string.Join(',', c.Value)}"));
}
