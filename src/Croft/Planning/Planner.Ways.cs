using Croft.Farms;

namespace Croft.Planning;

/// <summary>What a machine's way in cannot do, and the farm asks of it.</summary>
public sealed partial class Planner
{
    void CheckWays()
    {
        foreach (var machine in Farm.Machines)
        {
            var (login, name) = (machine.Login, machine.Name);
            if (Farm.InnerHypervisors.Any(h => h.Machine == name) && login is not { Connection: ConnectionKind.Ssh, Password: null })
                Refuse(
                    machine,
                    $"machine \"{name}\" is a hypervisor, which libvirt reaches by ssh and Croft's key alone",
                    "leave connection and auth.password out"
                );
            if (login.Connection == ConnectionKind.Ssh)
                continue;
            var way = $"machine \"{name}\" has connection: {login.Connection.ToString().ToLowerInvariant()}";
            foreach (var phase in Enum.GetValues<Phase>())
            {
                if (FileOf(machine, phase) is not { } file)
                    continue;
                if (!login.Can.Commands)
                    Refuse(
                        machine,
                        $"{way}, and nobody can run {PhaseFiles.Name(phase)} in it",
                        "allowed_phases: [ startup, shutdown ] of the machine leaves its phases out; or connection: ssh, agent or serial"
                    );
                else if (file.IsAnsible && !login.Can.Ansible)
                    Refuse(machine, $"{way}, by which Ansible cannot run {PhaseFiles.Name(phase)}", "write the phase as a script");
            }

            if (!login.Can.Files && !Farm.Project.Artifacts.IsEmpty)
                Refuse(machine, $"{way}, by which no artifacts come", "leave project.artifacts out, or connection: ssh or agent");
        }

        PhaseFile? FileOf(MachineSpec machine, Phase phase) =>
            machine
                .Parts.Where(part => part.Steps.Allows(PhaseFiles.Name(phase)))
                .Select(part => input.In(part.Project).Phases.Find(phase, machine.Platform, machine.Target))
                .FirstOrDefault(file => file is not null);

        void Refuse(MachineSpec machine, string message, string cure) =>
            problems.Add(new(machine.At, $"vms.{machine.Name}.connection", message, cure));
    }
}
