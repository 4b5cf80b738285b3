using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Journal;
using Croft.Planning;

namespace Croft.Phases;

/// <summary>What phases know of the execution that they belong to.</summary>
interface IExecution
{
    Farm Farm { get; }

    Plan Plan { get; }

    RunJournal Journal { get; }

    TimeProvider Clock { get; }

    /// <summary>The Ansible of this host.</summary>
    /// <exception cref="CroftException">No phase is Ansible's.</exception>
    HostAnsible Ansible { get; }

    /// <summary>Where OpenSSH's files are.</summary>
    SshFiles Ssh { get; }

    /// <summary>The machines as they are now, by name.</summary>
    IReadOnlyDictionary<string, MachineRecord> Records { get; }

    IEngine EngineOf(PlannedMachine machine);

    /// <summary>The guest of a machine; null when it has no address that Croft knows.</summary>
    IGuest? GuestOf(PlannedMachine machine);

    /// <summary>Whether a hypervisor still answers.</summary>
    Task<bool> AnswersAsync(string hypervisor, CancellationToken cancel);
}
