using Croft.Engines;

namespace Croft.Tests.Engines;

/// <summary>What every engine does that keeps states of machines: memory too, where it can.</summary>
public abstract class StatesContract : EngineContract
{
    static readonly NewState Mine = new("mine");

    [Fact]
    public Task KeepsAStateOfAMachineThatGoesOn() =>
        WithStateAsync(
            async (engine, record) =>
            {
                var tree = await engine.States!.TreeAsync(record, Cancel);
                var state = Assert.Single(tree.States);
                Assert.Equal(("mine", HasMemory(engine), true), (state.Name, state.HasMemory, state.IsCurrent));
                Assert.Empty(state.Missing);
                Assert.True(await engine.States.HasAsync(record.Id, "mine", Cancel));
                Assert.Contains(state.Id, (await engine.ObserveAsync([], Cancel)).States);
                Assert.Equal(PowerState.Running, (await engine.FindAsync(record.Id, Cancel))!.Power);
            }
        );

    [Fact]
    public Task PutsAMachineBackWhereItWas() =>
        WithStateAsync(
            async (engine, record) =>
            {
                var id = (await engine.States!.TreeAsync(record, Cancel)).States[0].Id;
                await using var state = await engine.States.OpenAsync(id, Journal, Cancel);
                var back = await state.PutBackAsync(state.Record with { Run = "run-2" }, withDefinition: false, Cancel);
                Assert.Equal(PowerState.Off, (await engine.FindAsync(record.Id, Cancel))!.Power);
                await (state.HasMemory ? state.StartAsync(back, Cancel) : engine.StartAsync(back.Id, Cancel));
                Assert.Equal(
                    (PowerState.Running, "run-2"),
                    await engine.FindAsync(record.Id, Cancel) is { } machine ? (machine.Power, machine.Record!.Run) : default
                );
                await engine.States.SettleAsync(back, Journal, Cancel);
                Assert.NotNull(await engine.States.FindAsync(id, Journal, Cancel));
            }
        );

    [Fact]
    public Task ForksAMachineThatGoesOnUnderItsOwnName() =>
        WithStateAsync(
            async (engine, record) =>
            {
                var told = false;
                var fork = Machine("b");
                await using (var now = await engine.States!.ForkNowAsync(record, Journal, Cancel))
                {
                    var made = (await now.ForkAsync(fork.Record, fork.Uuid, Seed, Cancel)).Record;
                    if (now.HasMemory)
                        await now.StartForkAsync(made, fork.Uuid, () => Task.FromResult(told = true), Cancel);
                    else
                        await engine.StartAsync(made.Id, Cancel);
                }

                Assert.Equal(HasMemory(engine), told);
                Assert.Equal(
                    (PowerState.Running, fork.Uuid),
                    await engine.FindAsync(fork.Record.Id, Cancel) is { } machine ? (machine.Power, machine.Uuid) : default
                );
                Assert.Single((await engine.States.TreeAsync(record, Cancel)).States);
            }
        );

    [Fact]
    public Task LeavesNothingOfAStateThatIsDropped() =>
        WithStateAsync(
            async (engine, record) =>
            {
                var before = (await engine.FilesAsync(Farm, null, Cancel)).Length;
                await engine.States!.TakeAsync(record, new("other"), HasMemory(engine), Journal, Cancel);
                var id = (await engine.States.TreeAsync(record, Cancel)).States.Single(s => s.Name == "other").Id;
                await engine.States.DropAsync(id, Journal, Cancel);
                await engine.States.TidyAsync(record, Journal, Cancel);
                Assert.Null(await engine.States.FindAsync(id, Journal, Cancel));
                Assert.Equal(before, (await engine.FilesAsync(Farm, null, Cancel)).Length);
            }
        );

    [Fact]
    public Task EvictsLayersThatNobodyNeedsButNoStateOfTheUsers() =>
        WithStateAsync(
            async (engine, record) =>
            {
                var layer = new StateId(record.Id, "layer-0123-4567");
                await engine.States!.TakeAsync(record, new("clean", "key", layer), HasMemory(engine), Journal, Cancel);
                var needed = new HashSet<StateId> { layer };
                await engine.States.UseAsync(layer, Cancel);
                await engine.States.TakeAsync(record, new("later"), HasMemory(engine), Journal, Cancel);
                await engine.States.EvictAsync(Farm, 0, () => Task.FromResult<IReadOnlySet<StateId>>(needed), Journal, Cancel);
                Assert.NotNull(await engine.States.FindAsync(layer, Journal, Cancel));
                await engine.States.EvictAsync(
                    Farm,
                    1L << 40,
                    () => throw new InvalidOperationException("nothing has to go"),
                    Journal,
                    Cancel
                );
                Assert.Equal(3, (await engine.States.TreeAsync(record, Cancel)).States.Length);
            }
        );

    [Fact]
    public Task LeavesAMachineAsItWasWhenAStateIsAbandoned() =>
        WithStateAsync(
            async (engine, record) =>
            {
                var before = await engine.FilesAsync(Farm, null, Cancel);
                var pending = await engine.States!.PrepareAsync(record, new("never"), HasMemory(engine), Journal, Cancel);
                await pending.AbandonAsync();
                Assert.Equal(before.Select(f => f.Name), (await engine.FilesAsync(Farm, null, Cancel)).Select(f => f.Name));
                Assert.False(await engine.States.HasAsync(record.Id, "never", Cancel));
            }
        );

    static bool HasMemory(IEngine engine) => engine.Can.States == StateKind.Memory;

    /// <summary>A machine whose guest runs, and of which a state was kept.</summary>
    private protected Task WithStateAsync(Func<IEngine, MachineRecord, Task> use) =>
        WithMachineAsync(
            async (engine, record) =>
            {
                var booted = new TaskCompletionSource();
                using var watch = await engine.WatchAsync(record.Id, Heard, Cancel);
                await engine.StartAsync(record.Id, Cancel);
                await booted.Task;
                await use(engine, await engine.States!.TakeAsync(record, Mine, HasMemory(engine), Journal, Cancel));

                void Heard(MachineSignal signal) => _ = signal == MachineSignal.AgentConnected && booted.TrySetResult();
            }
        );
}
