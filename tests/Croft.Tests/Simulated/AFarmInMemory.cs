using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Farms;
using Croft.Journal;
using Croft.Lifecycle;
using Croft.Testing;
using Croft.Tests.Farms;

namespace Croft.Tests.Simulated;

/// <summary>The commands over simulated machines: the same lifecycle as over libvirt's, without any program.</summary>
[Collection(nameof(Apart))]
public sealed class AFarmInMemory
{
    static readonly (string, string)[] Phases =
    [
        ("dependencies.sh", "sleep 20"),
        ("init.sh", "sleep 10"),
        ("main.sh", "echo hello\nsleep 30"),
    ];

    [Fact]
    public async Task ComesUpOnceAndGoesDown()
    {
        using var farm = await SimulatedFarm.MakeAsync(1, 2, "  list: [ { name: a, platform: p }, { name: b, platform: p, count: 3 } ]");
        var summary = await farm.UpAsync();
        Assert.Equal("4 passed", summary!.Counts);
        Assert.Equal(["a h0 Running", "b-2 h0 Running", "b-1 h1 Running", "b-3 h1 Running"], await ListAsync(farm));
        Assert.Null(await farm.UpAsync());
        await farm.DownAsync();
        Assert.Equal(["a h0 Off", "b-2 h0 Off", "b-1 h1 Off", "b-3 h1 Off"], await ListAsync(farm));
        Assert.Equal("4 passed", (await farm.UpAsync())!.Counts);
        await farm.DestroyAsync();
        Assert.Equal([], farm.Left());
    }

    [Fact]
    public async Task RunsThePhasesAndThenFromLayers()
    {
        using var farm = await SimulatedFarm.MakeAsync(2, 2, "  list: [ { name: a, platform: p }, { name: b, platform: p } ]", Phases);
        var first = await farm.RunAsync();
        Assert.Equal("2 passed", first!.Counts);
        Assert.Equal("startup, create clean, dependencies, create dependencies, init, create init, main, shutdown", Steps(first));
        Assert.InRange(first.Duration.TotalSeconds, 60, 90);
        Assert.Contains("hello", await File.ReadAllTextAsync(farm.LatestRun.LogPath("a", "main"), TestContext.Current.CancellationToken));
        var second = await farm.RunAsync();
        Assert.Equal("restore init, dependencies, init, main, shutdown", Steps(second!));
        Assert.InRange(second!.Duration.TotalSeconds, 30, 45);
        await farm.DestroyAsync();
        Assert.Equal([], farm.Left());
    }

    [Fact]
    public async Task IsForgottenByNetworksThatItsMachinesLeave()
    {
        using var farm = await SimulatedFarm.MakeAsync(
            1,
            1,
            "  list: [ { name: a, platform: p, networks: [ lan, back ] }, { name: b, platform: p, networks: [ lan, back ] } ]\nnetworks: { lan: {}, back: { mode: isolated } }"
        );
        await farm.UpAsync();
        var text = await File.ReadAllTextAsync(farm.Farm.File, TestContext.Current.CancellationToken);
        var later = FarmFile
            .ReadText(
                text.Replace(
                    "name: b, platform: p, networks: [ lan, back ]",
                    "name: b, platform: p, networks: [ lan ]",
                    StringComparison.Ordinal
                ),
                farm.Farm.File,
                Reading.Defaults
            )
            .Require();
        await farm.ProgramAsync(
            async c =>
                await FarmUp.RunAsync(
                    c,
                    await c.PlanAsync(CancellationToken.None),
                    recreate: false,
                    "up",
                    _ => { },
                    SimulatedFarm.Silent,
                    CancellationToken.None
                ),
            later
        );
        var networks = farm.Hosts.First().Networks;
        Assert.Equal(["a"], networks["f.back"].Reservations.Select(r => r.Host));
        Assert.Equal(["a", "b"], networks["f.lan"].Reservations.Select(r => r.Host).Order());
    }

    [Fact]
    public async Task LosesCopiesOfImagesThatNobodyHas()
    {
        using var farm = await SimulatedFarm.MakeAsync(1, 1, "  list: [ { name: a, platform: p } ]");
        await farm.UpAsync();
        var own = farm.Left().Count();
        var used = farm.Hosts.First().Volumes.Keys.ToList();
        IReadOnlyList<Leftover> found = [];
        await farm.ProgramAsync(async c =>
        {
            foreach (var volume in (string[])["image.0123456789abcdef.1.root.qcow2", "image.0123456789abcdef.1.complete"])
                await ((LibvirtEngine)c.Engine("h0")).Host.CreateFileAsync(volume, CancellationToken.None);
            found = await ImageGc.FindAsync(c, c.Settings.Clock.GetUtcNow() + TimeSpan.FromHours(1), CancellationToken.None);
            await ImageGc.RemoveAsync(c, found, CancellationToken.None);
        });
        Assert.Equal([(LeftoverKind.Copy, "0123456789abcdef.1")], found.Select(f => (f.Kind, f.Name)));
        Assert.Equal(used, farm.Hosts.First().Volumes.Keys);
        Assert.Equal(own, farm.Left().Count());
    }

    [Fact]
    public async Task WaitsForGuestsThatAnUpThatWasKilledHadStarted()
    {
        using var farm = await SimulatedFarm.MakeAsync(1, 1, "  list: [ { name: a, platform: p } ]");
        farm.Simulation.Boot = _ => TimeSpan.FromMinutes(1);
        farm.Simulation.Faults = (_, _, doing) =>
            doing.StartsWith("marking", StringComparison.Ordinal) ? SimulatedFault.KilledAfter : SimulatedFault.None;
        Assert.Null(await farm.UpAsync());
        farm.Mend();
        var second = await farm.UpAsync();
        Assert.Equal("1 passed", second!.Counts);
        Assert.InRange(second.Duration.TotalSeconds, 40, 70);
        Assert.Null(await farm.UpAsync());
    }

    [Fact]
    public async Task ForksMachinesOfOneCount()
    {
        using var farm = await SimulatedFarm.MakeAsync(3, 1, "  list: [ { name: a, platform: p, count: 3 } ]", Phases);
        var summary = await farm.RunAsync();
        Assert.Equal("3 passed", summary!.Counts);
        Assert.Equal(2, summary.Machines.Count(m => m.Steps.Any(s => s.Name == "fork init" && s.Outcome == Outcome.Passed)));
        await farm.DestroyAsync();
        Assert.Equal([], farm.Left());
    }

    [Fact]
    public async Task MakesMachinesOfOneCountEachOnItsOwnWhenTheirLayerCannotBeRead()
    {
        using var farm = await SimulatedFarm.MakeAsync(3, 1, "  list: [ { name: a, platform: p, count: 2 } ]", Phases);
        await farm.RunAsync();
        await farm.ProgramAsync(c => ((LibvirtEngine)c.Engine("h0")).Host.UndefineAsync("f.a-2", CancellationToken.None));
        foreach (var reading in (int[])[1, 2, 3])
        {
            var read = 0;
            farm.Simulation.Faults = (_, _, doing) =>
                doing.StartsWith("reading f.a-1.layer-", StringComparison.Ordinal) && ++read == reading
                    ? SimulatedFault.Refused
                    : SimulatedFault.None;
            Assert.Equal("2 passed", (await farm.RunAsync())!.Counts);
        }
    }

    [Fact]
    public async Task TellsHowEachMachineFailed()
    {
        using var farm = await SimulatedFarm.MakeAsync(
            4,
            1,
            "  list: [ { name: good, platform: p }, { name: bad, platform: q }, { name: mute, platform: p }, { name: late, platform: p, target: slow } ]\ntargets: { slow: { arch: x86_64 } }",
            [.. Phases, ("q/main.sh", "exit 3"), ("p/slow/main.sh", "sleep 4000")],
            project: "timeouts: { main: 60s }, connection_timeout: 30s"
        );
        farm.Simulation.Boot = machine => machine.Record.Name == "mute" ? null : TimeSpan.FromSeconds(8);
        var summary = await farm.RunAsync();
        string Of(string name) =>
            summary!.Machines.First(m => m.Name == name) is var m ? $"{m.Outcome}: {m.Worst!.Name}: {m.Worst.Reason}" : "";
        Assert.StartsWith("Passed", Of("good"));
        Assert.Equal("Failed: main: main ended with exit code 3", Of("bad"));
        Assert.StartsWith("Error: startup: machine \"mute\" was not ready after 30", Of("mute"));
        Assert.StartsWith("Failed: main: main took longer than its 60 s and was ended", Of("late"));
        Assert.All(farm.Hosts.SelectMany(h => h.Machines.Values), m => Assert.Equal(PowerState.Off, m.Power));
    }

    [Fact]
    public async Task StandsStillWhenThePoolIsFull()
    {
        using var farm = await SimulatedFarm.MakeAsync(5, 1, "  list: [ { name: a, platform: p }, { name: b, platform: p } ]");
        farm.Hosts.Single().PoolSize = 30L << 20;
        var summary = await farm.UpAsync();
        Assert.Equal("1 error, 1 passed", summary!.Counts);
        Assert.Contains("No space left", summary.Machines.First(m => !m.IsGood).Worst!.Reason);
        farm.Hosts.Single().PoolSize = 1L << 30;
        Assert.Equal(2, (await farm.UpAsync())!.Machines.Count(m => m.IsGood));
    }

    /// <summary>That there is no space says nothing of a layer; it took its time to make.</summary>
    [Fact]
    public async Task KeepsItsLayersWhenThePoolIsFull()
    {
        using var farm = await SimulatedFarm.MakeAsync(5, 1, "  list: [ { name: a, platform: p } ]", Phases);
        await farm.RunAsync();
        var host = farm.Hosts.Single();
        (var size, host.PoolSize) = (host.PoolSize, 1);
        var full = Assert.Single((await farm.RunAsync())!.Machines);
        Assert.Equal((Outcome.Error, "restore init"), (full.Outcome, full.Worst!.Name));
        Assert.Contains("No space left", full.Worst.Reason);
        host.PoolSize = size;
        Assert.Contains(Assert.Single((await farm.RunAsync())!.Machines).Steps, s =>
            (s.Name, s.Outcome) == ("restore init", Outcome.Passed)
        );
    }

    /// <summary>Also one that is to be shut down for it.</summary>
    [Fact]
    public async Task GoesOnWhenASnapshotCannotBeTaken()
    {
        using var farm = await SimulatedFarm.MakeAsync(5, 1, "  list: [ { name: a, platform: p } ]");
        await farm.UpAsync();
        farm.Simulation.Faults = (_, _, doing) =>
            doing.StartsWith("uploading", StringComparison.Ordinal) ? SimulatedFault.Refused : SimulatedFault.None;
        await farm.ProgramAsync(async openFarm =>
        {
            var machines = await openFarm.ListAsync(CancellationToken.None);
            using var journal = RunJournal.Create(openFarm.Farm.StateDirectory, openFarm.Settings.Clock);
            await Assert.ThrowsAsync<CroftException>(() =>
                FarmSnapshots.CreateAsync(openFarm, machines, "s", new(Keep.Offline), journal, CancellationToken.None)
            );
        });
        Assert.All(farm.Hosts.SelectMany(h => h.Machines.Values), m => Assert.Equal(PowerState.Running, m.Power));
    }

    [Fact]
    public async Task IsTheSameStoryForTheSameSeed()
    {
        Assert.Equal(await StoryAsync(7), await StoryAsync(7));
        Assert.NotEqual(await StoryAsync(7), await StoryAsync(8));

        static async Task<string> StoryAsync(int seed)
        {
            using var farm = await SimulatedFarm.MakeAsync(
                seed,
                3,
                $"  list: [ {string.Join(", ", "abcdefghi".Select(name => $"{{ name: {name}, platform: p }}"))} ]",
                Phases
            );
            farm.Simulation.Clock.After(TimeSpan.FromSeconds(40), farm.Hosts.First().Die);
            var summary = await farm.RunAsync();
            return string.Join('\n', summary!.Machines.Select(m => $"{m.Name} {m.Hypervisor} {m.Outcome} {m.Duration}"));
        }
    }

    static string Steps(Croft.Reports.RunSummary summary) => string.Join(", ", summary.Machines[0].Steps.Select(s => s.Name));

    static async Task<IEnumerable<string>> ListAsync(SimulatedFarm farm) =>
        (await farm.ListAsync()).Select(m => $"{m.Record.Name} {m.Hypervisor} {m.State.Power}");
}
