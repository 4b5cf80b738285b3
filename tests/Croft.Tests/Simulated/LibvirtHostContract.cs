using System.Net;
using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Farms;
using Croft.Planning;
using Croft.Tests.Engines;
using Croft.Tests.Farms;

namespace Croft.Tests.Simulated;

/// <summary>
/// What every host does, in the same words for the simulated one and for libvirt's own test driver: so the simulation does not lie.
/// </summary>
public abstract class LibvirtHostContract
{
    static readonly CancellationToken Cancel = CancellationToken.None;

    static int farms;

    /// <summary>libvirt's test driver may still know what another test made.</summary>
    readonly string farm = $"contract{Interlocked.Increment(ref farms)}";

    NetworkDefinition Network =>
        new()
        {
            Farm = farm,
            Owner = "owner",
            Folder = "/folder",
            Network = "lan",
            Bridge = "croft" + farm,
            Mode = NetworkMode.Isolated,
            Dhcp = true,
            Cidr = IPNetwork.Parse("10.99.0.0/24"),
            Reservations = [new(IPAddress.Parse("10.99.0.10"), "52:54:00:00:00:01", "a")],
        };

    /// <summary>Has a new host used while its clock goes; what was made is gone afterwards.</summary>
    private protected abstract Task OnAsync(Func<ILibvirtHost, Task> use);

    /// <summary>A virtualization type that it can start.</summary>
    protected abstract string VirtType { get; }

    [Fact]
    public Task DefinesAMachineWithoutStartingIt() =>
        WithMachineAsync(
            async (host, machine) =>
            {
                var seen = Assert.Single(await OwnAsync(host));
                Assert.Equal(
                    (machine.DomainName, machine.Uuid, PowerState.Off, 2, 64L << 20),
                    (seen.Name, seen.Uuid, seen.Power, seen.Vcpus, seen.Memory)
                );
                Assert.Equal(Bare(machine.Record), Bare(seen.Record!));
                Assert.Equal(machine.Record.Disks, seen.Record!.AllDisks);
                Assert.Equal(PowerState.Off, await PowerAsync(host, machine.DomainName));

                static MachineRecord Bare(MachineRecord record) => record with { Nics = [], Disks = [], Detached = [] };
            }
        );

    [Fact]
    public Task RefusesAnotherMachineOfTheName() =>
        WithMachineAsync(
            async (host, machine) =>
                await Assert.ThrowsAsync<CroftException>(() => host.DefineAsync(machine with { Uuid = Guid.NewGuid() }, Cancel))
        );

    [Fact]
    public Task StartsAndSwitchesOffWithSignals() =>
        WithMachineAsync(
            async (host, machine) =>
            {
                var signals = new PowerSignals();
                using var watch = await host.WatchAsync(machine.DomainName, signals.Hear, Cancel);
                await host.StartAsync(machine.DomainName, Cancel);
                await signals.Started.Task;
                Assert.Equal(PowerState.Running, await PowerAsync(host, machine.DomainName));
                await Assert.ThrowsAsync<CroftException>(() => host.StartAsync(machine.DomainName, Cancel));
                await host.PowerOffAsync(machine.DomainName, Cancel);
                Assert.True(signals.Stopped.Task.IsCompleted);
                Assert.Equal(PowerState.Off, await PowerAsync(host, machine.DomainName));
                await host.PowerOffAsync(machine.DomainName, Cancel);
            }
        );

    [Fact]
    public Task TellsAllWhoWatchAMachine() =>
        WithMachineAsync(
            async (host, machine) =>
            {
                var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
                using var one = await host.WatchAsync(machine.DomainName, signal => first.TrySetResult(), Cancel);
                using (await host.WatchAsync(machine.DomainName, _ => { }, Cancel))
                {
                    // Gone before anything happens: it takes nobody along.
                }

                using var two = await host.WatchAsync(machine.DomainName, signal => second.TrySetResult(), Cancel);
                await host.StartAsync(machine.DomainName, Cancel);
                await Task.WhenAll(first.Task, second.Task);
            }
        );

    [Fact]
    public Task PausesAndResumes() =>
        WithMachineAsync(
            async (host, machine) =>
            {
                await Assert.ThrowsAsync<CroftException>(() => host.PauseAsync(machine.DomainName, Cancel));
                await host.StartAsync(machine.DomainName, Cancel);
                await host.PauseAsync(machine.DomainName, Cancel);
                Assert.Equal(PowerState.Paused, await PowerAsync(host, machine.DomainName));
                await host.ResumeAsync(machine.DomainName, Cancel);
                Assert.Equal(PowerState.Running, await PowerAsync(host, machine.DomainName));
            }
        );

    [Fact]
    public Task WritesTheRecordOfAMachineThatRunsForGood() =>
        WithMachineAsync(
            async (host, machine) =>
            {
                await host.StartAsync(machine.DomainName, Cancel);
                await host.WriteRecordAsync(machine.Record with { InUse = "up" }, Cancel);
                Assert.Equal("up", (await host.RecordAsync(machine.DomainName, Cancel)).InUse);
                await host.PowerOffAsync(machine.DomainName, Cancel);
                Assert.Equal("up", (await host.RecordAsync(machine.DomainName, Cancel)).InUse);
            }
        );

    [Fact]
    public Task LeavesAMachineThatRunsAsItIsWhenItIsDefinedAnew() =>
        WithMachineAsync(
            async (host, machine) =>
            {
                await host.StartAsync(machine.DomainName, Cancel);
                await host.DefineAsync(machine with { Record = machine.Record with { Run = "later" } }, Cancel);
                Assert.Equal(machine.Record.Run, (await host.RecordAsync(machine.DomainName, Cancel)).Run);
                await host.PowerOffAsync(machine.DomainName, Cancel);
                Assert.Equal("later", (await host.RecordAsync(machine.DomainName, Cancel)).Run);
            }
        );

    [Fact]
    public Task RemovesAMachineThatRuns() =>
        WithMachineAsync(
            async (host, machine) =>
            {
                await host.StartAsync(machine.DomainName, Cancel);
                await host.UndefineAsync(machine.DomainName, Cancel);
                Assert.Null(await PowerAsync(host, machine.DomainName));
                Assert.Null(await host.FindAsync(machine.DomainName, Cancel));
                await host.UndefineAsync(machine.DomainName, Cancel);
            }
        );

    [Fact]
    public Task SaysThatAMachineDoesNotExist() =>
        OnAsync(async host =>
        {
            foreach (
                var act in new Func<string, Task>[]
                {
                    d => host.StartAsync(d, Cancel),
                    d => host.PowerOffAsync(d, Cancel),
                    d => host.ShutdownAsync(d, Cancel),
                    d => host.DefinitionAsync(d, Cancel),
                    d => host.RecordAsync(d, Cancel),
                }
            )
                Assert.Contains(
                    $"has no machine {farm}.none",
                    (await Assert.ThrowsAsync<CroftException>(() => act($"{farm}.none"))).Message
                );
            Assert.Null(await PowerAsync(host, $"{farm}.none"));
        });

    [Fact]
    public Task PutsAMachineOnOtherDisks() =>
        WithMachineAsync(
            async (host, machine) =>
            {
                var before = await host.DefinitionAsync(machine.DomainName, Cancel);
                await host.CreateOverlayAsync($"{farm}.a.root.1.qcow2", $"{farm}.a.root.0.qcow2", null, Cancel);
                await host.RefitAsync(machine.Record with { Disks = [new("root", $"{farm}.a.root.1.qcow2")] }, null, Cancel);
                Assert.Equal($"{farm}.a.root.1.qcow2", (await host.RecordAsync(machine.DomainName, Cancel)).Disks.Single().Volume);
                await host.RefitAsync(machine.Record, before, Cancel);
                Assert.Equal($"{farm}.a.root.0.qcow2", (await host.RecordAsync(machine.DomainName, Cancel)).Disks.Single().Volume);
            }
        );

    [Fact]
    public Task MakesAVolumeOnce() =>
        OnAsync(async host =>
        {
            Assert.True(await host.CreateDiskAsync($"{farm}.v.root.0.qcow2", 1 << 20, Cancel));
            Assert.False(await host.CreateDiskAsync($"{farm}.v.root.0.qcow2", 1 << 20, Cancel));
        });

    [Fact]
    public Task MakesAndRemovesVolumes() =>
        OnAsync(async host =>
        {
            Assert.True(await host.CreateDiskAsync($"{farm}.v.root.0.qcow2", 1 << 20, Cancel));
            Assert.Contains($"{farm}.v.root.0.qcow2", await host.ListVolumesAsync(Cancel));
            Assert.True(await host.CreateOverlayAsync($"{farm}.v.root.1.qcow2", $"{farm}.v.root.0.qcow2", null, Cancel));
            Assert.Equal($"{farm}.v.root.0.qcow2", (await host.DiskFilesAsync(null, Cancel)).Below($"{farm}.v.root.1.qcow2"));
            Assert.Contains(
                "has no such volume",
                (
                    await Assert.ThrowsAsync<CroftException>(() =>
                        host.CreateOverlayAsync($"{farm}.v.root.2.qcow2", $"{farm}.v.none.qcow2", null, Cancel)
                    )
                ).Message
            );
            Assert.True(await host.DeleteVolumeAsync($"{farm}.v.root.1.qcow2", Cancel));
            Assert.False(await host.DeleteVolumeAsync($"{farm}.v.root.1.qcow2", Cancel));
            Assert.True(await host.DeleteVolumeAsync($"{farm}.v.root.0.qcow2", Cancel));
            Assert.DoesNotContain(await host.ListVolumesAsync(Cancel), v => v.StartsWith($"{farm}.v.", StringComparison.Ordinal));
        });

    [Fact]
    public Task MakesANetworkOnceWithItsReservations() =>
        OnAsync(async host =>
        {
            Assert.True(await host.EnsureNetworkAsync(Network, Cancel));
            Assert.False(await host.EnsureNetworkAsync(Network, Cancel));
            var seen = (await host.ListNetworksAsync(Cancel)).Single(n => n.Name == Network.Name);
            Assert.Equal(
                (farm, "owner", "/folder", "lan", Network.Cidr, true),
                (seen.Farm, seen.Owner, seen.Folder, seen.Network, seen.Cidr, seen.Active)
            );
            Assert.Equal(Network.Reservations, seen.Reservations);
            await host.RemoveNetworkAsync(Network.Name, Cancel);
            await host.RemoveNetworkAsync(Network.Name, Cancel);
            Assert.DoesNotContain(await host.ListNetworksAsync(Cancel), n => n.Name == Network.Name);
        });

    [Fact]
    public Task ObservesAllOfIt() =>
        WithMachineAsync(
            async (host, machine) =>
            {
                await host.CreateFileAsync($"{farm}.a.snapshot-s.0.json", Cancel);
                var state = await host.ObserveAsync([], Cancel);
                Assert.Null(state.Unreachable);
                Assert.True(state is { Vcpus: > 0, Memory: > 0 });
                Assert.Equal(VirtType == "test", state.Id.Length == 0); // libvirt's test driver is on no host
                Assert.Contains(VirtType, state.VirtTypes.Values.SelectMany(t => t));
                Assert.Contains(state.Machines, m => m.Name == machine.DomainName);
                Assert.Equal(new StateId(new(farm, "a"), "snapshot-s.0"), Assert.Single(state.States, s => s.Machine.Farm == farm));
                var room = await host.ObserveRoomAsync(Cancel);
                Assert.Equal((state.Vcpus, state.Memory, state.Machines.Length), (room.Vcpus, room.Memory, room.Machines.Length));
            }
        );

    Task WithMachineAsync(Func<ILibvirtHost, DomainDefinition, Task> use) =>
        OnAsync(async host =>
        {
            var record = new MachineRecord
            {
                Farm = farm,
                Owner = "owner",
                Folder = "/folder",
                Name = "a",
                Platform = "p",
                Target = "amd64",
                User = "root",
                HardwareDigest = "hardware",
                DiskDigest = "disks",
                Run = "run-1",
                InUse = null,
                HostKey = "ssh-ed25519 AAAA",
                Seed = $"{farm}.a.seed.0.iso",
                Nics = [],
                Disks = [new("root", $"{farm}.a.root.0.qcow2")],
            };
            var spec = Reading.Machine("memory: 64MiB, vcpus: 2, firmware: bios") with { Name = "a" };
            var machine = new DomainDefinition(record, new MachineId(farm, "a").Uuid, spec, VirtType, null, $"{farm}.a.console.log");
            await host.CreateDiskAsync($"{farm}.a.root.0.qcow2", 1 << 20, Cancel);
            await host.CreateFileAsync(record.Seed, Cancel);
            await host.CreateFileAsync(machine.Console, Cancel);
            await host.DefineAsync(machine, Cancel);
            await use(host, machine);
        });

    static async Task<PowerState?> PowerAsync(ILibvirtHost host, string domain) => (await host.FindAsync(domain, Cancel))?.Power;

    async Task<IEnumerable<MachineState>> OwnAsync(ILibvirtHost host) =>
        (await host.ListMachinesAsync(Cancel)).Where(m => m.Record?.Farm == farm);
}
