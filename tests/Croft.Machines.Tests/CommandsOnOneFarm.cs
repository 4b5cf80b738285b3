namespace Croft.Machines.Tests;

/// <summary>Commands that change one farm from one folder wait for each other.</summary>
public sealed class CommandsOnOneFarm : IAsyncLifetime
{
    readonly Lab lab = new("ftboth");

    public ValueTask InitializeAsync()
    {
        lab.Write(
            "farm.yaml",
            """
            farm: ftboth
            vms: { list: [ { name: a, platform: debian_12, memory: 256MiB }, { name: b, platform: debian_12, memory: 256MiB } ] }
            """
        );
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task TakeTurns()
    {
        await BothAsync(["up"], ["up"]);
        await BothAsync(["snapshot", "create", "x"], ["snapshot", "create", "y"]);
        var snapshots = await lab.SucceedsAsync("snapshot", "list");
        Assert.All((string[])["a", "b"], machine =>
            Assert.All((string[])["x", "y"], name =>
                Assert.Contains(snapshots.Split('\n'), line =>
                    line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var m, var n, "memory", ..] && m == machine && n == name
                )
            )
        );
        await BothAsync(["snapshot", "restore", "x", "--yes"], ["snapshot", "restore", "y", "--yes"]);
        await lab.SucceedsAsync("down", "b");

        // What was started for some machines only leaves the others reachable.
        await lab.SucceedsAsync("up", "b");
        await lab.SucceedsAsync("snapshot", "create", "cold", "a", "--offline");
        Assert.Equal("a\n", await lab.SucceedsAsync("ssh", "a", "--", "hostname"));
    }

    async Task BothAsync(string[] first, string[] second)
    {
        var results = await Task.WhenAll(lab.CroftAsync(first), lab.CroftAsync(second));
        Assert.All(results, r => Assert.True(r.ExitCode == 0, r.Error));
    }
}
