using System.Text.RegularExpressions;

namespace Croft.Machines.Tests;

/// <summary>A machine from which somebody takes a declared disk and its card by virsh.</summary>
public sealed partial class AMachineThatVirshChanged : IAsyncLifetime
{
    readonly Lab lab = new("virshout");

    string Domain => lab.Farm + ".a";

    public async ValueTask InitializeAsync()
    {
        lab.Write(
            "farm.yaml",
            """
            farm: virshout
            vms:
              list:
                - { name: a, platform: debian_12, memory: 256MiB, disks: [ { name: data, size: 64MiB, format: ext4, mount: /srv }, { name: more, size: 8MiB } ] }
            """
        );
        await lab.SucceedsAsync("up");
    }

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task IsAsDeclaredAfterUp()
    {
        await WhatWasTakenOutIsNamedLosesNothingAndIsThereAgain();
        await ADiskThatTheNextStartWouldLackIsNamed();
        await ADiskWhoseFileIsGoneIsNamed();
        await SizeAndNetworkAreTheDeclaredOnes();
    }

    async Task ADiskThatTheNextStartWouldLackIsNamed()
    {
        await Lab.VirshAsync("detach-disk", Domain, "vdb", "--config");
        Assert.Contains("its disk data was taken out of it", await lab.SucceedsAsync("plan"), StringComparison.Ordinal);
        Assert.Contains("lacks its disk data", (await lab.MustAsync(0, "status")).Error, StringComparison.Ordinal);
        await lab.SucceedsAsync("up");
        Assert.Equal("a: kept\n", await lab.SucceedsAsync("exec", "a", "--", "cat", "/srv/file"));
    }

    async Task ADiskWhoseFileIsGoneIsNamed()
    {
        await lab.SucceedsAsync("snapshot", "delete", "with", "--yes");
        await lab.SucceedsAsync("down");
        var disk = Path.GetFileName(DataDisk().Match(await Lab.VirshAsync("domblklist", Domain)).Value);
        await Lab.VirshAsync("vol-delete", "--pool", "croft", disk);
        await lab.RefusesAsync(2, ["the file of its disk data is gone", "--recreate"], "up");
        await Lab.VirshAsync("detach-disk", Domain, "vdb", "--config");
        Assert.Contains("data comes back empty, since its file is gone", await lab.SucceedsAsync("plan"), StringComparison.Ordinal);
        await lab.SucceedsAsync("up");
        await lab.SucceedsAsync("exec", "a", "--", "grep -q ' /srv ext4 ' /proc/mounts && ! test -e /srv/file");
    }

    async Task WhatWasTakenOutIsNamedLosesNothingAndIsThereAgain()
    {
        await lab.SucceedsAsync("snapshot", "create", "before");
        await lab.SucceedsAsync("exec", "a", "--", "echo kept >/srv/file; sync; umount /srv");
        await Lab.VirshAsync("detach-disk", Domain, "vdb", "--live", "--config");
        await lab.RefusesAsync(
            2,
            ["lacks its disk data, which somebody took out", "croft up puts it back"],
            "snapshot",
            "create",
            "without"
        );
        await lab.RefusesAsync(2, ["lacks its disk data"], "snapshot", "restore", "before", "--yes");
        await lab.SucceedsAsync("snapshot", "delete", "before", "--yes");
        await lab.SucceedsAsync("gc", "--yes");

        var card = Mac().Match(await Lab.VirshAsync("domiflist", Domain)).Value;
        await Lab.VirshAsync("detach-interface", Domain, "network", "--mac", card, "--live", "--config");
        var plan = await lab.SucceedsAsync("plan");
        Assert.Contains("restart", plan, StringComparison.Ordinal);
        Assert.Contains("its disk data and its card on network default were taken out of it", plan, StringComparison.Ordinal);
        Assert.Contains("card on network default", (await lab.MustAsync(0, "status")).Error, StringComparison.Ordinal);

        await lab.SucceedsAsync("up");
        Assert.Equal("a: kept\n", await lab.SucceedsAsync("exec", "a", "--", "cat", "/srv/file"));
        Assert.Equal(
            ["vda", "vdb", "vdc", "vdz"],
            Regex.Matches(await Lab.VirshAsync("domblklist", Domain), @"\bvd\w").Select(m => m.Value)
        );
        Assert.Contains("Nothing to do", (await lab.MustAsync(0, "up")).Error, StringComparison.Ordinal);
        await lab.SucceedsAsync("snapshot", "create", "with");
    }

    async Task SizeAndNetworkAreTheDeclaredOnes()
    {
        await lab.SucceedsAsync("down");
        await Lab.VirshAsync("setvcpus", Domain, "3", "--config", "--maximum");
        await Lab.VirshAsync("setmaxmem", Domain, "300MiB", "--config");
        Assert.Contains("somebody gave it 300 MiB memory, not 256 MiB", await lab.SucceedsAsync("plan"), StringComparison.Ordinal);
        await lab.SucceedsAsync("up");
        Assert.Equal("a: 1\n", await lab.SucceedsAsync("exec", "a", "--", "nproc"));
        Assert.Contains("Nothing to do", (await lab.MustAsync(0, "up")).Error, StringComparison.Ordinal);

        await Lab.VirshAsync("net-destroy", $"{lab.Farm}.default");
        await Lab.VirshAsync("net-undefine", $"{lab.Farm}.default");
        Assert.Contains("Network default on local is gone", (await lab.MustAsync(0, "status")).Error, StringComparison.Ordinal);
        await lab.SucceedsAsync("up");
        Assert.DoesNotContain("Network", (await lab.MustAsync(0, "status")).Error, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\S+\.data\.\d+\.qcow2")]
    private static partial Regex DataDisk();

    [GeneratedRegex("52:54:[0-9a-f:]+")]
    private static partial Regex Mac();
}
