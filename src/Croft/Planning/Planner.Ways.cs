using Croft.Farms;

namespace Croft.Planning;

/// <summary>What a machine's way in cannot do, and the farm asks of it.</summary>
public sealed partial class Planner
{
    void CheckWays()
    {
        foreach (var machine in Farm.Machines)
        {
            if (
                machine.Login is not { Connection: ConnectionKind.Ssh, Password: null }
                && Farm.InnerHypervisors.Any(h => h.Machine == machine.Name)
            )
                Refuse(
                    machine,
                    "connection",
                    $"machine \"{machine.Name}\" is a hypervisor, which libvirt reaches by ssh and Croft's key alone",
                    "leave connection and auth.password out"
                );
            if (machine.Login.Connection == ConnectionKind.Ssh)
                CheckPort(machine);
            else
                CheckWay(machine, $"machine \"{machine.Name}\" has connection: {machine.Login.Connection.ToString().ToLowerInvariant()}");
        }
    }

    void CheckWay(MachineSpec machine, string way)
    {
        foreach (var phase in Enum.GetValues<Phase>())
        {
            if (FileOf(machine, phase) is not { } file)
                continue;
            if (!machine.Login.Can.Commands)
                Refuse(
                    machine,
                    "connection",
                    $"{way}, and nobody can run {PhaseFiles.Name(phase)} in it",
                    "allowed_phases: [ startup, shutdown ] of the machine leaves its phases out; or connection: ssh, agent or serial"
                );
            else if (file.IsAnsible && !machine.Login.Can.Ansible)
                Refuse(
                    machine,
                    "connection",
                    $"{way}, by which Ansible cannot run {PhaseFiles.Name(phase)}",
                    "write the phase as a script"
                );
        }

        if (!machine.Login.Can.Files && !Farm.Project.Artifacts.IsEmpty)
            Refuse(machine, "connection", $"{way}, by which no artifacts come", "leave project.artifacts out, or connection: ssh or agent");
    }

    /// <summary>On a user network, what leads to the guest are forwarded ports.</summary>
    void CheckPort(MachineSpec machine)
    {
        if (
            machine is { Wait: { Kind: WaitKind.Port, Port: var port }, Networks: [var nic, ..] }
            && port != machine.Login.Port
            && Farm.Networks.FirstOrDefault(n => n.Name == nic.Network)?.Mode == NetworkMode.User
            && !nic.Forwards.Any(f => f.Guest == port && !f.Udp)
        )
            Refuse(
                machine,
                "wait",
                $"machine \"{machine.Name}\" has wait: port:{port}, and on its user network nothing leads to that port",
                $"forwards: [ PORT:{port} ] of the card leads there; or wait: ssh"
            );
    }

    PhaseFile? FileOf(MachineSpec machine, Phase phase) =>
        machine
            .Parts.Where(part => part.Steps.Allows(PhaseFiles.Name(phase)))
            .Select(part => input.In(part.Project).Phases.Find(phase, machine.Platform, machine.Target))
            .FirstOrDefault(file => file is not null);

    void Refuse(MachineSpec machine, string key, string message, string cure) =>
        problems.Add(new(machine.At, $"vms.{machine.Name}.{key}", message, cure));
}
