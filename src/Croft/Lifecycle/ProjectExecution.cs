using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Journal;
using Croft.Phases;
using Croft.Planning;

namespace Croft.Lifecycle;

/// <summary>An execution as one project of the farm sees it.</summary>
/// <param name="scope">Begins the names of steps; empty where a machine has those of one project only.</param>
sealed class ProjectExecution(Execution whole, string project, string scope) : IExecution
{
    public Farm Farm { get; } = whole.Farm.In(project);

    public Plan Plan => whole.Plan with { Farm = Farm };

    public RunJournal Journal { get; } = whole.Journal.In(scope);

    public TimeProvider Clock => whole.Clock;

    public HostAnsible Ansible => whole.OpenFarm.AnsibleOf(project);

    public SshFiles Ssh => whole.Ssh;

    public IReadOnlyDictionary<string, MachineRecord> Records => whole.Records;

    public IEngine EngineOf(PlannedMachine machine) => whole.EngineOf(machine);

    public IGuest? GuestOf(PlannedMachine machine) => whole.GuestOf(machine);

    public Task<bool> AnswersAsync(string hypervisor, CancellationToken cancel) => whole.AnswersAsync(hypervisor, cancel);
}
