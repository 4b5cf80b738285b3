using System.Net;
using Croft.Engines;
using Croft.Planning;
using Croft.Tests.Farms;

namespace Croft.Tests.Simulated;

/// <summary>What every engine does, in the same words for the simulated one and for libvirt's own test driver: so the simulation does not lie.</summary>
public abstract class EngineContract
{
    static readonly CancellationToken Cancel = CancellationToken.None;

    static int farms;

    /// <summary>libvirt's test driver may still know what another test made.</summary>
    readonly string farm = $"contract{Interlocked.Increment(ref farms)}";

    NetworkDefinition Network => new(
        farm, "owner", "/folder", "lan", "croft" + farm, Nat: false, Dhcp: true, IPNetwork.Parse("10.99.0.0/24"), [new(IPAddress.Parse("10.99.0.10"), "52:54:00:00:00:01", "a")]);

    /// <summary>Has a new engine used while its clock goes; what was made is gone afterwards.</summary>
    protected abstract Task OnAsync(Func<IEngine, Task> use);

    /// <summary>A virtualization type that it can start.</summary>
    protected abstract string VirtType { get; }

    [Fact]
    public Task DefinesAMachineWithoutStartingIt() => WithMachineAsync(async (engine, machine) =>
    {
        var seen = Assert.Single(await OwnAsync(engine));
        Assert.Equal((machine.DomainName, machine.Uuid, PowerState.Off, 2, 64L << 20), (seen.Name, seen.Uuid, seen.Power, seen.Vcpus, seen.Memory));
        Assert.Equal(machine.Record with { Nics = [], Disks = [] }, seen.Record! with { Nics = [], Disks = [] });
        Assert.Equal(machine.Record.Disks, seen.Record!.Disks);
        Assert.Equal(PowerState.Off, await engine.PowerAsync(machine.DomainName, Cancel));
    });

    [Fact]
    public Task RefusesAnotherMachineOfTheName() => WithMachineAsync(async (engine, machine) =>
        await Assert.ThrowsAsync<CroftException>(() => engine.DefineAsync(machine with { Uuid = Guid.NewGuid() }, Cancel)));

    [Fact]
    public Task StartsAndSwitchesOffWithSignals() => WithMachineAsync(async (engine, machine) =>
    {
        var (started, stopped) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var watch = engine.Watch(machine.DomainName, signal => (signal == MachineSignal.Started ? started : signal == MachineSignal.Stopped ? stopped : new()).TrySetResult());
        await engine.StartAsync(machine.DomainName, Cancel);
        await started.Task;
        Assert.Equal(PowerState.Running, await engine.PowerAsync(machine.DomainName, Cancel));
        await Assert.ThrowsAsync<CroftException>(() => engine.StartAsync(machine.DomainName, Cancel));
        await engine.PowerOffAsync(machine.DomainName, Cancel);
        Assert.True(stopped.Task.IsCompleted);
        Assert.Equal(PowerState.Off, await engine.PowerAsync(machine.DomainName, Cancel));
        await engine.PowerOffAsync(machine.DomainName, Cancel);
    });

    [Fact]
    public Task TellsAllWhoWatchAMachine() => WithMachineAsync(async (engine, machine) =>
    {
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var one = engine.Watch(machine.DomainName, signal => first.TrySetResult());
        using (engine.Watch(machine.DomainName, _ => { }))
        {
            // Gone before anything happens: it takes nobody along.
        }

        using var two = engine.Watch(machine.DomainName, signal => second.TrySetResult());
        await engine.StartAsync(machine.DomainName, Cancel);
        await Task.WhenAll(first.Task, second.Task);
    });

    [Fact]
    public Task PausesAndResumes() => WithMachineAsync(async (engine, machine) =>
    {
        await Assert.ThrowsAsync<CroftException>(() => engine.PauseAsync(machine.DomainName, Cancel));
        await engine.StartAsync(machine.DomainName, Cancel);
        await engine.PauseAsync(machine.DomainName, Cancel);
        Assert.Equal(PowerState.Paused, await engine.PowerAsync(machine.DomainName, Cancel));
        await engine.ResumeAsync(machine.DomainName, Cancel);
        Assert.Equal(PowerState.Running, await engine.PowerAsync(machine.DomainName, Cancel));
    });

    [Fact]
    public Task WritesTheRecordOfAMachineThatRunsForGood() => WithMachineAsync(async (engine, machine) =>
    {
        await engine.StartAsync(machine.DomainName, Cancel);
        await engine.WriteRecordAsync(machine.Record with { InUse = "up" }, Cancel);
        Assert.Equal("up", (await engine.RecordAsync(machine.DomainName, Cancel)).InUse);
        await engine.PowerOffAsync(machine.DomainName, Cancel);
        Assert.Equal("up", (await engine.RecordAsync(machine.DomainName, Cancel)).InUse);
    });

    [Fact]
    public Task LeavesAMachineThatRunsAsItIsWhenItIsDefinedAnew() => WithMachineAsync(async (engine, machine) =>
    {
        await engine.StartAsync(machine.DomainName, Cancel);
        await engine.DefineAsync(machine with { Record = machine.Record with { Run = "later" } }, Cancel);
        Assert.Equal(machine.Record.Run, (await engine.RecordAsync(machine.DomainName, Cancel)).Run);
        await engine.PowerOffAsync(machine.DomainName, Cancel);
        Assert.Equal("later", (await engine.RecordAsync(machine.DomainName, Cancel)).Run);
    });

    [Fact]
    public Task RemovesAMachineThatRuns() => WithMachineAsync(async (engine, machine) =>
    {
        await engine.StartAsync(machine.DomainName, Cancel);
        await engine.UndefineAsync(machine.DomainName, Cancel);
        Assert.Null(await engine.PowerAsync(machine.DomainName, Cancel));
        Assert.Null(await engine.FindRecordAsync(machine.DomainName, Cancel));
        await engine.UndefineAsync(machine.DomainName, Cancel);
    });

    [Fact]
    public Task SaysThatAMachineDoesNotExist() => OnAsync(async engine =>
    {
        foreach (var act in new Func<string, Task>[] { d => engine.StartAsync(d, Cancel), d => engine.PowerOffAsync(d, Cancel), d => engine.ShutdownAsync(d, Cancel), d => engine.DefinitionAsync(d, Cancel), d => engine.RecordAsync(d, Cancel) })
            Assert.Contains($"has no machine {farm}.none", (await Assert.ThrowsAsync<CroftException>(() => act($"{farm}.none"))).Message);
        Assert.Null(await engine.PowerAsync($"{farm}.none", Cancel));
    });

    [Fact]
    public Task PutsAMachineOnOtherDisks() => WithMachineAsync(async (engine, machine) =>
    {
        var before = await engine.DefinitionAsync(machine.DomainName, Cancel);
        await engine.CreateOverlayAsync($"{farm}.a.root.1.qcow2", $"{farm}.a.root.0.qcow2", null, Cancel);
        await engine.RefitAsync(machine.Record with { Disks = [new("root", $"{farm}.a.root.1.qcow2")] }, null, Cancel);
        Assert.Equal($"{farm}.a.root.1.qcow2", (await engine.RecordAsync(machine.DomainName, Cancel)).Disks.Single().Volume);
        await engine.RefitAsync(machine.Record, before, Cancel);
        Assert.Equal($"{farm}.a.root.0.qcow2", (await engine.RecordAsync(machine.DomainName, Cancel)).Disks.Single().Volume);
    });

    [Fact]
    public Task MakesAVolumeOnce() => OnAsync(async engine =>
    {
        Assert.True(await engine.CreateDiskAsync($"{farm}.v.root.0.qcow2", 1 << 20, Cancel));
        Assert.False(await engine.CreateDiskAsync($"{farm}.v.root.0.qcow2", 1 << 20, Cancel));
    });

    [Fact]
    public Task MakesAndRemovesVolumes() => OnAsync(async engine =>
    {
        Assert.True(await engine.CreateDiskAsync($"{farm}.v.root.0.qcow2", 1 << 20, Cancel));
        Assert.True(await engine.PoolHasAsync($"{farm}.v.root.0.qcow2", Cancel));
        Assert.Contains($"{farm}.v.root.0.qcow2", await engine.ListVolumesAsync(Cancel));
        Assert.True(await engine.CreateOverlayAsync($"{farm}.v.root.1.qcow2", $"{farm}.v.root.0.qcow2", null, Cancel));
        Assert.Equal($"{farm}.v.root.0.qcow2", (await engine.DiskFilesAsync(null, Cancel)).Below($"{farm}.v.root.1.qcow2"));
        Assert.Contains("has no such volume", (await Assert.ThrowsAsync<CroftException>(() => engine.CreateOverlayAsync($"{farm}.v.root.2.qcow2", $"{farm}.v.none.qcow2", null, Cancel))).Message);
        Assert.True(await engine.DeleteVolumeAsync($"{farm}.v.root.1.qcow2", Cancel));
        Assert.False(await engine.DeleteVolumeAsync($"{farm}.v.root.1.qcow2", Cancel));
        Assert.True(await engine.DeleteVolumeAsync($"{farm}.v.root.0.qcow2", Cancel));
        Assert.DoesNotContain(await engine.ListVolumesAsync(Cancel), v => v.StartsWith($"{farm}.v.", StringComparison.Ordinal));
    });

    [Fact]
    public Task MakesANetworkOnceWithItsReservations() => OnAsync(async engine =>
    {
        Assert.True(await engine.EnsureNetworkAsync(Network, Cancel));
        Assert.False(await engine.EnsureNetworkAsync(Network, Cancel));
        var seen = (await engine.ListNetworksAsync(Cancel)).Single(n => n.Name == Network.Name);
        Assert.Equal((farm, "owner", "/folder", "lan", Network.Cidr, true), (seen.Farm, seen.Owner, seen.Folder, seen.Network, seen.Cidr, seen.Active));
        Assert.Equal(Network.Reservations, seen.Reservations);
        await engine.RemoveNetworkAsync(Network.Name, Cancel);
        await engine.RemoveNetworkAsync(Network.Name, Cancel);
        Assert.DoesNotContain(await engine.ListNetworksAsync(Cancel), n => n.Name == Network.Name);
    });

    [Fact]
    public Task ObservesAllOfIt() => WithMachineAsync(async (engine, machine) =>
    {
        var state = await engine.ObserveAsync([], Cancel);
        Assert.Null(state.Unreachable);
        Assert.True(state is { Vcpus: > 0, Memory: > 0 });
        Assert.Equal(VirtType == "test", state.Id.Length == 0); // libvirt's test driver is on no host
        Assert.Contains(VirtType, state.VirtTypes.Values.SelectMany(t => t));
        Assert.Contains(state.Machines, m => m.Name == machine.DomainName);
        Assert.Contains($"{farm}.a.root.0.qcow2", state.Volumes);
        var room = await engine.ObserveRoomAsync(Cancel);
        Assert.Equal((state.Vcpus, state.Memory, state.Machines.Length), (room.Vcpus, room.Memory, room.Machines.Length));
    });

    Task WithMachineAsync(Func<IEngine, MachineDefinition, Task> use) => OnAsync(async engine =>
    {
        var record = new MachineRecord(
            farm, "owner", "/folder", "a", "p", "amd64", "root", "hardware", "disks", "run-1", null, "ssh-ed25519 AAAA", $"{farm}.a.seed.0.iso", [], [new("root", $"{farm}.a.root.0.qcow2")]);
        var spec = Reading.Machine("memory: 64MiB, vcpus: 2, firmware: bios") with { Name = "a" };
        var machine = new MachineDefinition(record, Identity.Uuid(farm, "a"), spec, VirtType, null, $"{farm}.a.console.log");
        await engine.CreateDiskAsync($"{farm}.a.root.0.qcow2", 1 << 20, Cancel);
        await engine.CreateFileAsync(record.Seed, Cancel);
        await engine.CreateFileAsync(machine.Console, Cancel);
        await engine.DefineAsync(machine, Cancel);
        await use(engine, machine);
    });

    async Task<IEnumerable<MachineState>> OwnAsync(IEngine engine) => (await engine.ListMachinesAsync(Cancel)).Where(m => m.Record?.Farm == farm);
}
