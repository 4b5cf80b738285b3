using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Phases;
using Croft.Planning;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>The ways into the farm's guests.</summary>
public sealed partial class OpenFarm
{
    Dictionary<string, LoginSpec>? logins;

    /// <summary>The guest in a machine; null when the machine has no address that Croft knows.</summary>
    public IGuest? GuestOf(string hypervisor, MachineRecord record)
    {
        var (access, login) = (AccessOf(hypervisor, record), LoginOf(record));
        return login.Connection switch
        {
            ConnectionKind.None => null,
            ConnectionKind.Agent => engines.GetValueOrDefault(hypervisor)?.AgentOf(record.Id) is { } agent
                ? new AgentGuest(Inside(access) with { User = "root" }, agent)
                : null,
            ConnectionKind.Serial => engines.GetValueOrDefault(hypervisor) is { Can.Console: true } engine
                ? new SerialGuest(Inside(access), Ssh.Desk, cancel => engine.OpenConsoleAsync(record.Id, cancel))
                : null,
            ConnectionKind.Engine => engines.GetValueOrDefault(hypervisor)?.Channel is { } channel
                ? Settings.Backends.GuestOf(channel, record.Id, Inside(access))
                : null,
            _ => access is null ? null : Settings.Backends.GuestOf(hypervisor, access, Ssh),
        };

        GuestAccess Inside(GuestAccess? known) =>
            known ?? GuestAccess.Of(Farm, hypervisor, record.Name, door: null, record.User, login, record.HostKey);
    }

    /// <summary>The guest in a machine; null when the machine has no address that Croft knows.</summary>
    public IGuest? GuestOf(ExistingMachine machine) => GuestOf(machine.Hypervisor, machine.Record);

    /// <summary>Writes ssh_config and known_hosts for these machines; while a command changes the farm, only adds what they lack.</summary>
    public void WriteSshConfig(IEnumerable<(string Hypervisor, MachineRecord Record)> machines)
    {
        GuestAccess[] doors =
        [
            .. machines.Select(m => AccessOf(m.Hypervisor, m.Record)).OfType<GuestAccess>().OrderBy(a => a.Name, StringComparer.Ordinal),
        ];
        var gate = Path.Combine(Farm.StateDirectory, "lock");
        using var alone = FileLock.IsMine(gate) ? null : TryAlone(gate);
        if (alone is null && !FileLock.IsMine(gate))
            SshConfig.Add(doors, Ssh);
        else
            SshConfig.Write(doors, Ssh);
    }

    /// <summary>Null also where nothing can be written, and so nothing is to be.</summary>
    static FileLock? TryAlone(string gate)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(gate)!);
            return FileLock.TryEnter(gate, "croft ssh");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes ssh_config and known_hosts for these machines.</summary>
    public void WriteSshConfig(IEnumerable<ExistingMachine> machines) => WriteSshConfig(machines.Select(m => (m.Hypervisor, m.Record)));

    internal GuestAccess? AccessOf(string hypervisor, MachineRecord record) =>
        GuestAccess.FirstReachable(Seen(record).Nics) is { } door
            ? GuestAccess.Of(Farm, hypervisor, record.Name, door, record.User, LoginOf(record), LoginOf(record).HostKey ?? record.HostKey)
            : null;

    /// <summary>How a machine will be reached that does not exist yet, and so has no key.</summary>
    internal GuestAccess? AccessOf(PlannedMachine machine) =>
        GuestAccess.FirstReachable(machine.Nics) is { } door ? GuestAccess.Of(Farm, machine.Hypervisor, machine.Spec, door) : null;

    /// <summary>How a machine's guest is reached: as the farm file says now, or as it was when the machine was made.</summary>
    internal LoginSpec LoginOf(MachineRecord record) =>
        (logins ??= Farm.Machines.ToDictionary(m => m.Name, m => m.Login, StringComparer.Ordinal)).GetValueOrDefault(
            record.Name,
            record.Login
        );

    /// <summary>Learns the host key of a guest that brings its own, for OpenSSH's files too.</summary>
    internal async Task<IGuest> MeetAsync(IEngine engine, MachineRecord record, IGuest guest, Action<string> note, CancellationToken cancel)
    {
        var met = await new FirstMeeting(this, engine, record, note).RunAsync(guest, cancel);
        SshConfig.Add([AccessOf(engine.Name, met)!], Ssh);
        return GuestOf(engine.Name, met)!;
    }

    /// <summary>Ansible enters guests by their agents with a collection, and libvirt's bindings, that it may not have.</summary>
    static IEnumerable<Problem> AgentProblems(Plan plan, ProjectSpec project, PhaseFiles phases, HostAnsible ansible) =>
        from machine in plan.Machines
        where machine.Spec.Login.Connection == ConnectionKind.Agent && machine.Spec.Parts.Any(part => part.Project == project.Name)
        let lack = plan.Farm.HostOf(machine.Hypervisor) is { } host
            ? ($"a way to libvirt inside of \"{host}\", which it has not", "connection: ssh, or write the phase as a script")
            : ansible.AgentLack
        where lack is not null
        from phase in Enum.GetValues<Phase>()
        where machine.Spec.Steps.Allows(PhaseFiles.Name(phase))
        let file = phases.Find(phase, machine.Spec.Platform, machine.Spec.Target)
        where file is { IsAnsible: true }
        select new Problem(
            machine.Spec.At,
            $"vms.{machine.Spec.Name}.connection",
            $"to run {PhaseFiles.Name(phase)} by the guest agent of \"{machine.Spec.Name}\", Ansible needs {lack.Value.What}",
            lack.Value.Cure,
            IsWorld: true
        );

    /// <summary>Passwords that will not be found.</summary>
    IEnumerable<string> Lacks() =>
        Farm
            .Machines.SelectMany(m => m.Secrets)
            .Distinct()
            .Select(Settings.Secrets.Lack)
            .OfType<string>()
            .Select(lack => $"a password is not there: {lack}");

    /// <summary>Finds the passwords of machines, before anything is touched and any view draws.</summary>
    /// <param name="isMade">Whether a machine begins with its first boot.</param>
    /// <exception cref="CroftException">One is not there.</exception>
    internal Task PreparePasswordsAsync(
        IEnumerable<PlannedMachine> machines,
        Func<PlannedMachine, bool> isMade,
        CancellationToken cancel
    ) =>
        Settings.Secrets.PrepareAsync(
            machines.SelectMany(m => m.Spec.Login.Needs(m.Spec.User).Concat(isMade(m) ? m.Spec.FirstBoot.Needs : [])),
            cancel
        );
}
