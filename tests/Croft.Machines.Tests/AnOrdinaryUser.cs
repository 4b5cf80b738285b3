using System.Net;
using System.Net.Sockets;
using Croft.Testing;
using Croft.Tools;

namespace Croft.Machines.Tests;

public sealed class AnOrdinaryUser(OrdinaryUser user) : IClassFixture<OrdinaryUser>
{
    [Fact]
    public async Task BuildsAnImageWithoutRoot()
    {
        Lab.OnlyWithAll();
        var farm = await user.FarmAsync("built", "farm: built\nvms: { list: [ { name: a, platform: debian_13 } ] }\n");
        var built = await TestedProgram.RunAsync(user.Croft(farm, "image", "pull", "debian_13"), TestContext.Current.CancellationToken);
        Assert.SkipWhen(built.Error.Contains(Lab.NoArchive, StringComparison.Ordinal), Lab.NoArchive);
        Assert.True(built.ExitCode == 0, built.Error);
    }

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

    [Fact]
    public async Task HasMachinesThatSeeEachOtherAgainAfterTheirNetworkDied()
    {
        Assert.SkipUnless(Lab.HasVde, "vde2 is not installed, or QEMU was built without it");
        var farm = await user.FarmAsync(
            "see",
            """
            farm: see
            networks: { lab: { cidr: 10.83.0.0/24 }, back: { mode: isolated } }
            vms: { list: [ { name: a, platform: debian_12, networks: [ lab, back ] }, { name: b, platform: debian_12, networks: [ back ] } ] }
            """
        );
        await user.CroftAsync(farm, 0, "up");
        Assert.Equal("a: 1\n", (await user.CroftAsync(farm, 0, "exec", "a", "--", "ip route | grep -c ^default")).Output);
        await SeeAsync();

        Assert.NotEqual(0, await user.KillAsync("dnsmasq"));
        // The switch ends a moment later.
        Assert.NotNull(
            await Poll.UntilAsync(SaidAsync, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)
        );
        await user.CroftAsync(farm, 0, "up");
        await SeeAsync();
        Assert.DoesNotContain("does not run", (await user.CroftAsync(farm, 0, "status")).Error, StringComparison.Ordinal);

        await user.CroftAsync(farm, 0, "destroy", "--yes");
        Assert.Empty(await user.LeftoversAsync("see"));
        Assert.Equal(0, await user.KillAsync("vde_switch") + await user.KillAsync("dnsmasq") + await user.KillAsync("slirpvde"));

        async Task<string?> SaidAsync() =>
            (await user.CroftAsync(farm, 0, "status")).Error is var said
            && said.Contains("Network back on local does not run", StringComparison.Ordinal)
                ? said
                : null;

        async Task SeeAsync()
        {
            Assert.Equal(
                "b: SSH-2.0\n",
                (await user.CroftAsync(farm, 0, "exec", "b", "--", "ip route | grep ^default; head -c 7 </dev/tcp/a.see/22; echo")).Output
            );
            Assert.Equal("a: SSH-2.0\n", (await user.CroftAsync(farm, 0, "exec", "a", "--", "head -c 7 </dev/tcp/b/22; echo")).Output);
        }
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
