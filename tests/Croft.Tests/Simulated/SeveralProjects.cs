using Croft.Farms;
using Croft.Lifecycle;
using Croft.Reports;

namespace Croft.Tests.Simulated;

/// <summary>Runs of machines that take part in several projects of their farm.</summary>
[Collection(nameof(Apart))]
public sealed class SeveralProjects
{
    const string Projects = """
        projects:
          one: { phases: phases/one }
          two: { phases: phases/two, timeouts: { main: 1h } }

        """;
    const string Machines = """
          list:
            - { name: both, platform: p }
            - { name: second, platform: p, projects: [two] }
            - { name: none, platform: p, projects: [] }
            - { name: many, platform: p, count: 2 }
        """;

    static readonly (string, string)[] Phases =
    [
        ("one/init.sh", "sleep 10"),
        ("one/main.sh", "echo first of one"),
        ("two/init.sh", "sleep 20"),
        ("two/main.sh", "echo second of two"),
        ("two/terminate.sh", "sleep 5"),
    ];

    [Fact]
    public async Task HaveEachTheirOwnPhasesOnOneCleanLayer()
    {
        using var farm = await MakeAsync();
        var first = await RunAsync(farm, farm.Farm);
        Assert.Equal(
            "one.startup, one.create clean, one.init, one.create init, one.main, one.shutdown, "
                + "two.restore clean, two.init, two.create init, two.main, two.terminate, two.shutdown",
            Steps(first, "both")
        );
        Assert.Equal("startup, create clean, init, create init, main, terminate, shutdown", Steps(first, "second"));
        Assert.DoesNotContain(first.Machines, m => m.Name == "none");
        Assert.Equal(("one, two", "4 passed"), (first.Project, first.Counts));
        Assert.Equal(("one, two", "two"), (first.Machines[0].Project, first.Machines[1].Project));
        Assert.Contains("first of one", await LogAsync(farm, "both", "one.main"));
        Assert.Contains("second of two", await LogAsync(farm, "both", "two.main"));
        Assert.Contains("second of two", await LogAsync(farm, "second", "main"));

        var again = await RunAsync(farm, farm.Farm);
        Assert.Equal(
            "one.restore init, one.init, one.main, one.shutdown, two.restore init, two.init, two.main, two.terminate, two.shutdown",
            Steps(again, "both")
        );
        await farm.DestroyAsync();
        Assert.Equal([], farm.Left());
    }

    [Fact]
    public async Task MayBeChosen()
    {
        using var farm = await MakeAsync();
        await RunAsync(farm, farm.Farm);
        var one = await RunAsync(farm, farm.Farm.Only(["one"]));
        Assert.Equal(("one", "both many-1 many-2"), (one.Project, string.Join(' ', one.Machines.Select(m => m.Name))));
        Assert.Equal("restore init, init, main, shutdown", Steps(one, "both"));
        var unknown = Assert.Throws<CroftException>(() => farm.Farm.Only(["twos"]));
        Assert.Equal(("the farm has no project \"twos\"", "did you mean \"two\"?"), (unknown.Message, unknown.Hint));
    }

    [Fact]
    public async Task FailEachForThemselves()
    {
        using var farm = await MakeAsync([.. Phases.Where(p => p.Item1 != "one/main.sh"), ("one/main.sh", "exit 3")]);
        var summary = await RunAsync(farm, farm.Farm);
        Assert.Equal("main ended with exit code 3", summary.Machines[0].Steps.Single(s => s.Name == "one.main").Reason);
        Assert.Equal(Croft.Journal.Outcome.Passed, summary.Machines[0].Steps.Single(s => s.Name == "two.main").Outcome);
        Assert.Equal("3 failed, 1 passed", summary.Counts);
    }

    [Fact]
    public async Task EndTheMachineThatRunsOnce()
    {
        using var farm = await MakeAsync();
        await farm.UpAsync();
        var end = RunOptions.Default with { Only = [Phase.Terminate], OnlyShutdown = true };
        Assert.Equal("one.as it is, two.as it is, two.terminate, two.shutdown", Steps(await RunAsync(farm, farm.Farm, end), "both"));
    }

    static Task<SimulatedFarm> MakeAsync((string, string)[]? phases = null) =>
        SimulatedFarm.MakeAsync(1, 2, Machines, phases ?? Phases, project: Projects);

    static async Task<RunSummary> RunAsync(SimulatedFarm farm, Farm chosen, RunOptions? options = null)
    {
        RunSummary? summary = null;
        await farm.ProgramAsync(
            async c => summary = await SimulatedFarm.RunAsync(c, (await c.PlanAsync(CancellationToken.None)).TakingPart([]), options),
            chosen
        );
        return summary!;
    }

    static Task<string> LogAsync(SimulatedFarm farm, string machine, string step) =>
        File.ReadAllTextAsync(farm.LatestRun.LogPath(machine, step), TestContext.Current.CancellationToken);

    static string Steps(RunSummary summary, string machine) =>
        string.Join(", ", summary.Machines.Single(m => m.Name == machine).Steps.Select(s => s.Name));
}
