using System.Collections.Immutable;
using System.Net;
using Croft.Engines;
using Croft.Farms;
using Croft.Planning;
using Croft.Tests.Farms;

namespace Croft.Tests.Planning;

/// <summary>Hypervisors written by hand, and plans carried out on them in thought.</summary>
static class Lab
{
    public const string Owner = "owner-1";
    public const long MiB = 1 << 20;
    public const long GiB = 1 << 30;

    /// <summary>A host with nothing on it; <paramref name="offers"/> as <c>x86_64:kvm,qemu aarch64:qemu</c>.</summary>
    public static HypervisorState Host(string name, string offers = "x86_64:kvm,qemu", long memory = 64 * GiB) =>
        new()
        {
            Name = name,
            Id = "id-of-" + name,
            Version = "libvirt 9.0.0, QEMU 7.2.22",
            VirtTypes = Offers(offers),
            Vcpus = 16,
            Memory = memory,
            Machines = [],
            Networks = [],
            States = [],
            Addresses = [],
            BusyPorts = [],
        };

    /// <summary>What a host of containers has: a pool with a volume, profiles, a network.</summary>
    public static ContainerHost Containers { get; } =
        new()
        {
            Pools = ["default"],
            Volumes = ["default/vol1"],
            Networks = ["lxdbr0"],
            Profiles = new Dictionary<string, IReadOnlyDictionary<string, Dictionary<string, string>>>
            {
                ["default"] = new Dictionary<string, Dictionary<string, string>>
                {
                    ["root"] = new() { ["type"] = "disk", ["path"] = "/" },
                    ["eth0"] = new() { ["type"] = "nic", ["name"] = "eth0" },
                },
                ["lan"] = new Dictionary<string, Dictionary<string, string>>
                {
                    ["card"] = new() { ["type"] = "nic", ["name"] = "eth0" },
                },
                ["big"] = new Dictionary<string, Dictionary<string, string>>
                {
                    ["disk"] = new() { ["type"] = "disk", ["path"] = "/" },
                },
            }.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Absent = ["/dev/nosuch", ContainerHost.Module("nosuch")],
            Project = new(
                "p",
                new Dictionary<string, string> { ["restricted"] = "true", ["restricted.devices.nic"] = "allow" },
                ImmutableSortedDictionary<string, long>.Empty.Add("memory", Lab.GiB)
            ),
        };

    /// <summary>The part of a farm file that declares hypervisors of these names.</summary>
    public static string Hypervisors(params IEnumerable<string> names) =>
        "hypervisors:\n" + string.Concat(names.Select(n => n.Contains(':') ? $"  {n}\n" : $"  {n}: {{ uri: qemu+ssh://{n}/system }}\n"));

    public static PlanInput Input(string text, params IEnumerable<HypervisorState> hosts) => Input(Reading.Farm(text), hosts);

    public static PlanInput Input(Farm farm, params IEnumerable<HypervisorState> hosts) =>
        new(
            farm,
            new([.. hosts]),
            Owner,
            PhaseFiles.Read(farm, CancellationToken.None),
            farm.Machines.Select(m => m.Image).Distinct().ToImmutableDictionary(i => i, i => Identity.Digest("image", i.Name)),
            "core 2.14"
        );

    public static Plan Plan(string text, params IEnumerable<HypervisorState> hosts) => Planner.Make(Input(text, hosts));

    /// <summary>A machine of somebody who does not use Croft.</summary>
    public static MachineState Stranger(string name, long memory, PowerState power = PowerState.Running) =>
        new(name, new MachineId("strangers", name).Uuid, power, 1, memory, null);

    /// <summary>What exists after a plan was carried out.</summary>
    public static ImmutableArray<HypervisorState> Done(
        PlanInput input,
        Plan plan,
        PowerState power = PowerState.Running,
        Func<PlannedMachine, PowerState>? powerOf = null
    ) => [.. input.Inventory.Hypervisors.Select(host => Done(host, input, plan, m => powerOf is null ? power : powerOf(m)))];

    static HypervisorState Done(HypervisorState host, PlanInput input, Plan plan, Func<PlannedMachine, PowerState> powerOf)
    {
        var here = plan.Machines.Where(m => m.Hypervisor == host.Name).ToList();
        var names = here.Select(m => new MachineId(plan.Farm.Name, m.Spec.Name).ToString()).ToHashSet();
        var networks = host.Networks.ToDictionary(n => n.Name);
        foreach (var network in plan.Networks.Where(n => n.Hypervisor == host.Name).Select(n => n.Definition))
        {
            var before = networks.TryGetValue(network.Name, out var there) ? there : StateOf(network);
            var hosts = network.Reservations.Select(r => r.Host).ToHashSet();
            networks[network.Name] = before with
            {
                Reservations = [.. before.Reservations.Where(r => !hosts.Contains(r.Host)), .. network.Reservations],
            };
        }

        return host with
        {
            Machines = [.. host.Machines.Where(m => !names.Contains(m.Name)), .. here.Select(m => StateOf(m, plan.Farm, powerOf(m)))],
            Networks = [.. networks.Values],
            Addresses = [.. host.Addresses.Concat(networks.Values.Select(n => n.Cidr).OfType<IPNetwork>()).Distinct()],
            BusyPorts = host.BusyPorts.Union(
                here.Where(m => powerOf(m) == PowerState.Running).SelectMany(m => m.Nics).Select(n => n.Port).OfType<int>()
            ),
        };
    }

    public static MachineState StateOf(PlannedMachine machine, Farm farm, PowerState power, string owner = Owner) =>
        new(
            new MachineId(farm.Name, machine.Spec.Name).ToString(),
            machine.Uuid,
            power,
            machine.Spec.Vcpus,
            machine.Spec.Memory,
            new()
            {
                Farm = farm.Name,
                Owner = owner,
                Folder = farm.Directory,
                Name = machine.Spec.Name,
                Platform = machine.Spec.Platform,
                Target = machine.Spec.Target,
                User = machine.Spec.User,
                HardwareDigest = machine.HardwareDigest,
                DiskDigest = machine.DiskDigest,
                Run = "run-1",
                HostKey = "ssh-ed25519 AAAA",
                Seed = $"{farm.Name}.{machine.Spec.Name}.seed.0.iso",
                Nics = machine.Nics,
                Disks =
                [
                    new("root", $"{farm.Name}.{machine.Spec.Name}.root.0.qcow2") { Size = machine.Spec.DiskSize },
                    .. machine.Spec.Disks.Select(d => new DiskVolume(d.Name, $"{farm.Name}.{machine.Spec.Name}.{d.Name}.0.qcow2")
                    {
                        Size = d.Size,
                    }),
                ],
            }
        );

    public static NetworkState StateOf(NetworkDefinition network) =>
        new()
        {
            Name = network.Name,
            Farm = network.Farm,
            Owner = Owner,
            Folder = network.Folder,
            Network = network.Network,
            Cidr = network.Cidr,
            Active = true,
            SpanningTree = false,
            Reservations = network.Reservations,
            Mode = network.Mode,
            Options = network.Options.ToString(),
            Dhcp = network.Dhcp,
            Zone = network.Zone,
        };

    static ImmutableSortedDictionary<string, ImmutableArray<string>> Offers(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(arch => arch.Split(':'))
            .ToImmutableSortedDictionary(arch => arch[0], arch => arch[1].Split(',').ToImmutableArray());
}
