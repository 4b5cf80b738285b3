using System.Xml.Linq;
using Croft.Farms;

namespace Croft.Machines.Tests;

public sealed class EveryBuiltInPlatform : IAsyncLifetime
{
    static readonly string[] Machines = [.. Catalogue.Platforms.Select(platform => platform.Name.Replace('_', '-') + "-amd64")];

    readonly Lab lab = new("matrix") { HasImageOfItsOwn = true };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task TakesTheWholeLifecycleIsCachedAndReported()
    {
        Lab.OnlyWithAll();
        lab.Write(
            "farm.yaml",
            $$"""
            farm: matrix
            vms: { permutations: { platforms: [ {{string.Join(
                ", ",
                Catalogue.Platforms.Select(platform => platform.Name)
            )}} ], targets: [ amd64 ] } }
            project: { phases: phases }
            """
        );
        lab.Write("phases/dependencies.sh", "echo one > /root/dependencies\n");
        lab.Write("phases/init.sh", "echo two > /root/init\n");
        lab.Write("phases/main.sh", "cat /root/dependencies /root/init; echo $CROFT_PLATFORM\n");
        lab.Write("phases/terminate.sh", "echo terminated\n");

        await RunAsync(
            "two",
            ["startup", "create clean", "dependencies", "create dependencies", "init", "create init", "main", "terminate", "shutdown"]
        );
        await RunAsync("two", ["restore init", "main", "terminate", "shutdown"]);
        lab.Write("phases/init.sh", "echo three > /root/init\n");
        await RunAsync("three", ["restore dependencies", "init", "create init", "main", "terminate", "shutdown"]);

        await lab.SucceedsAsync("destroy", "--yes");
        Assert.Empty(await lab.LeftoversAsync());
    }

    async Task RunAsync(string init, string[] steps)
    {
        var run = await lab.RunAsync("run");
        foreach (var (machine, platform) in Machines.Zip(Catalogue.Platforms))
        {
            Assert.Equal(steps, run.Steps(machine, "passed"));
            Assert.Equal($"one\n{init}\n{platform.Name}\n", run.Log(machine, "main"));
        }

        var suites = XElement.Load(Path.Combine(run.Folder, "junit.xml")).Elements("testsuite").ToList();
        Assert.Equal(Machines, suites.Select(suite => (string)suite.Attribute("name")!).Order(StringComparer.Ordinal));
        Assert.All(suites, suite => Assert.Equal((0, 0), ((int)suite.Attribute("failures")!, (int)suite.Attribute("errors")!)));
        var page = await File.ReadAllTextAsync(Path.Combine(run.Folder, "report.html"), TestContext.Current.CancellationToken);
        Assert.All(Machines, machine => Assert.Contains(machine, page, StringComparison.Ordinal));
    }
}
