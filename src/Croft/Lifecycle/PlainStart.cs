using Croft.Engines;
using Croft.Farms;
using Croft.Guests;

namespace Croft.Lifecycle;

/// <summary>Starts a machine as it is defined, whether the farm file declares it or not, and waits for its guest.</summary>
/// <param name="note">Takes what is seen on the way.</param>
sealed class PlainStart(OpenFarm openFarm, IEngine engine, Action<string> note)
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Claims its room and starts it.</summary>
    /// <exception cref="CroftException">It does not start or does not answer, or others have its room.</exception>
    public async Task RunAsync(MachineRecord record, CancellationToken cancel)
    {
        await ClaimAsync(record, cancel);
        await RunAsync(record, () => engine.StartAsync(record.Id, cancel), running: false, cancel);
    }

    /// <summary>Starts it with <paramref name="start"/>, while its signals are watched from before that on.</summary>
    /// <param name="running">It continues in a running guest.</param>
    internal async Task RunAsync(MachineRecord record, Func<Task> start, bool running, CancellationToken cancel)
    {
        var forgotten = new TaskCompletionSource();
        using var readiness = new Readiness(
            record.Name,
            openFarm.GuestOf(engine.Name, record),
            openFarm.Farm.Machines.FirstOrDefault(m => m.Name == record.Name)?.Wait ?? new(WaitKind.Ssh),
            engine.Name,
            openFarm.Settings.Clock,
            note,
            () => Task.FromResult("")
        )
        {
            Meet = FirstMeeting.IsDue(openFarm, record) ? MeetAsync : null,
            Find = openFarm.FinderOf(engine, record, () => SshConfig.Add([openFarm.AccessOf(engine.Name, record)!], openFarm.Ssh)),
        };
        using var watch = await engine.WatchAsync(record.Id, readiness.Signal, cancel);
        await RoomClaim.StartAsync(engine, record.Id, start);
        var waiting =
            openFarm.GuestOf(engine.Name, record) is null && readiness.Find is null
                ? Task.CompletedTask
                : readiness.WaitAsync(running, Patience, cancel);
        await Task.WhenAll(ForgetClaimAsync(), waiting);

        async Task ForgetClaimAsync()
        {
            await engine.MarkAsync(await engine.RecordAsync(record.Id, cancel) with { Claim = null, IsForking = false }, cancel);
            forgotten.SetResult();
        }

        async Task<IGuest> MeetAsync(IGuest guest, CancellationToken stop)
        {
            await forgotten.Task.WaitAsync(stop);
            return await openFarm.MeetAsync(engine, record, guest, note, stop);
        }
    }

    /// <summary>Starts a machine that was shut down for something that failed, without waiting for its guest. Never throws.</summary>
    internal async Task GoOnAsync(MachineId machine)
    {
        try
        {
            var record = await engine.RecordAsync(machine, CancellationToken.None);
            await ClaimAsync(record, CancellationToken.None);
            await RoomClaim.StartAsync(engine, machine, () => engine.StartAsync(machine, CancellationToken.None));
            record = await engine.RecordAsync(machine, CancellationToken.None);
            await engine.MarkAsync(record with { Claim = null }, CancellationToken.None);
        }
        catch (CroftException e)
        {
            note($"it stays off: {e.Message}");
        }
    }

    /// <summary>Takes back the claim of one that is not started after all.</summary>
    internal Task GiveUpAsync(MachineRecord record) => RoomClaim.GiveUpAsync(engine, record.Id);

    /// <summary>Has it claim its room, which it has when it runs.</summary>
    /// <exception cref="CroftException">Others have it.</exception>
    internal async Task ClaimAsync(MachineRecord record, CancellationToken cancel)
    {
        try
        {
            await new RoomClaim(openFarm, engine, openFarm.Settings.Clock.GetUtcNow()).TakeAsync(record, cancel);
        }
        catch (NoRoomException e)
        {
            throw e.ForPeople();
        }
    }
}
