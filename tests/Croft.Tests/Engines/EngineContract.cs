using System.Net;
using Croft.Engines;
using Croft.Farms;
using Croft.Journal;
using Croft.Planning;
using Croft.Tests.Farms;

namespace Croft.Tests.Engines;

/// <summary>What every engine does. What one can besides, it says.</summary>
public abstract class EngineContract : IDisposable
{
    static int farms;

    readonly TemporaryFolder folder = new();

    protected static CancellationToken Cancel => CancellationToken.None;

    /// <summary>libvirt's test driver may still know what another test made.</summary>
    protected string Farm { get; } = $"engine{Interlocked.Increment(ref farms)}";

    MachineId Id => new(Farm, "a");

    /// <summary>Has a new engine used while its clock goes; what was made is gone afterwards.</summary>
    private protected abstract Task OnAsync(Func<IEngine, Task> use);

    private protected virtual string VirtType => "kvm";

    /// <summary>Makes an image in a folder. Returns its name there.</summary>
    private protected virtual string ImageIn(TemporaryFolder folder) => Path.GetFileName(folder.Write("disk.qcow2", "a disk"));

    private protected virtual async Task<MachineRecord> MakeAsync(IEngine engine, MachineDefinition machine) =>
        (
            await engine.CreateAsync(
                machine with
                {
                    Image = await engine.EnsureImageAsync(machine.Image, Journal, null, Cancel),
                },
                Seed,
                Journal,
                Cancel
            )
        ).Record;

    private protected RunJournal Journal => field ??= RunJournal.Create(folder.Path, TimeProvider.System);

    private protected SeedFiles Seed => new(new Dictionary<string, string> { ["user-data"] = "who you are" }, folder.Path);

    private protected MachineDefinition Machine(string name = "a") =>
        new(
            MachineRecord.Nothing with
            {
                Farm = Farm,
                Owner = "owner",
                Folder = "/folder",
                Name = name,
                Run = "run-1",
                HardwareDigest = "hardware",
            },
            new MachineId(Farm, name).Uuid,
            Reading.Machine("memory: 64MiB, vcpus: 2, firmware: bios") with
            {
                Name = name,
            },
            VirtType,
            new(new string('0', 64), "0000000000000000.1", folder.Path, ImageIn(folder), null, null, null, null)
        );

    private protected PlannedNetwork Network(string owner, params string[] addresses) =>
        new(
            "h",
            new()
            {
                Farm = Farm,
                Owner = owner,
                Folder = "/folder",
                Network = "lan",
                Bridge = "croft" + Farm,
                Mode = NetworkMode.Isolated,
                Dhcp = true,
                Cidr = IPNetwork.Parse("10.98.0.0/24"),
                Reservations = [.. addresses.Select((a, i) => new Reservation(IPAddress.Parse(a), $"52:54:00:00:00:0{i + 1}", $"m{i}"))],
            },
            Exists: false
        );

    [Fact]
    public Task MakesAMachineThatIsOff() =>
        WithMachineAsync(
            async (engine, record) =>
            {
                var seen = Assert.Single(await engine.ListMachinesAsync(Cancel), m => m.Record?.Farm == Farm);
                Assert.Equal((Id.ToString(), PowerState.Off, 2, 64L << 20), (seen.Name, seen.Power, seen.Vcpus, seen.Memory));
                Assert.Equal(("owner", "a", "run-1"), (seen.Record!.Owner, seen.Record.Name, seen.Record.Run));
                Assert.Equal(seen.Uuid, (await engine.FindAsync(record.Id, Cancel))!.Uuid);
            }
        );

    [Fact]
    public Task StartsAndCutsWithSignals() =>
        WithMachineAsync(
            async (engine, record) =>
            {
                var signals = new PowerSignals();
                using var watch = await engine.WatchAsync(Id, signals.Hear, Cancel);
                await engine.StartAsync(Id, Cancel);
                await signals.Started.Task;
                Assert.Equal(PowerState.Running, await PowerAsync(engine));
                await Assert.ThrowsAsync<CroftException>(() => engine.StartAsync(Id, Cancel));
                await engine.StopAsync(Id, StopBy.Cutting, Cancel);
                Assert.True(signals.Stopped.Task.IsCompleted);
                Assert.Equal(PowerState.Off, await PowerAsync(engine));
                await engine.StopAsync(Id, StopBy.Cutting, Cancel);
            }
        );

    [Fact]
    public Task StandsStillAndGoesOnWhereItCan() =>
        WithMachineAsync(
            async (engine, record) =>
            {
                if (!engine.Can.Pause)
                    return;
                await engine.StartAsync(Id, Cancel);
                await engine.PauseAsync(Id, Cancel);
                Assert.Equal(PowerState.Paused, await PowerAsync(engine));
                await engine.ResumeAsync(Id, Cancel);
                Assert.Equal(PowerState.Running, await PowerAsync(engine));
                await engine.ResumeAsync(Id, Cancel);
            }
        );

    [Fact]
    public Task KeepsTheMarkOfAMachineThatRuns() =>
        WithMachineAsync(
            async (engine, record) =>
            {
                await engine.StartAsync(Id, Cancel);
                await engine.MarkAsync(record with { InUse = "up" }, Cancel);
                await engine.StopAsync(Id, StopBy.Cutting, Cancel);
                Assert.Equal("up", (await engine.RecordAsync(Id, Cancel)).InUse);
            }
        );

    [Fact]
    public Task ChangesAMachineAndUndoesIt() =>
        WithMachineAsync(
            async (engine, record) =>
            {
                var change = await engine.ChangeAsync(
                    Machine() with
                    {
                        Record = record with { HardwareDigest = "other" },
                        Spec = Machine().Spec with { Vcpus = 3 },
                    },
                    null,
                    Journal,
                    Cancel
                );
                Assert.Equal(
                    (3, "other"),
                    (await engine.FindAsync(Id, Cancel)) is { } changed ? (changed.Vcpus, changed.Record!.HardwareDigest) : default
                );
                await change.UndoAsync();
                Assert.Equal(
                    (2, "hardware"),
                    (await engine.FindAsync(Id, Cancel)) is { } back ? (back.Vcpus, back.Record!.HardwareDigest) : default
                );
            }
        );

    [Fact]
    public Task UndoesWhatItMade() =>
        OnAsync(async engine =>
        {
            var image = await engine.EnsureImageAsync(Machine().Image, Journal, null, Cancel);
            var change = await engine.CreateAsync(Machine() with { Image = image }, Seed, Journal, Cancel);
            Assert.NotNull(await engine.FindAsync(Id, Cancel));
            await change.UndoAsync();
            Assert.Null(await engine.FindAsync(Id, Cancel));
            Assert.Empty(await engine.FilesAsync(Farm, null, Cancel));
        });

    [Fact]
    public Task ForgetsAMachineThatIsRemoved() =>
        WithMachineAsync(
            async (engine, record) =>
            {
                await engine.StartAsync(Id, Cancel);
                await engine.RemoveAsync(record, Cancel);
                Assert.Null(await engine.FindAsync(Id, Cancel));
                await engine.RemoveAsync(record, Cancel);
            }
        );

    [Fact]
    public Task SaysThatAMachineDoesNotExist() =>
        OnAsync(async engine =>
        {
            var none = new MachineId(Farm, "none");
            Assert.Null(await engine.FindAsync(none, Cancel));
            foreach (
                var act in new Func<Task>[]
                {
                    () => engine.StartAsync(none, Cancel),
                    () => engine.StopAsync(none, StopBy.Asking, Cancel),
                    () => engine.RecordAsync(none, Cancel),
                }
            )
                Assert.Contains($"has no machine {none}", (await Assert.ThrowsAsync<CroftException>(act)).Message);
        });

    [Fact]
    public Task PromisesAnAddressToOneMachineOnly() =>
        OnAsync(async engine =>
        {
            if (!engine.Can.OwnNetworks)
                return;
            await (await engine.EnsureNetworkAsync(Network("owner", "10.98.0.10"), "owner", Journal, Cancel))(Cancel);
            await (await engine.EnsureNetworkAsync(Network("owner", "10.98.0.10"), "owner", Journal, Cancel))(Cancel);
            var seen = (await engine.ObserveAsync([], Cancel)).Networks.Single(n => n.Farm == Farm);
            Assert.Equal(("lan", "owner", 1), (seen.Network, seen.Owner, seen.Reservations.Length));
            await Assert.ThrowsAsync<CroftException>(() =>
                engine.EnsureNetworkAsync(Network("stranger", "10.98.0.10"), "stranger", Journal, Cancel)
            );
            await engine.ClearAsync(Farm, "owner", Cancel);
            Assert.DoesNotContain((await engine.ObserveAsync([], Cancel)).Networks, n => n.Farm == Farm);
        });

    [Fact]
    public Task SaysWhatItIsAndCan() =>
        WithMachineAsync(
            async (engine, record) =>
            {
                var state = await engine.ObserveAsync([], Cancel);
                Assert.Null(state.Unreachable);
                Assert.Equal((engine.Can, engine.Can.States == StateKind.None), (state.Can, engine.States is null));
                Assert.Contains(VirtType, state.VirtTypes.Values.SelectMany(t => t));
                var room = await engine.ObserveRoomAsync(Cancel);
                Assert.Equal((state.Vcpus, state.Memory, state.Machines.Length), (room.Vcpus, room.Memory, room.Machines.Length));
            }
        );

    public void Dispose()
    {
        Journal.Dispose();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    async Task<PowerState?> PowerAsync(IEngine engine) => (await engine.FindAsync(Id, Cancel))?.Power;

    private protected Task WithMachineAsync(Func<IEngine, MachineRecord, Task> use) =>
        OnAsync(async engine => await use(engine, await MakeAsync(engine, Machine())));
}
