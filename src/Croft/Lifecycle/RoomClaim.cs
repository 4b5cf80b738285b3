using Croft.Engines;
using Croft.Planning;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>
/// Has machines claim their room on a hypervisor before they start, so that controllers which start machines at once never start more than
/// fits.
/// </summary>
/// <param name="began">When the command began that starts them.</param>
sealed class RoomClaim(OpenFarm openFarm, IEngine engine, DateTimeOffset began)
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>A younger machine leaves as soon as its controller looked; one whose controller was killed does not.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    TimeProvider Clock => openFarm.Settings.Clock;

    /// <summary>
    /// Claims the room of a machine that is off and starts as it is defined. Once it runs, its record is to be written again.
    /// </summary>
    /// <exception cref="NoRoomException">Others were first.</exception>
    public Task TakeAsync(MachineRecord record, CancellationToken cancel) =>
        TakeAsync(
            record,
            isFirst: false,
            claiming =>
                MachineChange.MakeAsync(
                    claiming,
                    () => engine.MarkAsync(claiming, cancel),
                    () => engine.MarkAsync(record, CancellationToken.None)
                ),
            cancel
        );

    /// <summary>Claims the room of a machine that is off. Once it runs, its record is to be written without the claim.</summary>
    /// <param name="isFirst">Whether the machine has never run.</param>
    /// <param name="define">Writes the record with the claim.</param>
    /// <returns>The record as it was written, without the claim.</returns>
    /// <exception cref="NoRoomException">Others were first; everything is again as it was before.</exception>
    public async Task<MachineRecord> TakeAsync(
        MachineRecord record,
        bool isFirst,
        Func<MachineRecord, Task<MachineChange>> define,
        CancellationToken cancel
    )
    {
        var change = await define(record with { Claim = new(began, Clock.GetUtcNow(), isFirst) });
        try
        {
            if (await LossAsync(record, cancel) is { } loss)
                throw new NoRoomException(loss);
            return change.Record with { Claim = null };
        }
        catch
        {
            await change.UndoAsync();
            throw;
        }
    }

    /// <summary>Starts a machine that has its room; one that does not start gives it back.</summary>
    public static async Task StartAsync(IEngine engine, MachineId machine, Func<Task> start)
    {
        try
        {
            await start();
        }
        catch
        {
            await GiveUpAsync(engine, machine);
            throw;
        }
    }

    /// <summary>Takes back the claim of a machine whose start failed or was cancelled. One that runs has its room.</summary>
    public static async Task GiveUpAsync(IEngine engine, MachineId machine)
    {
        try
        {
            if (
                await engine.FindAsync(machine, CancellationToken.None) is
                { Power: PowerState.Off or PowerState.Crashed, Record: { Claim: { IsFirst: false } } record }
            )
                await engine.MarkAsync(record with { Claim = null }, CancellationToken.None);
        }
        catch (CroftException)
        {
            // Where the hypervisor does not answer any more, the claim lapses.
        }
    }

    /// <summary>Waits until it is known whether the claim holds. Returns why it does not; null when it does.</summary>
    async Task<string?> LossAsync(MachineRecord record, CancellationToken cancel)
    {
        var host = openFarm.Farm.Hypervisors.First(h => h.Name == engine.Name);
        var loss = "";
        using var told = Waits.For($"room on hypervisor \"{engine.Name}\"", () => loss);
        var answer = await Poll.UntilAsync(
            async () =>
            {
                var state = (await engine.ObserveRoomAsync(cancel)).At(Clock.GetUtcNow());
                var claim = Claims.Of(record.Id.ToString(), host, state);
                loss = claim == Claim.Holds ? "" : Claims.Loss(record, host, state);
                return claim == Claim.Waits ? null : loss;
            },
            Pause,
            Patience,
            Clock,
            cancel
        );
        return answer is "" ? null : loss;
    }
}
