using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>What hosts of containers say no to.</summary>
public sealed partial class Planner
{
    /// <summary>What a project's limits leave is compared with what is new: all that exists is counted in them.</summary>
    void CheckProjects(ImmutableArray<PlannedMachine> machines)
    {
        foreach (var state in input.Inventory.Hypervisors)
        {
            var created = machines.Where(m => m.Hypervisor == state.Name && m.Action == MachineAction.Create).Select(m => m.Spec).ToList();
            if (created.Count == 0 || state.Containers?.Project is not { } project)
                continue;
            foreach (var (what, left) in project.Left)
            {
                var of = $"project {project.Name} of hypervisor \"{state.Name}\"";
                if (what == "disk" && created.FirstOrDefault(m => m.DiskSize is null) is { } unbounded)
                    Refuse(
                        unbounded.At,
                        $"vms.{unbounded.Name}.disk",
                        $"{of} limits what disks take together, and there each machine needs a size of its own",
                        "disk: SIZE",
                        isWorld: true
                    );
                var wanted = what switch
                {
                    "memory" => created.Sum(m => m.Memory),
                    "cpu" => created.Sum(m => (long)m.Vcpus),
                    "disk" => created.Sum(m => m.DiskSize ?? 0),
                    _ => created.Count,
                };
                if (wanted > left)
                    Refuse(
                        created[0].At,
                        $"vms.{created[0].Name}",
                        $"{of} allows {Number(what, Math.Max(0, left))} more of {what}, and the new machines need {Number(what, wanted)}",
                        $"on it: lxc project set {project.Name} limits.{what}=…; or lxc project info {project.Name} shows who has it",
                        isWorld: true
                    );
            }
        }

        static string Number(string what, long number) =>
            what is "memory" or "disk" ? Room.Size(number) : number.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
