using Croft.Engines;
using Croft.Planning;
using Croft.Snapshots;

namespace Croft.Lifecycle;

/// <summary>Makes one machine from another one's saved memory.</summary>
static class MachineFork
{
    /// <summary>Returns when the guest answers under its own identity. Its cables are in only after it said that it has taken that on.</summary>
    /// <param name="from">With memory.</param>
    /// <param name="held">Why a run must not revert it; null when it may.</param>
    public static async Task<MachineRecord> RunAsync(Execution execution, PlannedMachine machine, Snapshot from, string step, string? held, CancellationToken cancel)
    {
        var engine = execution.EngineOf(machine);
        var maker = execution.MakerFor(machine);
        var (record, seed) = await maker.ForkAsync(machine, from, held, cancel);
        await maker.DefineForkAsync(machine, record, from.Definition, cancel);
        var domain = MachineDefinition.DomainNameOf(record.Farm, record.Name);
        await new MachineStart(execution, machine, step).RunAsync(
            record,
            async () =>
            {
                await engine.ForkAsync(record, machine.Uuid, from.Memory!, Volumes.PrefixOf(record.Farm, record.Name) + "fork.mem", cancel);
                await engine.WriteRecordAsync(record, cancel); // now that it runs it has its room, and claims none
                var (code, output) = await engine.RunByAgentAsync(domain, NewIdentity.Script(from.Record, seed, execution.Clock.GetUtcNow()), cancel);
                if (code != 0 || !output.TrimEnd().EndsWith(NewIdentity.Proof(seed), StringComparison.Ordinal))
                    throw CroftException.World($"the guest of \"{record.Name}\" did not take on its own identity: exit code {code}: {output.Trim()}");
                await engine.PlugAsync(domain, plugged: true, cancel);
            },
            running: true,
            cancel);
        return record;
    }
}
