namespace Croft.Machines.Tests;

public sealed class LifecycleOfOneMachine : IAsyncLifetime
{
    readonly Lab lab = new("life");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task IsCachedAndOnlyWhatChangedRunsAgain()
    {
        lab.Write(
            "farm.yaml",
            """
            farm: life
            vms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }
            project: { id: life, phases: phases, artifacts: [ /var/tmp/results/** ] }
            """
        );
        lab.Write("phases/dependencies.sh", "echo one > /root/dependencies\n");
        lab.Write("phases/init.sh", "echo two > /root/init\n");
        lab.Write(
            "phases/main.sh",
            "cat /root/dependencies /root/init; mkdir -p /var/tmp/results/x; echo made > /var/tmp/results/x/file; date +%s\n"
        );
        lab.Write("phases/terminate.sh", "echo terminated\n");

        var first = await lab.RunAsync("run");
        Assert.Equal(
            [
                "startup",
                "create clean",
                "dependencies",
                "create dependencies",
                "init",
                "create init",
                "main",
                "artifacts",
                "terminate",
                "shutdown",
            ],
            first.Steps("a", "passed")
        );
        Assert.Equal("made\n", first.Artifact("a", "var/tmp/results/x/file"));
        Assert.StartsWith("one\ntwo\n", first.Log("a", "main"));

        var second = await lab.RunAsync("run");
        Assert.Equal(["restore init", "main", "artifacts", "terminate", "shutdown"], second.Steps("a", "passed"));
        Assert.Equal(["dependencies", "init"], second.Steps("a", "cached"));

        lab.Write("phases/init.sh", "echo three > /root/init\n");
        var third = await lab.RunAsync("run");
        Assert.Equal(
            ["restore dependencies", "init", "create init", "main", "artifacts", "terminate", "shutdown"],
            third.Steps("a", "passed")
        );
        Assert.StartsWith("one\nthree\n", third.Log("a", "main"));

        Assert.Equal("off", await lab.StateAsync("a"));
        Assert.Equal(0, (await lab.CroftAsync("destroy", "--yes")).ExitCode);
        Assert.Empty(await lab.LeftoversAsync());
    }
}
