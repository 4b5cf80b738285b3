using System.Text.Json.Nodes;
using Croft.Lxd;

namespace Croft.Engines.Lxd;

/// <summary>
/// A snapshot on its way. The file system is the host's, which has all that the guest wrote: nobody has to hold anything back.
/// </summary>
/// <param name="standing">What the snapshot will be, and what the machine stands on then.</param>
sealed class LxdPendingState(LxdEngine engine, MachineRecord machine, Instance main, LxdStanding standing) : IPendingState
{
    bool isMarked;
    bool stands;

    string Path => $"1.0/instances/{main.Name}/snapshots";

    public bool CanHoldWrites => true;

    public bool MustStandStill => false;

    public Task HoldWritesAsync(CancellationToken cancel) => Task.CompletedTask;

    public async Task StandStillAsync()
    {
        if (main.Status is not "Running")
            return;
        stands = true;
        await engine.PauseAsync(machine.Id, CancellationToken.None);
    }

    public async Task FreezeAsync(CancellationToken cancel)
    {
        isMarked = true;
        await engine.ConfigureAsync(main.Name, new() { [LxdNames.State] = standing.ToJson() }, cancel);
        await engine.CallAsync($"keeping {machine.Id}", () =>
            engine.Client.RunAsync(HttpMethod.Post, Path, new JsonObject { ["name"] = standing.Snapshot, ["stateful"] = false }, cancel)
        );
    }

    public async Task GoOnAsync()
    {
        if (stands)
            await engine.ResumeAsync(machine.Id, CancellationToken.None);
    }

    public Task ReleaseWritesAsync() => Task.CompletedTask;

    public Task<MachineRecord> FinishAsync() => Task.FromResult(machine);

    public async Task AbandonAsync()
    {
        if (!isMarked)
            return;
        try
        {
            await engine.Client.RunAsync(
                HttpMethod.Delete,
                $"{Path}/{Uri.EscapeDataString(standing.Snapshot)}",
                null,
                CancellationToken.None
            );
        }
        catch (LxdException e) when (!e.IsLost)
        {
            // There is none.
        }

        await engine.ConfigureAsync(
            main.Name,
            new() { [LxdNames.State] = main.Config.GetValueOrDefault(LxdNames.State) ?? "" },
            CancellationToken.None
        );
    }
}
