using Croft.Farms;
using Croft.Journal;
using Croft.Lifecycle;
using Croft.Reports;

namespace Croft.Tests.Simulated;

[Collection(nameof(Apart))]
public sealed class RunsOfMachinesAsTheyAre
{
    const string One = "  list: [ { name: a, platform: p } ]";

    static readonly (string, string)[] Phases = [("init.sh", "sleep 10"), ("main.sh", "sleep 30"), ("terminate.sh", "sleep 5")];

    [Fact]
    public async Task EndThemAndTouchNothingElse()
    {
        using var farm = await SimulatedFarm.MakeAsync(1, 1, One, Phases, project: "artifacts: [/var/x]");
        await farm.RunAsync();
        await farm.UpAsync();
        var before = farm.Left().ToList();
        var end = RunOptions.Default with { Only = [Phase.Terminate], OnlyShutdown = true };

        Assert.Equal("as it is Passed, terminate Passed, shutdown Passed", Steps(await farm.RunAsync(end)));
        Assert.Equal(before, farm.Left());
        Assert.Equal("shutdown Skipped", Steps(await farm.RunAsync(end)));
        await farm.UpAsync();
        Assert.Equal("as it is Passed, terminate Skipped, shutdown Passed", Steps(await farm.RunAsync(end with { Only = [] })));
    }

    [Fact]
    public async Task AreTheOnlyOnesWhereStartupIsNotAllowed()
    {
        using var farm = await SimulatedFarm.MakeAsync(
            1,
            1,
            One.Replace("platform: p", "platform: p, allowed_phases: [init, create init, main]"),
            Phases
        );
        Assert.Equal("as it is Failed", Steps(await farm.RunAsync()));
        await farm.UpAsync();
        var before = farm.Left().ToList();
        Assert.Equal("as it is Passed, init Passed, main Passed, terminate Skipped, shutdown Skipped", Steps(await farm.RunAsync()));
        Assert.Equal(before, farm.Left());
        Assert.Null(await farm.UpAsync());
    }

    [Fact]
    public async Task KeepNoLayersWhereThereShallBeNone()
    {
        using var farm = await SimulatedFarm.MakeAsync(
            1,
            1,
            "  list: [ { name: a, platform: p, count: 2 } ]",
            Phases,
            project: "snapshots: no"
        );
        const string All = "startup Passed, init Passed, main Passed, terminate Passed, shutdown Passed";
        Assert.Equal(All, Steps(await farm.RunAsync()));
        Assert.Equal(All, Steps(await farm.RunAsync()));
        Assert.DoesNotContain(farm.Left(), volume => volume.Contains("layer-", StringComparison.Ordinal));
    }

    static string Steps(RunSummary? summary) => string.Join(", ", summary!.Machines[0].Steps.Select(s => $"{s.Name} {s.Outcome}"));
}
