using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>What hosts of containers say no to.</summary>
public sealed partial class Planner
{
    /// <summary>What a project's limits leave is compared with what is new or grows: all that exists is counted in them.</summary>
    void CheckProjects(ImmutableArray<PlannedMachine> machines)
    {
        foreach (var state in input.Inventory.Hypervisors)
        {
            var more = machines
                .Where(m => m.Hypervisor == state.Name && m.Action is MachineAction.Create or MachineAction.Restart)
                .ToList();
            if (more.Count == 0 || state.Containers is not { Project: { } project, Tool: var tool })
                continue;
            foreach (var (what, left) in project.Left)
            {
                var of = $"project {project.Name} of hypervisor \"{state.Name}\"";
                if (what == "disk" && more.FirstOrDefault(m => m is { Existing: null, Spec.DiskSize: null })?.Spec is { } unbounded)
                    Refuse(
                        unbounded.At,
                        $"vms.{unbounded.Name}.disk",
                        $"{of} limits what disks take together, and there each machine needs a size of its own",
                        "disk: SIZE",
                        isWorld: true
                    );
                var wanted = more.Sum(m => MoreOf(what, m.Spec, m.Existing));
                if (wanted > Math.Max(0, left) && more.First(m => MoreOf(what, m.Spec, m.Existing) > 0).Spec is var first)
                    Refuse(
                        first.At,
                        $"vms.{first.Name}",
                        $"{of} allows {Number(what, Math.Max(0, left))} more of {what}, and what is new or grows needs {Number(what, wanted)}",
                        $"on it: {tool} project set {project.Name} limits.{what}=…; or {tool} project info {project.Name} shows who has it",
                        isWorld: true
                    );
            }
        }
    }

    /// <summary>A restricted project may allow some networks alone, or those alone that the service manages.</summary>
    void CheckCards(IEnumerable<PlannedMachine> machines)
    {
        foreach (var machine in machines)
        {
            if (
                input.Inventory.Hypervisors.FirstOrDefault(h => h.Name == machine.Hypervisor)?.Containers
                is not { Project: { } project } host
            )
                continue;
            foreach (var nic in machine.Nics.Where(n => n.Bridge is not null))
            {
                var isManaged = nic is { Source: NicSource.Network, Parent: null };
                var device = nic.Parent ?? (isManaged ? DeviceOf(nic, machine.Hypervisor!) : nic.Bridge!);
                if (ContainerRestrictions.OfNetwork(device, isManaged, project) is { } key)
                    Refuse(
                        machine.Spec.At,
                        $"vms.{machine.Spec.Name}.networks",
                        $"project {project.Name} of hypervisor \"{machine.Hypervisor}\" is restricted and forbids {device}, the device of network {nic.Network}",
                        $"on it: {host.Tool} project set {project.Name} {key}; or mode: existing with a network that it allows",
                        isWorld: true
                    );
            }
        }
    }

    /// <summary>A network of the service's, as that calls it.</summary>
    string DeviceOf(Nic nic, string hypervisor) =>
        Present(nic.Network, hypervisor)?.Device ?? books.GetValueOrDefault((nic.Network, null))?.Definition?.Bridge ?? nic.Bridge!;

    /// <summary>What a machine takes of a project's limits beyond what it has.</summary>
    static long MoreOf(string what, MachineSpec spec, MachineState? had) =>
        what switch
        {
            "memory" => spec.Memory - (had?.Memory ?? 0),
            "cpu" => spec.Vcpus - (had?.Vcpus ?? 0),
            "disk" when had is null => spec.DiskSize ?? 0,
            "disk" => (spec.DiskSize - had.Record?.Disks.FirstOrDefault()?.Size) ?? 0,
            _ => had is null ? 1 : 0,
        };

    static string Number(string what, long number) =>
        what is "memory" or "disk" ? Room.Size(number) : number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
