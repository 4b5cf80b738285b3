using System.Net;
using System.Net.Sockets;
using Croft.Testing;

namespace Croft.Machines.Tests;

public sealed class AnOrdinaryUser(OrdinaryUser user) : IClassFixture<OrdinaryUser>
{
    [Fact]
    public async Task RunsAFarmTwiceAndLeavesNothing()
    {
        var farm = await user.FarmAsync(
            "twice",
            """
            farm: twice
            vms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }
            project: { id: twice, phases: phases }
            """,
            ("phases/init.sh", "echo once > /root/init\n"),
            ("phases/main.sh", "cat /root/init\n")
        );

        var first = await user.RunAsync(farm);
        Assert.Equal(["startup", "create clean", "init", "create init", "main", "shutdown"], first.Steps("a", "passed"));

        var second = await user.RunAsync(farm);
        Assert.Equal(["restore init", "main", "shutdown"], second.Steps("a", "passed"));
        Assert.Equal("once\n", second.Log("a", "main"));

        await user.CroftAsync(farm, 0, "destroy", "--yes");
        Assert.Empty(await user.LeftoversAsync("twice"));
    }

    [Fact]
    public async Task HasTwoFarmsUpAndGetsAnotherPortWhenOneWasTaken()
    {
        var left = await user.FarmAsync("left", Farm("left"));
        var right = await user.FarmAsync("right", Farm("right"));
        await Task.WhenAll(user.CroftAsync(left, 0, "up"), user.CroftAsync(right, 0, "up"));
        var port = await user.PortAsync(left, "a");
        Assert.NotEqual(port, await user.PortAsync(right, "a"));
        Assert.Equal("a: right-a\n", (await user.CroftAsync(right, 0, "exec", "a", "--", "echo right-$(hostname)")).Output);

        await user.CroftAsync(left, 0, "down");
        using var thief = new TcpListener(IPAddress.Loopback, port);
        thief.Start();
        Assert.Contains($"port {port} was taken meanwhile", (await user.CroftAsync(left, 0, "plan")).Output, StringComparison.Ordinal);
        await user.CroftAsync(left, 0, "start", "a");
        Assert.NotEqual(port, await user.PortAsync(left, "a"));
        Assert.Equal("a: left-a\n", (await user.CroftAsync(left, 0, "exec", "a", "--", "echo left-$(hostname)")).Output);
        thief.Stop();
        Assert.Contains("Nothing to do", (await user.CroftAsync(left, 0, "up")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nat")]
    [InlineData("isolated")]
    public async Task IsRefusedANetworkThatNeedsPrivilege(string mode)
    {
        var farm = await user.FarmAsync(
            "refused",
            $$"""
            farm: refused
            networks: { lab: { mode: {{mode}} } }
            vms: { list: [ { name: a, platform: debian_12, count: 2 } ] }
            """
        );
        var refused = await TestedProgram.RunAsync(user.CroftWithoutCache(farm, "up"), TestContext.Current.CancellationToken);
        Assert.Equal(3, refused.ExitCode);
        Assert.StartsWith(
            $"Error: farm.yaml:2:13: networks.lab.mode: an ordinary user's libvirt (qemu:///session) cannot make networks, and lab is {mode}",
            refused.Error,
            StringComparison.Ordinal
        );
        Assert.Single(refused.Error.Trim().Split("Error:", StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(await user.LeftoversAsync("refused"));
    }

    [Fact]
    public async Task HasMachinesOnTwoUserNetworks()
    {
        var farm = await user.FarmAsync(
            "second",
            """
            farm: second
            networks: { out: { mode: user }, more: { mode: user } }
            vms: { list: [ { name: a, platform: debian_12, networks: [ out, more ] } ] }
            """
        );
        await user.CroftAsync(farm, 0, "up");
        var seen = await user.CroftAsync(farm, 0, "ssh", "a", "--", "ip -4 -o address show");
        Assert.Contains("10.0.2.15/24", seen.Output, StringComparison.Ordinal);
        Assert.Contains("10.0.3.15/24", seen.Output, StringComparison.Ordinal);
        await user.CroftAsync(farm, 0, "destroy", "--yes");
    }

    [Fact]
    public async Task IsToldThatLibvirtDiedDuringMainAndTheNextRunWorks()
    {
        var farm = await user.FarmAsync(
            "daemon",
            Farm("daemon") + "project: { phases: phases }\n",
            ("phases/main.sh", "echo began; sleep 3; echo done\n")
        );
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = (
            user.Croft(farm, "run", "-v") with
            {
                Line = line =>
                {
                    if (line.EndsWith("began", StringComparison.Ordinal))
                        began.TrySetResult();
                },
            }
        ).RunAsync(TestContext.Current.CancellationToken);
        await Task.WhenAny(began.Task, run);
        await user.KillDaemonAsync();
        var result = await run.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("a: main: passed", result.Error);
        Assert.Contains("libvirtd went away: start it, then run the command again", result.Error);

        Assert.Contains("main", (await user.RunAsync(farm)).Steps("a", "passed"));
    }

    [Fact]
    public async Task IsToldThatARuntimeFolderIsMissing()
    {
        var farm = await user.FarmAsync("adrift", Farm("adrift"));
        var refused = await TestedProgram.RunAsync(user.CroftWithoutRuntime(farm, "up"), TestContext.Current.CancellationToken);
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("XDG_RUNTIME_DIR is not set; log in as this user", refused.Error, StringComparison.Ordinal);
        Assert.False(user.HasSecondDaemon);
    }

    static string Farm(string name) =>
        $$"""
            farm: {{name}}
            networks: { out: { mode: user } }
            vms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }

            """;
}
