using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>A run that is stopped politely, or killed, wherever it is.</summary>
public sealed class SignalsAtEveryStep : IAsyncLifetime
{
    static readonly string[] FreshSteps =
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
    ];

    /// <summary>Longer than a guest takes to shut down, shorter than it takes to boot and shut down again.</summary>
    static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    /// <summary>Seconds after a step's begin: one round has one of them.</summary>
    static readonly double[] Moments = [.. new[] { 0.2, 0.05, 0.4 }.Take(Lab.Rounds(1))];

    readonly Lab lab = new("ftsignal");

    public ValueTask InitializeAsync()
    {
        Farm("256MiB");
        foreach (var phase in new[] { "dependencies", "init", "main", "terminate" })
            lab.Write($"phases/{phase}.sh", $"sleep 1; echo {phase} >> /root/done\n");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task InterruptedStartupSwitchesTheMachineOffAtOnce() => await InterruptAsync("startup", seconds: 2);

    [Fact]
    public async Task SecondInterruptGivesUpAndSaysWhatIsLeft()
    {
        lab.Write("phases/terminate.sh", "sleep 60\n");
        using var run = RunningCroft.Start(lab, "run");
        await run.ReachAsync("main");
        await run.SignalAsync("INT");
        await run.ReachAsync("terminate", andThen: TimeSpan.FromSeconds(1));
        await run.SignalAsync("INT");
        var (code, messages, took) = await run.EndAsync(Bound);
        Assert.Equal(130, code);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.Contains("croft ls", messages);
        Assert.Equal("running", await lab.StateAsync("a"));

        lab.Write("phases/terminate.sh", "true\n");
        Assert.Contains("main", (await lab.RunAsync("run")).Steps("a", "passed"));
    }

    [Fact]
    public async Task HangUpCleansUpAsAnyOtherSignalHoweverOftenItComes()
    {
        using var run = RunningCroft.Start(lab, "run");
        await run.ReachAsync("main");
        await run.SignalAsync("HUP");
        await run.ReachAsync("terminate");
        await run.SignalAsync("HUP");
        var (code, messages, _) = await run.EndAsync(Bound);
        Assert.Equal(130, code);
        Assert.Contains("a: terminate: passed", messages);
        Assert.Equal("off", await lab.StateAsync("a"));
    }

    [Fact]
    public async Task TerminalThatClosesCostsNoCleanUp()
    {
        lab.ForgetRuns();
        var croft = lab.Tool("run");
        using var terminal = RunningCroft.Start(
            croft with
            {
                Program = "script",
                Arguments = ["-qec", $"'{croft.Program}' run", "/dev/null"],
            },
            lab.Folder
        );
        await terminal.ReachAsync("main");
        await terminal.SignalAsync("KILL");
        var ended = await Poll.UntilAsync(
            () => Task.FromResult(lab.Journal().FirstOrDefault(line => line.Contains("\"runEnd\""))),
            TimeSpan.FromMilliseconds(100),
            Bound,
            TestContext.Current.CancellationToken
        );
        Assert.Contains("cancelled", ended);
        Assert.Contains(lab.Journal(), line => line.Contains("\"stepEnd\"") && line.Contains("\"terminate\"") && line.Contains("passed"));
        Assert.Equal("off", await lab.StateAsync("a"));
    }

    [Fact]
    public async Task InterruptedAnywhereTheGuestTerminatesTheMachineIsOffAndTheNextRunWorks()
    {
        Lab.OnlyWithAll();
        foreach (var step in FreshSteps)
        {
            await lab.CroftAsync("destroy", "--yes");
            await InterruptAsync(step);
        }

        await lab.RunAsync("run");
        await InterruptAsync("restore init");
        await lab.RunAsync("run");
    }

    [Fact]
    public async Task KilledAnywhereTheNextCommandWorks()
    {
        Lab.OnlyWithAll();
        foreach (var moment in Moments)
        {
            foreach (var step in FreshSteps.Append("restore init"))
            {
                await lab.CroftAsync("destroy", "--yes");
                if (step == "restore init")
                    await lab.RunAsync("run");
                await KillAsync(step, TimeSpan.FromSeconds(moment));
                var run = await lab.RunAsync("run");
                Assert.True(run.Steps("a", "passed").Contains("main"), $"after a kill in {step}");
            }
        }
    }

    [Fact]
    public async Task KilledAnywhereUpKeepsWhatTheGuestHasWritten()
    {
        Lab.OnlyWithAll();
        foreach (var moment in Moments)
        {
            foreach (var step in new[] { "create clean", "create dependencies", "create init", "main" })
            {
                await lab.CroftAsync("destroy", "--yes");
                Farm("256MiB");
                await KillAsync(step, TimeSpan.FromSeconds(moment));
                await lab.SucceedsAsync("up");
                await lab.SucceedsAsync("ssh", "a", "--", "echo mine > /root/mine; sync");
                var before = await lab.SucceedsAsync("ssh", "a", "--", "cat /root/*");
                Farm("320MiB");
                await lab.SucceedsAsync("up");
                Assert.Equal(before, await lab.SucceedsAsync("ssh", "a", "--", "cat /root/*"));
                await lab.SucceedsAsync("stop", "--force");
                await lab.SucceedsAsync("up");
                Assert.Equal(before, await lab.SucceedsAsync("ssh", "a", "--", "cat /root/*"));
            }
        }
    }

    [Fact]
    public async Task KilledAnywhereDestroyLeavesNothing()
    {
        Lab.OnlyWithAll();
        foreach (var step in FreshSteps)
        {
            await KillAsync(step, TimeSpan.FromSeconds(0.2));
            await lab.SucceedsAsync("destroy", "--yes");
            Assert.Empty(await lab.LeftoversAsync());
        }
    }

    async Task InterruptAsync(string step, double seconds = 0.1)
    {
        using var run = RunningCroft.Start(lab, "run");
        await run.ReachAsync(step, TimeSpan.FromSeconds(seconds));
        await run.SignalAsync("INT");
        var (code, messages, _) = await run.EndAsync(Bound);
        Assert.True(code == 130, $"interrupted in {step}: exit code {code}: {messages}");
        Assert.True(await lab.StateAsync("a") is null or "off", $"interrupted in {step}, the machine is on");
        if (step != "startup" && step != "shutdown" && step != "restore init")
            Assert.Contains("a: terminate: passed", messages);
    }

    async Task KillAsync(string step, TimeSpan moment)
    {
        using var run = RunningCroft.Start(lab, "run");
        await run.ReachAsync(step, moment);
        await run.SignalAsync("KILL");
        await run.EndAsync(Bound);
    }

    void Farm(string memory) =>
        lab.Write(
            "farm.yaml",
            $$"""
            farm: ftsignal
            vms: { list: [ { name: a, platform: debian_12, memory: {{memory}} } ] }
            project: { phases: phases, artifacts: [ /root/done ] }
            """
        );
}
