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
                var wanted = what switch
                {
                    "memory" => created.Sum(m => m.Memory),
                    "cpu" => created.Sum(m => (long)m.Vcpus),
                    _ => created.Count,
                };
                if (wanted > left)
                    Refuse(
                        created[0].At,
                        $"vms.{created[0].Name}",
                        $"project {project.Name} of hypervisor \"{state.Name}\" allows {Number(what, Math.Max(0, left))} more of {what}, and the new machines need {Number(what, wanted)}",
                        $"on it: lxc project set {project.Name} limits.{what}=…; or lxc project info {project.Name} shows who has it",
                        isWorld: true
                    );
            }
        }

        static string Number(string what, long number) =>
            what == "memory" ? Room.Size(number) : number.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
