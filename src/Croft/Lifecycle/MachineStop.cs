using Croft.Engines;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>
/// Shuts one machine down, after the farm's machines inside it: asks the guest, again after each delay, then cuts the power. Its end is an
/// event, not a poll.
/// </summary>
/// <param name="note">Takes what happens on the way.</param>
sealed class MachineStop(OpenFarm openFarm, IEngine engine, MachineRecord record, Action<string> note)
{
    /// <summary>How it is asked; null as the farm file says of it.</summary>
    public StepRules? Rules { get; init; }

    /// <summary>Returns when it is off.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var rules = Rules ?? openFarm.Farm.Machines.FirstOrDefault(m => m.Name == record.Name)?.Steps ?? openFarm.Farm.Project.Steps;
        var machine = record.Id;
        await Task.WhenAll(
            (await openFarm.RunningInAsync(record.Name, cancel)).Select(inside =>
                new MachineStop(openFarm, openFarm.Engine(inside.Hypervisor), inside.Record, text =>
                    note($"{inside.Record.Name} in it: {text}")
                ).RunAsync(cancel)
            )
        );
        await openFarm.LeaveAsync(record.Name, cancel);
        if (openFarm.GuestOf(engine.Name, record) is { } guest)
            await guest.CloseAsync(cancel);
        var off = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watch = await engine.WatchAsync(machine, signal => _ = signal == MachineSignal.Stopped && off.TrySetResult(), cancel);
        using var told = Waits.For($"the guest of machine \"{record.Name}\" to shut down");
        for (var i = 1; i <= rules.RetryCount; i++)
        {
            var power = (await engine.FindAsync(machine, cancel))?.Power;
            if (power is null or PowerState.Off or PowerState.Crashed)
                return;
            if (power == PowerState.Paused)
                await engine.ResumeAsync(machine, cancel); // a guest that stands still cannot shut down
            await engine.StopAsync(machine, StopBy.Asking, cancel);
            try
            {
                await off.Task.WaitAsync(rules.RetryDelay, openFarm.Settings.Clock, cancel);
                return;
            }
            catch (TimeoutException)
            {
                note($"still on after {i * rules.RetryDelay.TotalSeconds:0} s");
            }
        }

        note("the guest did not shut down; the power is cut");
        await engine.StopAsync(machine, StopBy.Cutting, cancel);
    }
}
