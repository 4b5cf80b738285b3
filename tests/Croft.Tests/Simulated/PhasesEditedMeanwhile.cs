using Croft.Reports;

namespace Croft.Tests.Simulated;

/// <summary>What a run does with phase files that somebody edits while it goes on.</summary>
[Collection(nameof(Apart))]
public sealed class PhasesEditedMeanwhile
{
    [Fact]
    public async Task RunAsTheyWereWhenTheRunBegan()
    {
        using var farm = await SimulatedFarm.MakeAsync(
            1,
            1,
            "  list: [ { name: a, platform: p } ]",
            [("dependencies.sh", "sleep 20"), ("init.sh", "echo before"), ("main.sh", "sleep 1"), ("helper", "x")]
        );
        var phases = Path.Combine(farm.Farm.Directory, "phases");
        farm.Simulation.Clock.After(TimeSpan.FromSeconds(15), () =>
        {
            File.WriteAllText(Path.Combine(phases, "init.sh"), "echo after");
            File.Delete(Path.Combine(phases, "helper"));
        });
        Assert.Equal("1 passed", (await farm.RunAsync())!.Counts);
        Assert.Equal("before\n", await LogAsync(farm));
        Assert.Equal("restore clean", (await farm.RunAsync())!.Machines[0].Steps[0].Name);
        Assert.Equal("after\n", await LogAsync(farm));

        await File.WriteAllTextAsync(Path.Combine(phases, "init.sh"), "echo before", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(phases, "helper"), "x", TestContext.Current.CancellationToken);
        var back = await farm.RunAsync();
        Assert.Equal("restore init", back!.Machines[0].Steps[0].Name);
    }

    [Fact]
    public async Task CountFromThePlanThatIsCarriedOut()
    {
        using var farm = await SimulatedFarm.MakeAsync(1, 1, "  list: [ { name: a, platform: p } ]", [("init.sh", "echo before")]);
        RunSummary? summary = null;
        await farm.ProgramAsync(async c =>
        {
            var plan = await c.PlanAsync(CancellationToken.None);
            await File.WriteAllTextAsync(
                Path.Combine(farm.Farm.Directory, "phases/init.sh"),
                "echo after",
                TestContext.Current.CancellationToken
            );
            summary = await SimulatedFarm.RunAsync(c, plan);
        });
        Assert.Equal("1 passed", summary!.Counts);
        Assert.Equal("after\n", await LogAsync(farm));
        Assert.Equal("restore init", (await farm.RunAsync())!.Machines[0].Steps[0].Name);
    }

    static Task<string> LogAsync(SimulatedFarm farm) =>
        File.ReadAllTextAsync(farm.LatestRun.LogPath("a", "init"), TestContext.Current.CancellationToken);
}
