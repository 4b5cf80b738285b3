using System.Collections.Immutable;
using System.Net;
using Croft.Engines;
using Croft.Engines.Lxd;
using Croft.Farms;
using Croft.Tests.Farms;

namespace Croft.Tests.Engines;

[Collection(nameof(LxdOfTests))]
public sealed class EngineOnLxd(LxdOfTests host) : StatesContract
{
    private protected override string VirtType => DispatchRules.Container;

    private protected override string ImageIn(TemporaryFolder folder) => LxdOfTests.ImageIn(folder.Path);

    private protected override async Task OnAsync(Func<IEngine, Task> use)
    {
        using var engine = await host.ConnectAsync();
        try
        {
            await use(engine);
        }
        finally
        {
            await engine.ClearAsync(Farm, "owner", Cancel);
        }
    }

    /// <summary>A name that a stranger has is not Croft's to touch.</summary>
    [Fact]
    public Task LeavesAnInstanceOfItsNameThatOthersMade() =>
        OnAsync(async engine =>
        {
            var name = $"{Farm}--a";
            await LxdOfTests.LxcAsync(host.Folder, "init", "--empty", name);
            var seen = await engine.FindAsync(new(Farm, "a"), Cancel);
            Assert.Null(seen!.Record);
            var refused = await Assert.ThrowsAsync<CroftException>(() => MakeAsync(engine, Machine()));
            Assert.Contains($"has an instance {name} that Croft did not make", refused.Message, StringComparison.Ordinal);
            foreach (var act in new[] { StopBy.Cutting, StopBy.Resetting, StopBy.Asking })
                await Assert.ThrowsAsync<CroftException>(() => engine.StopAsync(new(Farm, "a"), act, Cancel));
            await Assert.ThrowsAsync<CroftException>(() => engine.StartAsync(new(Farm, "a"), Cancel));
            await engine.RemoveAsync(Machine().Record, Cancel);
            await engine.ClearAsync(Farm, "owner", Cancel);
            await LxdOfTests.LxcAsync(host.Folder, "delete", name);
        });

    /// <summary>A copy that somebody made of a machine is none; one that was renamed is what it was.</summary>
    [Fact]
    public Task TellsAMachineThatWasRenamedFromACopyOfIt() =>
        OnAsync(async engine =>
        {
            await MakeAsync(engine, Machine());
            await engine.MarkAsync(Machine().Record, Cancel);
            var name = $"{Farm}--a";
            await LxdOfTests.LxcAsync(host.Folder, "copy", name, "mine");
            await LxdOfTests.LxcAsync(host.Folder, "move", name, "other");
            var renamed = Assert.Single(await engine.ListMachinesAsync(Cancel), m => m.Record is not null);
            Assert.Equal($"lxc move other {name}", renamed.NameCure);
            await LxdOfTests.LxcAsync(host.Folder, "delete", "other");
            Assert.DoesNotContain(await engine.ListMachinesAsync(Cancel), m => m.Record is not null);
            await LxdOfTests.LxcAsync(host.Folder, "delete", "mine");
        });

    /// <summary>The service sets a network up anew for each address that is promised in it; a machine is made and runs meanwhile.</summary>
    [Fact]
    public Task MakesAMachineWhileItsAddressIsPromised() =>
        OnAsync(async engine =>
        {
            await (await engine.EnsureNetworkAsync(Network("owner", "10.98.0.10"), "owner", Journal, Cancel))(Cancel);
            var rest = await engine.EnsureNetworkAsync(Network("owner", "10.98.0.10", "10.98.0.11"), "owner", Journal, Cancel);
            var machine = Machine();
            var card = new Nic("lan", $"{Farm}.lan", "52:54:00:11:22:34", IPAddress.Parse("10.98.0.11"), null);
            machine = machine with { Record = machine.Record with { Nics = [card] } };
            await MakeAsync(engine, machine);
            await rest(Cancel);
            var seen = (await engine.ObserveAsync([], Cancel)).Networks.Single(n => n.Farm == Farm);
            Assert.Equal(["10.98.0.10", "10.98.0.11"], seen.Reservations.Select(r => r.Address.ToString()));
            Assert.All(seen.Reservations, r => Assert.Contains(r, seen.Published));
            Assert.Empty((await engine.FindAsync(machine.Record.Id, Cancel))!.Lacks);
        });

    [Fact]
    public Task SaysWhichDevicesSomebodyTookOut() =>
        OnAsync(async engine =>
        {
            await (await engine.EnsureNetworkAsync(Network("owner", "10.98.0.10"), "owner", Journal, Cancel))(Cancel);
            var machine = Machine();
            var card = new Nic("lan", $"{Farm}.lan", "52:54:00:11:22:34", IPAddress.Parse("10.98.0.10"), null);
            machine = machine with { Record = machine.Record with { Nics = [card] } };
            await MakeAsync(engine, machine);
            Assert.Empty((await engine.FindAsync(machine.Record.Id, Cancel))!.Lacks);
            await LxdOfTests.LxcAsync(host.Folder, "config", "device", "remove", $"{Farm}--a", "eth0");
            var seen = (await engine.FindAsync(machine.Record.Id, Cancel))!;
            Assert.Equal(["card on network lan"], seen.Lacks);
            Assert.Empty(seen.Record!.Detached);
            await engine.ChangeAsync(machine, null, Journal, Cancel);
            Assert.Empty((await engine.FindAsync(machine.Record.Id, Cancel))!.Lacks);
        });

    /// <summary>The service lets no two cards have one MAC, though one of them is off.</summary>
    [Fact]
    public Task NamesTheCopyThatKeepsAMachineFromStarting() =>
        OnAsync(async engine =>
        {
            await (await engine.EnsureNetworkAsync(Network("owner", "10.98.0.10"), "owner", Journal, Cancel))(Cancel);
            var machine = Machine();
            var card = new Nic("lan", $"{Farm}.lan", "52:54:00:11:22:33", IPAddress.Parse("10.98.0.10"), null);
            await MakeAsync(engine, machine with { Record = machine.Record with { Nics = [card] } });
            await LxdOfTests.LxcAsync(host.Folder, "copy", $"{Farm}--a", "mine");
            var refused = await Assert.ThrowsAsync<CroftException>(() => engine.StartAsync(new(Farm, "a"), Cancel));
            Assert.Contains("lxc config device set mine eth0 hwaddr= ipv4.address=", refused.Hint, StringComparison.Ordinal);
            await LxdOfTests.LxcAsync(host.Folder, "delete", "mine");
        });

    /// <summary>What the farm file gave it and gives no more goes; what somebody else gave it stays.</summary>
    [Fact]
    public Task KeepsTheDevicesAndProfilesThatOthersGaveAMachine() =>
        OnAsync(async engine =>
        {
            var volume = ImmutableSortedDictionary<string, string>.Empty.Add("type", "none");
            var own = ContainerSpec.Plain with { Devices = ContainerSpec.Plain.Devices.Add("own", volume) };
            var machine = Machine();
            await MakeAsync(engine, machine with { Spec = machine.Spec with { Container = own } });
            var name = $"{Farm}--a";
            await LxdOfTests.LxcAsync(host.Folder, "config", "device", "add", name, "mine", "none");
            await LxdOfTests.LxcAsync(host.Folder, "profile", "add", name, "default");
            await engine.ChangeAsync(machine with { Spec = machine.Spec with { Vcpus = 1 } }, null, Journal, Cancel);
            var devices = (await LxdOfTests.LxcAsync(host.Folder, "config", "device", "list", name)).Split('\n');
            Assert.Equal(["", "mine", "root"], devices.Order(StringComparer.Ordinal));
            Assert.Contains(
                "profiles:\n- default",
                await LxdOfTests.LxcAsync(host.Folder, "config", "show", name),
                StringComparison.Ordinal
            );
        });

    [Fact]
    public Task LeavesAMachineInItsPoolWhenTheServicesDefaultIsAnother() =>
        OnAsync(async engine =>
        {
            var machine = Machine();
            await MakeAsync(engine, machine);
            string[] pool = ["profile", "device", "set", "default", "root"];
            await LxdOfTests.LxcAsync(host.Folder, "storage", "create", "second", "dir");
            await LxdOfTests.LxcAsync(host.Folder, [.. pool, "pool=second"]);
            try
            {
                using var later = await host.ConnectAsync();
                await later.ChangeAsync(machine with { Spec = machine.Spec with { Vcpus = 1 } }, null, Journal, Cancel);
                var kept = await LxdOfTests.LxcAsync(host.Folder, "config", "device", "get", $"{Farm}--a", "root", "pool");
                Assert.Equal("default\n", kept);
            }
            finally
            {
                await LxdOfTests.LxcAsync(host.Folder, [.. pool, "pool=default"]);
                await LxdOfTests.LxcAsync(host.Folder, "storage", "delete", "second");
            }
        });

    [Fact]
    public Task SeesBothSubnetsOfANetworkOfOthers() =>
        OnAsync(async engine =>
        {
            var name = $"x{Environment.ProcessId}";
            string[] subnets = ["ipv4.address=10.97.0.1/24", "ipv6.address=fd97::1/64"];
            await LxdOfTests.LxcAsync(host.Folder, ["network", "create", name, .. subnets]);
            var seen = (await engine.ObserveAsync([], Cancel)).Networks.Single(n => n.Name == name);
            await LxdOfTests.LxcAsync(host.Folder, "network", "delete", name);
            Assert.Equal("10.97.0.0/24 fd97::/64", $"{seen.Cidr} {seen.Cidr6}");
        });

    /// <summary>What is left is the same archive that is to be made, so the next one would not be made.</summary>
    [Fact]
    public Task TakesADiskAlsoWhereACommandThatWasKilledLeftHalfOfThat() =>
        OnAsync(async engine =>
        {
            await MakeAsync(engine, Machine());
            var name = $"{Farm}--a";
            await LxdOfTests.LxcAsync(host.Folder, "snapshot", name, "croft-image-0123abcd");
            await LxdOfTests.LxcAsync(host.Folder, "snapshot", name, "croft-image-mine");
            var left = $"croft.image=archive of {name}";
            await LxdOfTests.LxcAsync(host.Folder, "publish", $"{name}/croft-image-0123abcd", "--compression", "none", left);
            using var folder = new TemporaryFolder();
            await engine.CopyDiskAsync(Machine().Record, Path.Combine(folder.Path, "disk"), Cancel);
            Assert.True(new FileInfo(Path.Combine(folder.Path, "disk")).Length > 0);
            Assert.DoesNotContain(name, await LxdOfTests.LxcAsync(host.Folder, "image", "list", "-f", "yaml"), StringComparison.Ordinal);
            var snapshots = await LxdOfTests.LxcAsync(host.Folder, "query", $"/1.0/instances/{name}/snapshots");
            Assert.Contains("croft-image-mine", snapshots, StringComparison.Ordinal);
            Assert.DoesNotContain("0123abcd", snapshots, StringComparison.Ordinal);
        });

    /// <summary>Also when it was just seen, and is believed to be as it was.</summary>
    [Fact]
    public Task TellsANetworkOfNamesBesideWhenItsAddressesAreThereAlready() =>
        OnAsync(async engine =>
        {
            var network = Network("owner", "10.98.0.10");
            var beside = new Reservation(IPAddress.Parse("10.99.0.20"), "", "db");
            foreach (var names in new Reservation[][] { [], [beside] })
            {
                var planned = network with { Definition = network.Definition with { Names = [.. names] } };
                await (await engine.EnsureNetworkAsync(planned, "owner", Journal, Cancel))(Cancel);
                await engine.ObserveAsync([], Cancel);
            }

            Assert.Equal([beside], (await engine.ObserveAsync([], Cancel)).Networks.Single(n => n.Farm == Farm).Names);
            // Of somebody who wrote over the names, and had none of them meanwhile.
            await LxdOfTests.LxcAsync(host.Folder, "network", "set", network.Definition.Bridge, "raw.dnsmasq=server=/corp/192.0.2.1");
            await engine.ObserveAsync([], Cancel);
            var again = network with { Definition = network.Definition with { Names = [beside] } };
            await (await engine.EnsureNetworkAsync(again, "owner", Journal, Cancel))(Cancel);
            var lines = await LxdOfTests.LxcAsync(host.Folder, "network", "get", network.Definition.Bridge, "raw.dnsmasq");
            Assert.Equal(3, lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
            Assert.Contains("server=/corp/192.0.2.1", lines, StringComparison.Ordinal);
        });
}
