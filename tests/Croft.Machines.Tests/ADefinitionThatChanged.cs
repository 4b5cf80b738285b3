using System.Text.Json.Nodes;

namespace Croft.Machines.Tests;

public sealed class ADefinitionThatChanged : IAsyncLifetime
{
    readonly Lab lab = new("changed");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task RestartsOrRefusesButDestroysOnlyWhenTold()
    {
        await PlanAsync("memory: 256MiB", "create");
        await lab.MustAsync(0, "up");
        await lab.MustAsync(0, "ssh", "a", "--", "echo mine > /root/kept");

        await PlanAsync("memory: 320MiB, disks: [ { name: data, size: 64MiB, format: ext4, mount: /data } ]", "restart");
        await lab.MustAsync(0, "up");
        Assert.InRange(
            int.Parse((await lab.MustAsync(0, "ssh", "a", "--", "awk '/MemTotal/ { print $2 }' /proc/meminfo")).Output),
            257 << 10,
            320 << 10
        );
        Assert.Equal("mine\n", await KeptAsync());
        await lab.MustAsync(0, "ssh", "a", "--", "grep ' /data ext4 ' /proc/mounts");

        await PlanAsync("memory: 320MiB, disk: 5GiB, disks: [ { name: data, size: 96MiB, format: ext4, mount: /data } ]", "restart");
        await lab.MustAsync(0, "up");
        await lab.MustAsync(
            0,
            "ssh",
            "a",
            "--",
            "[ $(cat /sys/class/block/vda/size) = $((5 << 21)) ] && [ $(cat /sys/class/block/vdb/size) = $((96 << 11)) ] && grep ' /data ext4 ' /proc/mounts"
        );
        Assert.Equal("mine\n", await KeptAsync());

        await PlanAsync("memory: 320MiB, disk: 5GiB, disks: [ { name: data, size: 64MiB, format: ext4, mount: /data } ]", "recreate");
        Assert.Contains("its disk data, of 96 MiB, cannot become smaller", (await lab.MustAsync(2, "up")).Error, StringComparison.Ordinal);
        Assert.Contains("--recreate", (await lab.MustAsync(2, "up")).Error, StringComparison.Ordinal);
        Assert.Equal("mine\n", await KeptAsync());
        await lab.MustAsync(0, "up", "--recreate");
        Assert.Equal("", await KeptAsync());
        await lab.MustAsync(0, "ssh", "a", "--", "grep ' /data ext4 ' /proc/mounts");

        await lab.MustAsync(0, "down");
        Assert.Equal("off", await lab.StateAsync("a"));
        await lab.MustAsync(2, "destroy");
        await lab.MustAsync(0, "destroy", "--yes");
        Assert.Empty(await lab.LeftoversAsync());
    }

    [Fact]
    public async Task SincePlanningIsToldAndNothingIsTouched()
    {
        await PlanAsync("memory: 256MiB", "create");
        lab.Write("stored", (await lab.MustAsync(0, "plan", "-o", "json")).Output);
        await PlanAsync("memory: 320MiB", "create");
        Assert.Contains(
            "its processors, memory, model, networks or domain_xml are declared otherwise",
            (await lab.MustAsync(3, "up", "--plan", "stored")).Error,
            StringComparison.Ordinal
        );
        Assert.Empty(await lab.LeftoversAsync());

        await PlanAsync("memory: 256MiB", "create");
        await lab.MustAsync(0, "up", "--plan", "stored");
        Assert.Contains(
            "action is none now, not create",
            (await lab.MustAsync(3, "up", "--plan", "stored")).Error,
            StringComparison.Ordinal
        );
        await lab.MustAsync(0, "destroy", "--yes");
    }

    async Task PlanAsync(string machine, string action)
    {
        lab.Write(
            "farm.yaml",
            $$"""
            farm: changed
            vms: { list: [ { name: a, platform: debian_12, {{machine}} } ] }
            """
        );
        var plan = JsonNode.Parse((await lab.MustAsync(0, "plan", "-o", "json")).Output)!;
        Assert.Equal(action, (string?)plan["machines"]![0]!["action"]);
    }

    async Task<string> KeptAsync() => (await lab.MustAsync(0, "ssh", "a", "--", "cat /root/kept 2>/dev/null || :")).Output;
}
