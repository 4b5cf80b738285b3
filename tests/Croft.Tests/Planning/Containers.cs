using Croft.Engines;
using Croft.Planning;
using Croft.Tests.Farms;

namespace Croft.Tests.Planning;

/// <summary>Machines that are containers, and what plans refuse of them.</summary>
public sealed class Containers
{
    const string Hosts = "hypervisors: { h: { uri: qemu:///system }, c: { uri: lxd:// } }\n";

    [Fact]
    public void GoToTheirKindOfHypervisor()
    {
        var plan = Plan("{ name: a, platform: debian_12, runtime: container }, { name: b, platform: debian_12 }");
        Assert.Equal(["c lxc", "h kvm"], plan.Machines.Select(m => $"{m.Hypervisor} {m.VirtType}"));
    }

    [Theory]
    [InlineData("runtime: container, hypervisor: h", "is libvirt, which runs no containers")]
    [InlineData("hypervisor: c", "runs containers only")]
    [InlineData("connection: engine, hypervisor: h", "has no way of its own into guests")]
    [InlineData("runtime: container, hypervisor: c/m2", "is no cluster, and has no member m2")]
    [InlineData("runtime: container, networks: [ out ]", "cannot give a machine the user network out")]
    public void AreRefusedWhereTheyCannotBe(string declared, string reason) =>
        Assert.Contains(reason, PlanText.Problems(Plan($"{{ name: a, platform: debian_12, {declared} }}")), StringComparison.Ordinal);

    [Theory]
    [InlineData("firmware: uefi", "a container has no firmware")]
    [InlineData("tpm: true", "a container has no TPM")]
    [InlineData("cpu: host-passthrough", "whose model cannot be chosen")]
    [InlineData("virt_domain: kvm", "a container is not run by kvm")]
    [InlineData("disks: [ { name: data, size: 1GiB } ]", "a container has no further disks")]
    [InlineData("container: { config: { limits.memory: 1GiB } }", "limits.memory is Croft's to write")]
    [InlineData("container: { config: { boot.autostart: true } }", "boot.autostart is Croft's to write")]
    [InlineData("container: { nesting: true, config: { security.nesting: false } }", "security.nesting is what nesting says")]
    [InlineData("container: { privileged: false, config: { security.privileged: true } }", "security.privileged is what privileged says")]
    [InlineData(
        "container: { kernel_modules: [nbd], config: { linux.kernel_modules: vde } }",
        "linux.kernel_modules is what kernel_modules says"
    )]
    [InlineData("container: { devices: { eth0: { type: nic } } }", "eth0 is Croft's to write")]
    [InlineData("container: { devices: { data: { path: /srv } } }", "a device needs a type")]
    [InlineData("container: { devices: { data: { type: diskk } } }", "is no type of a device")]
    [InlineData("connection: agent", "a container has no guest agent")]
    [InlineData(
        "timezone: Europe/Rome",
        "image \"debian_12\" has no cloud-init, but a small reader of Croft's, and does not know timezone"
    )]
    [InlineData("networks: [ { name: default, model: e1000e } ]", "a container's network card has no model")]
    public void HaveNoHardware(string declared, string problem) =>
        Assert.Contains(
            problem,
            Reading.Problems($"farm: f\n{Hosts}vms: {{ list: [ {{ name: a, platform: debian_12, runtime: container, {declared} }} ] }}"),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("pool: fast", "has no storage pool fast")]
    [InlineData("profiles: [ gpu ]", "has no profile gpu")]
    public void AreRefusedWhatTheirHostHasNot(string declared, string reason) =>
        Assert.Contains(
            reason,
            PlanText.Problems(Plan($"{{ name: a, platform: debian_12, runtime: container, container: {{ {declared} }} }}")),
            StringComparison.Ordinal
        );

    [Fact]
    public void HaveWordsOfTheirOwn()
    {
        var plan = Plan(
            "{ name: a, platform: debian_12, runtime: container, container: { nesting: true, kernel_modules: [ a, b ], config: { raw.lxc: x }, devices: { d: { type: disk, source: /srv, path: /srv } } } }"
        );
        Assert.Equal(
            ["linux.kernel_modules=a,b", "raw.lxc=x", "security.nesting=true", "d.path=/srv", "d.source=/srv", "d.type=disk"],
            plan.Machines[0].Spec.Container!.Parts()
        );
    }

    [Fact]
    public void AreNotWhatVirtualMachinesHave() =>
        Assert.Contains(
            "a virtual machine has nothing of a container",
            Reading.Problems($"farm: f\n{Hosts}vms: {{ list: [ {{ name: a, platform: debian_12, container: {{ nesting: true }} }} ] }}"),
            StringComparison.Ordinal
        );

    [Fact]
    public void AloneHaveMembersOfAClusterToBeOn() =>
        Assert.Contains(
            "only clusters of containers have members",
            Reading.Problems($"farm: f\n{Hosts}vms: {{ list: [ {{ name: a, platform: debian_12, hypervisor: h/m2 }} ] }}"),
            StringComparison.Ordinal
        );

    /// <summary>libvirt makes it, with the addresses of both; containers join its bridge.</summary>
    [Fact]
    public void ShareTheNetworksOfVirtualMachinesOnTheirHost()
    {
        var plan = Plan(
            "{ name: a, platform: debian_12, runtime: container, networks: [ lan ] }, { name: b, platform: debian_12, networks: [ lan ] }"
        );
        var network = Assert.Single(plan.Networks);
        Assert.Equal("h", network.Hypervisor);
        Assert.Equal(["a", "b"], network.Definition.Reservations.Select(r => r.Host).Order(StringComparer.Ordinal));
        Assert.Equal([network.Definition.Bridge, null], plan.Machines.Select(m => m.Nics[0].Parent));
        Assert.Empty(plan.Problems);
    }

    [Theory]
    [InlineData("lxd://host:8443", "qemu+ssh://me@host/system", true)]
    [InlineData("lxd://host:8443", "qemu:///system", false)]
    [InlineData("incus://", "qemu:///system", true)]
    public void AreBesideVirtualMachinesByTheirHypervisorsAddresses(string lxd, string libvirt, bool are)
    {
        var hosts = Reading
            .Farm($"farm: f\nhypervisors: {{ c: {{ uri: \"{lxd}\" }}, h: {{ uri: \"{libvirt}\" }} }}\nvms: {{ list: [] }}")
            .Hypervisors;
        Assert.Equal(are, hosts[0].IsBeside(hosts[1]));
    }

    static Plan Plan(string machines) =>
        Planner.Make(
            Lab.Input(
                $"farm: f\n{Hosts}networks: {{ lan: {{ cidr: 10.9.0.0/24 }}, out: {{ mode: user }} }}\nvms: {{ list: [ {machines} ] }}",
                Lab.Host("h"),
                Lab.Host("c", "x86_64:lxc") with
                {
                    Can = EngineCapabilities.OfContainers,
                    Pools = ["default"],
                    Profiles = ["default"],
                }
            )
        );
}
