using System.Collections.Immutable;
using System.Net;
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
    [InlineData(
        "profiles: [ lan ]",
        "whose device card is eth0, as a card of the machine's own is (on it: lxc --project p profile device unset lan card name)"
    )]
    [InlineData("profiles: [ big ]", "whose device disk is a root file system beside the machine's own")]
    [InlineData("kernel_modules: [ nosuch ]", "has no kernel module nosuch")]
    [InlineData("devices: { d: { type: unix-char, source: /dev/nosuch } }", "has no /dev/nosuch, the source of device d")]
    [InlineData("devices: { d: { type: disk, pool: fast, source: v, path: /v } }", "has no storage pool fast")]
    [InlineData("devices: { d: { type: disk, pool: default, source: v, path: /v } }", "has no volume v in storage pool default")]
    [InlineData("devices: { d: { type: nic, network: n } }", "has no network n for device d")]
    [InlineData("devices: { d: { type: nic, nictype: bridged, parent: p } }", "has no network device p for device d")]
    [InlineData("devices: { d: { type: nic, network: lxdbr0, name: eth0 } }", "cannot give it device d as eth0")]
    [InlineData("nesting: true", "forbids security.nesting (on it: lxc project set p restricted.containers.nesting=allow)")]
    [InlineData("config: { boot.host_shutdown_timeout: 3 }", "restricted.containers.lowlevel=allow")]
    [InlineData("privileged: true", "restricted.containers.privilege=allow")]
    [InlineData("config: { raw.lxc: x }", "restricted.containers.lowlevel=allow")]
    [InlineData("devices: { d: { type: disk, source: /srv, path: /srv } }", "restricted.devices.disk=allow")]
    [InlineData("devices: { d: { type: gpu } }", "restricted.devices.gpu=allow")]
    public void AreRefusedWhatTheirHostHasNot(string declared, string reason) =>
        Assert.Contains(
            reason,
            PlanText.Problems(Plan($"{{ name: a, platform: debian_12, runtime: container, container: {{ {declared} }} }}")),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("profiles: [ default ]")]
    [InlineData("profiles: [ lan ], devices: { card: { type: none } }")]
    [InlineData("devices: { d: { type: disk, pool: default, source: vol1/part, path: /v } }")]
    [InlineData("devices: { d: { type: nic, network: lxdbr0 } }")]
    public void HaveWhatTheirHostHas(string declared) =>
        Assert.Empty(PlanText.Problems(Plan($"{{ name: a, platform: debian_12, runtime: container, container: {{ {declared} }} }}")));

    [Fact]
    public void AreNoMoreThanTheirProjectAllows() =>
        Assert.Contains(
            "project p of hypervisor \"c\" allows 1 GiB more of memory, and what is new or grows needs 1.2 GiB",
            PlanText.Problems(Plan("{ name: a, platform: debian_12, runtime: container, memory: 400MiB, count: 3 }")),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("restricted.devices.nic=block", "", "forbids network cards (on it: lxc project set p restricted.devices.nic=managed)")]
    [InlineData("restricted.devices.disk.paths=/srv/a,/mnt", "/srv/ab", "restricted.devices.disk.paths=/srv/a,/mnt,/srv/ab")]
    [InlineData("restricted.devices.disk.paths=/srv/a,/mnt", "/srv/a/b", null)]
    public void HaveTheCardsAndFoldersThatTheirProjectAllows(string set, string source, string? reason)
    {
        var config = new Dictionary<string, string>
        {
            ["restricted"] = "true",
            ["restricted.devices.disk"] = "allow",
            [set.Split('=')[0]] = set.Split('=')[1],
        };
        var project = new ContainerProject("p", config, ImmutableSortedDictionary<string, long>.Empty);
        var device = source.Length > 0 ? $", container: {{ devices: {{ d: {{ type: disk, source: {source}, path: /d }} }} }}" : "";
        var text = Own.Replace("networks: [ lan ]", "networks: [ lan ]" + device, StringComparison.Ordinal);
        var said = PlanText.Problems(Lab.Plan(text, Box with { Containers = Lab.Containers with { Project = project } }));
        Assert.Equal(reason is null, said.Length == 0);
        Assert.Contains(reason ?? "", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "restricted.networks.access=theirs", "restricted.networks.access=theirs,cr")]
    [InlineData("", "restricted.networks.access=other,DEVICE", null)]
    [InlineData("mode: existing, network: br0", "restricted.networks.access=theirs", "restricted.networks.access=theirs,br0")]
    [InlineData("mode: existing, network: theirs", "restricted.networks.access=theirs", null)]
    [InlineData("mode: bridge, bridge: eth0", "restricted.networks.access=eth0", "restricted.devices.nic=allow")]
    public void HaveTheNetworksThatTheirProjectAllows(string network, string set, string? reason)
    {
        var text = Own.Replace("cidr: 10.9.0.0/24", network, StringComparison.Ordinal);
        var device = Lab.Plan(Own, Box).Networks[0].Definition.Bridge;
        var config = new Dictionary<string, string>
        {
            ["restricted"] = "true",
            [set.Split('=')[0]] = set.Split('=')[1].Replace("DEVICE", device, StringComparison.Ordinal),
        };
        var project = new ContainerProject("p", config, ImmutableSortedDictionary<string, long>.Empty);
        var host = Box with
        {
            Containers = Lab.Containers with { Project = project },
            Networks = [Addresses.Network("theirs", null, "10.8.0.0/24")],
        };
        var said = PlanText.Problems(Lab.Plan(text, host));
        Assert.Equal(reason is null, said.Length == 0);
        Assert.Contains(reason ?? "", said, StringComparison.Ordinal);
    }

    /// <summary>So each run does all anew, which is said with the cure.</summary>
    [Theory]
    [InlineData("block")]
    [InlineData("allow")]
    public void AreNotKeptWhereTheirProjectForbidsSnapshots(string snapshots)
    {
        var config = new Dictionary<string, string> { ["restricted"] = "true", ["restricted.snapshots"] = snapshots };
        var project = new ContainerProject("p", config, ImmutableSortedDictionary<string, long>.Empty);
        var box = Box with { Containers = Lab.Containers with { Tool = "incus", Project = project } };
        var farm = Reading.Farm(Own);
        Assert.Equal(snapshots == "block", Lab.Plan(Own, box).Machines[0].Layers.IsEmpty);
        Assert.Equal(
            snapshots == "block" ? ["on it: incus project set p restricted.snapshots=allow"] : [],
            HostFaults.Of(box, farm with { Projects = [farm.Project with { Phases = "/phases" }] }).Select(f => f.Hint)
        );
    }

    [Theory]
    [InlineData("disk: 600MiB, ", "project p of hypervisor \"c\" allows 1 GiB more of disk, and what is new or grows needs 1.2 GiB")]
    [InlineData("", "there each machine needs a size of its own; disk: SIZE")]
    public void HaveNoMoreDiskThanTheirProjectAllows(string disk, string reason)
    {
        var project = new ContainerProject(
            "p",
            new Dictionary<string, string>(),
            ImmutableSortedDictionary<string, long>.Empty.Add("disk", 1L << 30)
        );
        var host = Box with { Containers = Lab.Containers with { Project = project } };
        var text =
            $"farm: f\nhypervisors: {{ c: {{ uri: lxd:// }} }}\nvms: {{ list: [ {{ name: a, platform: debian_12, runtime: container, {disk}count: 2 }} ] }}";
        Assert.Contains(reason, PlanText.Problems(Lab.Plan(text, host)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("memory: 1GiB, disk: 8GiB", "none: runs as declared", "")]
    [InlineData("memory: 1GiB, disk: 9GiB", "restart: disk root grows to 9 GiB", "")]
    [InlineData("memory: 1GiB, disk: 7GiB", "recreate: its disk root, of 8 GiB, cannot become smaller", "")]
    [InlineData("memory: 1GiB, disk: 10GiB", "", "allows 1 GiB more of disk, and what is new or grows needs 2 GiB")]
    [InlineData("memory: 3GiB, disk: 8GiB", "", "allows 1 GiB more of memory, and what is new or grows needs 2 GiB")]
    public void GrowByARestartWithinWhatTheirProjectAllows(string size, string action, string problem)
    {
        var left = ImmutableSortedDictionary<string, long>.Empty.Add("disk", 1L << 30).Add("memory", 1L << 30);
        var host = Box with { Containers = Lab.Containers with { Project = new("p", new Dictionary<string, string>(), left) } };
        var before = Lab.Input(Text("memory: 1GiB, disk: 8GiB"), host);
        ImmutableArray<DiskVolume> root = [new(DiskVolume.Root, "f--a") { Size = 8L << 30 }];
        var there = Lab.Done(before, Planner.Make(before))
            .Select(h => h with { Machines = [.. h.Machines.Select(m => m with { Record = m.Record! with { Disks = root } })] });
        var plan = Lab.Plan(Text(size), [.. there]);
        if (problem.Length == 0)
            Assert.Equal(action, $"{plan.Machines[0].Action.ToString().ToLowerInvariant()}: {plan.Machines[0].Reason}");
        Assert.Contains(problem, PlanText.Problems(plan), StringComparison.Ordinal);

        static string Text(string size) =>
            $"farm: f\nhypervisors: {{ c: {{ uri: lxd:// }} }}\nvms: {{ list: [ {{ name: a, platform: debian_12, runtime: container, {size} }} ] }}";
    }

    /// <summary>Somebody makes it, or was killed over that: its bridge has its address already.</summary>
    [Fact]
    public void AreMadeWhileTheirNetworkIsInTheMaking()
    {
        var network = Lan with { Active = false };
        Assert.Empty(Lab.Plan(Own, Box with { Networks = [network], Addresses = [network.Cidr!.Value] }).Problems);
    }

    [Fact]
    public void HaveNoAddressOfAnInstanceThatIsNotCrofts()
    {
        var own = Lab.Plan(Own, Box);
        var network = Lan with { Others = [new(own.Machines[0].Nics[0].Address!, "", "foreign")] };
        var plan = Lab.Plan(Own, Box with { Networks = [network] });
        Assert.NotEqual(own.Machines[0].Nics[0].Address, plan.Machines[0].Nics[0].Address);
        Assert.Empty(plan.Problems);
        // As a copy has it that somebody made of the machine, and what was promised to the machine.
        var (address, mac) = (own.Machines[0].Nics[0].Address!, own.Machines[0].Nics[0].Mac);
        var copied = network with { Others = [new(address, mac, "copy")], Reservations = [new(address, mac, "a")] };
        plan = Lab.Plan(Own, Box with { Networks = [copied] });
        Assert.NotEqual(address, plan.Machines[0].Nics[0].Address);
        Assert.NotEqual(mac, plan.Machines[0].Nics[0].Mac);
        var fixedOne = Own.Replace("networks: [ lan ]", $"networks: [ {{ name: lan, address: {address} }} ]", StringComparison.Ordinal);
        Assert.Contains(
            "is taken by copy",
            PlanText.Problems(Lab.Plan(fixedOne, Box with { Networks = [copied] })),
            StringComparison.Ordinal
        );
        var there = Lab.StateOf(Lab.Plan(fixedOne, Box).Machines[0], Reading.Farm(fixedOne), PowerState.Off);
        Assert.Empty(Lab.Plan(fixedOne, Box with { Networks = [copied], Machines = [there] }).Problems);
    }

    /// <summary>By the network's own client, which knows nothing of machines.</summary>
    [Fact]
    public void GetAddressesOfANetworkToWhichSomebodyGaveOthers()
    {
        var plan = Lab.Plan(Own, Box);
        var own = Lab.StateOf(plan.Networks[0].Definition) with { Farm = "f", Network = "lan", Owner = Lab.Owner };
        var moved = Box with
        {
            Networks = [own with { Cidr = IPNetwork.Parse("10.8.0.0/24") }],
            Machines = [Lab.StateOf(plan.Machines[0], Reading.Farm(Own), PowerState.Running)],
        };
        var machine = Lab.Plan(Own.Replace("cidr: 10.9.0.0/24", "", StringComparison.Ordinal), moved).Machines[0];
        Assert.Equal((MachineAction.Restart, true), (machine.Action, IPNetwork.Parse("10.8.0.0/24").Contains(machine.Nics[0].Address!)));
    }

    const string Own =
        "farm: f\nhypervisors: { c: { uri: lxd:// } }\nnetworks: { lan: { cidr: 10.9.0.0/24 } }\nvms: { list: [ { name: a, platform: debian_12, runtime: container, networks: [ lan ] } ] }";

    static readonly NetworkState Lan = new()
    {
        Name = "f.lan",
        Farm = "f",
        Network = "lan",
        Owner = Lab.Owner,
        Cidr = IPNetwork.Parse("10.9.0.0/24"),
        Active = true,
        SpanningTree = false,
        Reservations = [],
    };

    static readonly HypervisorState Box = Lab.Host("c", "x86_64:lxc") with
    {
        Can = EngineCapabilities.OfContainers,
        Containers = Lab.Containers,
        Devices = ["eth0"],
    };

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
                Box
            )
        );
}
