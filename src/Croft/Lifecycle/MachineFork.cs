using Croft.Engines;
using Croft.Planning;

namespace Croft.Lifecycle;

/// <summary>Makes one machine from another one's state: it goes on in its memory, or boots on its disks.</summary>
static class MachineFork
{
    /// <summary>In characters: a guest may say anything.</summary>
    const int LongestWords = 500;

    static readonly TimeSpan AgentPatience = TimeSpan.FromMinutes(1);

    /// <summary>Returns when the guest answers under its own identity.</summary>
    /// <param name="held">Why a run must not revert it; null when it may.</param>
    public static async Task<MachineRecord> RunAsync(
        Execution execution,
        PlannedMachine machine,
        IKeptState from,
        string step,
        string? held,
        CancellationToken cancel
    )
    {
        var engine = execution.EngineOf(machine);
        var (record, seed) = await execution.MakerFor(machine).ForkAsync(machine, from, held, cancel);
        return await new MachineStart(execution, machine, step).RunAsync(
            record,
            () => from.HasMemory ? GoOnAsync() : BootAsync(),
            running: from.HasMemory,
            cancel
        );

        async Task BootAsync() // and learn from its seed who it is
        {
            await engine.StartAsync(record.Id, cancel);
            await engine.MarkAsync(record, cancel);
        }

        async Task GoOnAsync()
        {
            await from.StartForkAsync(record with { IsForking = true }, machine.Uuid, IdentifyAsync, cancel);
            await engine.MarkAsync(record, cancel);
        }

        async Task IdentifyAsync()
        {
            await engine.MarkAsync(record with { IsForking = true }, cancel); // now that it runs it has its room, and claims none
            var script = NewIdentity.Script(from.Record, seed, execution.Clock.GetUtcNow());
            var (code, output) = await AskAsync(engine, record, from.Record.Name, script, cancel)
                ?? throw CroftException.World($"the guest agent of {record.Id} did not answer within {AgentPatience.TotalSeconds:0} s");
            if (code != 0 || !output.TrimEnd().EndsWith(NewIdentity.Proof(seed), StringComparison.Ordinal))
                throw CroftException.World(
                    $"the guest of \"{record.Name}\" did not take on its own identity: exit code {code}: {PlainText.Line(output[Math.Max(0, output.Length - LongestWords)..])}"
                );
        }
    }

    /// <param name="source">The name of the machine whose guest it was.</param>
    static async Task<(int ExitCode, string Output)?> AskAsync(
        IEngine engine,
        MachineRecord record,
        string source,
        string script,
        CancellationToken cancel
    )
    {
        try
        {
            return await engine.RunInGuestAsync(record.Id, script, AgentPatience, cancel);
        }
        catch (CroftException e) when (IGuestAgent.IsForbidden(e))
        {
            throw CroftException.World(
                $"{IGuestAgent.Forbids} guest-exec, and a fork gets its own identity by it",
                $"in \"{source}\", {IGuestAgent.Cure}",
                e
            );
        }
    }
}
