using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>One machine, provisioned once; then what goes wrong, one thing after another, and after each the next run works.</summary>
public sealed class AMachineInTrouble : IAsyncLifetime
{
    readonly Lab lab = new("trouble");

    public async ValueTask InitializeAsync()
    {
        lab.Write(
            "farm.yaml",
            """
            farm: trouble
            vms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }
            project: { phases: phases, artifacts: [ /var/tmp/results/** ], timeouts: { main: 5s } }
            """
        );
        lab.Write("phases/init.sh", "echo kept > /root/state\n");
        lab.Write("phases/terminate.sh", "echo bye\n");
        await RunMainAsync("true\n");
    }

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task AlwaysEndsCleanlyAndTheNextRunWorks()
    {
        await FailingPhaseIsAFailureWithItsArtifacts();
        await HangingPhaseIsEndedAtItsTime();
        await PhaseThatSwitchesTheGuestOffIsNamed();
        await DamagedLayerIsDroppedAndItsPhaseRunsAgain();
        await InterruptedRunTerminatesAndSwitchesOff();
        await InterruptedRunWaitsForNoGuestThatWentAway();
        await KilledRunLeavesNothingThatStops();
        await MachineThatTheUserHoldsIsNotReverted();
        await MachineThatSomebodyUndefinedIsNotForgotten();
        Assert.Equal(0, (await lab.CroftAsync("destroy", "--yes")).ExitCode);
        Assert.Empty(await lab.LeftoversAsync());
    }

    async Task FailingPhaseIsAFailureWithItsArtifacts()
    {
        var run = await RunMainAsync(
            "mkdir -p /var/tmp/results; echo found > /var/tmp/results/file; echo no good >&2; exit 3\n",
            exitCode: 1
        );
        Assert.Equal("main ended with exit code 3: no good", run.Reason("a", "main"));
        Assert.Equal("found\n", run.Artifact("a", "var/tmp/results/file"));
        Assert.Contains("terminate", run.Steps("a", "passed"));
        Assert.Contains(
            "<failure",
            await File.ReadAllTextAsync(Path.Combine(run.Folder, "junit.xml"), TestContext.Current.CancellationToken)
        );
        Assert.Equal("off", await lab.StateAsync("a"));
    }

    async Task HangingPhaseIsEndedAtItsTime()
    {
        var run = await RunMainAsync("sleep 600\n", exitCode: 1);
        Assert.StartsWith("main took longer than its 5 s", run.Reason("a", "main"));
        Assert.Contains("shutdown", run.Steps("a", "passed"));
    }

    async Task PhaseThatSwitchesTheGuestOffIsNamed()
    {
        var run = await RunMainAsync("poweroff -f; sleep 60\n", exitCode: 1);
        Assert.StartsWith("the machine stopped during main", run.Reason("a", "main"));
    }

    async Task DamagedLayerIsDroppedAndItsPhaseRunsAgain()
    {
        foreach (var memory in Directory.EnumerateFiles("/var/lib/libvirt/croft", $"{lab.Farm}.a.layer-*.mem"))
            await File.WriteAllTextAsync(memory, "no memory", TestContext.Current.CancellationToken);
        var run = await RunMainAsync("cat /root/state\n");
        Assert.Equal("kept\n", run.Log("a", "main"));
        Assert.Contains("create init", run.Steps("a", "passed"));
        Assert.Contains("restore init", (await RunMainAsync("cat /root/state\n")).Steps("a", "passed"));
    }

    async Task InterruptedRunTerminatesAndSwitchesOff()
    {
        Assert.Equal(130, await SignalDuringMainAsync("INT"));
        Assert.Equal("off", await lab.StateAsync("a"));
        await RunMainAsync("true\n");
    }

    async Task InterruptedRunWaitsForNoGuestThatWentAway()
    {
        lab.Write("phases/main.sh", "pkill -9 sshd; sleep 600\n");
        using var run = RunningCroft.Start(lab, "run");
        await run.ReachAsync("main", what: "stepEnd");
        await run.SignalAsync("INT");
        var (code, messages, _) = await run.EndAsync(TimeSpan.FromMinutes(1)); // it waits for two
        Assert.Equal(130, code);
        Assert.Contains("terminate: skipped (the guest does not answer)", messages);
        Assert.Equal("off", await lab.StateAsync("a"));
    }

    async Task KilledRunLeavesNothingThatStops()
    {
        await SignalDuringMainAsync("KILL");
        Assert.Equal("running", await lab.StateAsync("a"));
        var run = await RunMainAsync("cat /root/state\n");
        Assert.Equal("kept\n", run.Log("a", "main"));
    }

    async Task MachineThatTheUserHoldsIsNotReverted()
    {
        Assert.Equal(0, (await lab.CroftAsync("up")).ExitCode);
        Assert.Equal(0, (await lab.CroftAsync("ssh", "a", "--", "echo mine > /root/state; sync")).ExitCode);
        Assert.Contains("Nothing to do", (await lab.CroftAsync("up")).Error);
        var refused = await lab.CroftAsync("run");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--save-as", refused.Error);
        Assert.Equal("kept\n", (await RunMainAsync("cat /root/state\n", 0, "--save-as", "work")).Log("a", "main"));
        Assert.Equal(0, (await lab.CroftAsync("snapshot", "restore", "work", "--yes")).ExitCode);
        Assert.Equal("mine\n", (await lab.CroftAsync("ssh", "a", "--", "cat /root/state")).Output);
    }

    async Task MachineThatSomebodyUndefinedIsNotForgotten()
    {
        await UndefineAsync();
        Assert.Contains("but somebody undefined it", (await lab.MustAsync(0, "plan")).Output, StringComparison.Ordinal);
        await lab.MustAsync(0, "up");
        Assert.Contains("Nothing to do", (await lab.MustAsync(0, "up")).Error, StringComparison.Ordinal);
        await UndefineAsync();
        await lab.MustAsync(0, "down");
        Assert.Equal("off", await lab.StateAsync("a"));
        await lab.MustAsync(0, "up");
        Assert.Equal("mine\n", (await lab.MustAsync(0, "ssh", "a", "--", "cat /root/state")).Output);
        await UndefineAsync();

        Task UndefineAsync() =>
            new Tool("virsh", "undefine", $"{lab.Farm}.a", "--snapshots-metadata").RunCheckedAsync(
                "forgetting it",
                TestContext.Current.CancellationToken
            );
    }

    Task<RunOutcome> RunMainAsync(string script, int exitCode = 0, params string[] more)
    {
        lab.Write("phases/main.sh", script);
        return lab.RunAsync("run", exitCode, more);
    }

    /// <summary>Signals a run that is in main, and returns its exit code.</summary>
    async Task<int> SignalDuringMainAsync(string signal)
    {
        lab.Write("phases/main.sh", "sleep 600\n");
        using var run = RunningCroft.Start(lab, "run");
        await run.ReachAsync("main", andThen: TimeSpan.FromSeconds(1));
        await run.SignalAsync(signal);
        return (await run.EndAsync(TimeSpan.FromMinutes(1))).ExitCode;
    }
}
