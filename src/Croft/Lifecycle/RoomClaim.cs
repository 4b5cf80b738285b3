using Croft.Engines;
using Croft.Planning;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>Has machines claim their room on a hypervisor before they start, so that controllers which start machines at once never start more than fits.</summary>
/// <param name="began">When the command began that starts them.</param>
sealed class RoomClaim(Controller controller, IEngine engine, DateTimeOffset began)
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>A younger machine leaves as soon as its controller looked; one whose controller was killed does not.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    TimeProvider Clock => controller.Surroundings.Clock;

    /// <summary>Claims the room of a machine that is off and starts as it is defined. Once it runs, its record is to be written again.</summary>
    /// <exception cref="NoRoomException">Others were first.</exception>
    public Task TakeAsync(MachineRecord record, CancellationToken cancel) =>
        TakeAsync(record, isFirst: false, claiming => engine.WriteRecordAsync(claiming, cancel), () => engine.WriteRecordAsync(record, CancellationToken.None), cancel);

    /// <summary>Claims the room of a machine that is off. Once it runs, its record is to be written without the claim.</summary>
    /// <param name="isFirst">Whether the machine has never run.</param>
    /// <param name="define">Writes the record with the claim.</param>
    /// <param name="leave">Makes everything again as it was before.</param>
    /// <exception cref="NoRoomException">Others were first.</exception>
    public async Task TakeAsync(MachineRecord record, bool isFirst, Func<MachineRecord, Task> define, Func<Task> leave, CancellationToken cancel)
    {
        await define(record with { Claim = new(began, Clock.GetUtcNow(), isFirst) });
        var host = controller.Farm.Hypervisors.First(h => h.Name == engine.Name);
        var loss = "";
        using var told = Waits.For($"room on hypervisor \"{engine.Name}\"", () => loss);
        var answer = await Poll.UntilAsync(
            async () =>
            {
                var state = (await engine.ObserveRoomAsync(cancel)).At(Clock.GetUtcNow());
                var claim = Claims.Of(MachineDefinition.DomainNameOf(record.Farm, record.Name), host, state);
                loss = claim == Claim.Holds ? "" : Claims.Loss(record, host, state);
                return claim == Claim.Waits ? null : loss;
            },
            Pause, Patience, Clock, cancel);
        if (answer is "")
            return;
        await leave();
        throw new NoRoomException(loss);
    }
}
