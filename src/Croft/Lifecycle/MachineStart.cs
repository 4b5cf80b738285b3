using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Planning;

namespace Croft.Lifecycle;

/// <summary>Starts one machine, or restores it, and waits until it is ready.</summary>
sealed class MachineStart(Execution execution, PlannedMachine machine, string step)
{
    const int ConsoleLines = 12;
    const int ConsoleSize = 1 << 16;
    const int LongestLine = 500;

    /// <summary>Takes what the guest complains of.</summary>
    public Action<string>? Remark { get; init; }

    readonly IEngine engine = execution.EngineOf(machine);

    /// <summary>Starts it with <paramref name="start"/> while its signals are watched from before that on.</summary>
    /// <param name="record">As it will be when it runs.</param>
    /// <param name="running">It continues in a running guest.</param>
    /// <returns>The record with what was learnt of the guest.</returns>
    public async Task<MachineRecord> RunAsync(MachineRecord record, Func<Task> start, bool running, CancellationToken cancel)
    {
        var (shell, now) = await OpenAsync(record, start, running, cancel);
        if (shell is not null)
            await shell.DisposeAsync();
        return now;
    }

    /// <summary>The same, and returns the shell that was found ready, when ssh decided; the caller disposes it.</summary>
    public async Task<(IGuestShell? Shell, MachineRecord Record)> OpenAsync(
        MachineRecord record,
        Func<Task> start,
        bool running,
        CancellationToken cancel
    )
    {
        if (!running)
            execution.OpenFarm.Forget(record);
        var guest = execution.OpenFarm.GuestOf(engine.Name, record);
        if (guest is not null)
            await guest.CloseAsync(cancel);
        execution.Know(engine.Name, record);
        using var readiness = new Readiness(record.Name, guest, machine.Spec.Wait, engine.Name, execution.Clock, Note, () =>
            ConsoleTailAsync(record, cancel)
        )
        {
            Meet = FirstMeeting.IsDue(execution.OpenFarm, record) ? MeetAsync : null,
            HearsConsole = true,
            Find = execution.OpenFarm.FinderOf(engine, record, () => execution.Know(engine.Name, record)),
        };
        using var watch = await engine.WatchAsync(record.Id, readiness.Signal, cancel);
        await RoomClaim.StartAsync(engine, record.Id, start);
        execution.Started();
        await readiness.WaitAsync(running, Timeout(running), cancel);
        Tell(running ? null : readiness.Shell?.Complaint);
        if (guest is null && await execution.OpenFarm.LookAsync(engine, record, cancel))
            execution.Know(engine.Name, record);
        try
        {
            await execution.PublishAsync(engine.Name).WaitAsync(cancel);
        }
        catch when (readiness.Shell is not null)
        {
            await readiness.Shell.DisposeAsync();
            throw;
        }

        return (readiness.Shell, record);

        async Task<IGuest> MeetAsync(IGuest met, CancellationToken stop)
        {
            record = await new FirstMeeting(execution.OpenFarm, engine, record, Note).RunAsync(met, stop);
            execution.Know(engine.Name, record);
            return execution.OpenFarm.GuestOf(engine.Name, record)!;
        }
    }

    void Note(string text) => execution.Journal.Note(machine.Spec.Name, step, text);

    void Tell(string? complaint)
    {
        if (complaint is not null)
            (Remark ?? Note)(complaint);
    }

    /// <summary>Time-outs are given for hardware. A guest that continues does not boot.</summary>
    TimeSpan Timeout(bool running) => machine.Spec.ConnectionTimeout * (running ? 1 : machine.Slowness);

    async Task<string> ConsoleTailAsync(MachineRecord record, CancellationToken cancel)
    {
        var log = await engine.ConsoleTextAsync(record.Id, ConsoleSize, cancel);
        var lines = System
            .Text.Encoding.UTF8.GetString(log ?? [])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return string.Join(
            '\n',
            lines.TakeLast(ConsoleLines).Select(line => PlainText.Line(line.Length > LongestLine ? "…" + line[^LongestLine..] : line))
        );
    }
}
