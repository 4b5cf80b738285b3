using Croft.Engines;
using Croft.Engines.Libvirt;

namespace Croft.Testing;

sealed partial class SimulatedConnection
{
    public Task<bool> HasAgentAsync(string domain, CancellationToken cancel) =>
        AskAsync($"asking the agent of {domain}", () => Find(domain).Guest is not null, cancel);

    public Task DefineForkAsync(MachineRecord record, Guid uuid, string definition, CancellationToken cancel) =>
        CallAsync(
            $"defining machine \"{record.Name}\"",
            () => Define(simulation.Read(definition) with { Record = record, Uuid = uuid, Console = Volumes.Console(record.Id) }),
            cancel
        );

    public Task ForkAsync(MachineRecord record, Guid uuid, string memory, string copy, CancellationToken cancel) =>
        CallAsync(
            $"restoring machine \"{record.Name}\"",
            () =>
            {
                var fork = Find(record.Id.ToString());
                fork.Start(Saved(memory));
                fork.Plugged = false;
            },
            cancel
        );

    public Task PlugAsync(string domain, bool plugged, CancellationToken cancel) =>
        OnMachineAsync(
            $"plugging {(plugged ? "in" : "out")} {domain}",
            domain,
            machine =>
            {
                Running(machine).Plugged = plugged;
                host.Guests.Happen();
            },
            cancel
        );

    /// <summary>
    /// The only script that a simulated guest understands is the one that gives it another identity: what that says last is said.
    /// </summary>
    public Task<(int ExitCode, string Output)> RunByAgentAsync(string domain, string script, CancellationToken cancel) =>
        CallAsync(
            $"asking the agent of {domain}",
            () =>
            {
                var machine = Running(Find(domain));
                machine.Guest = machine.Guest! with
                {
                    Seed = System.Text.Encoding.UTF8.GetString(host.Volume(machine.Live!.Record.Seed)!.Content),
                };
                var last = script.TrimEnd().Split('\n')[^1];
                return (0, last.StartsWith("echo ", StringComparison.Ordinal) ? last["echo ".Length..].Trim('\'') + "\n" : "");
            },
            cancel
        );
}
