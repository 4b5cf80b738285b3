using System.Text.Json.Nodes;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>Containers on a cluster of two LXDs of the test's own, of which one dies.</summary>
public sealed class AClusterOfContainers : IAsyncLifetime
{
    readonly Lab lab = new("cluster");
    readonly string cluster = Path.Combine(Path.GetTempPath(), $"croft-cl-{Environment.ProcessId}");

    static string Script => Path.Combine(AppContext.BaseDirectory, "lxd-cluster.sh");

    public async ValueTask InitializeAsync()
    {
        Lab.OnlyWithAll();
        if (!File.Exists("/usr/bin/lxd"))
            Assert.Skip("LXD is not installed, or this system has no package of it");
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("a daemon of one's own needs root");
        await ScriptAsync("up");
        lab.Write(
            "farm.yaml",
            $$"""
            farm: cluster
            hypervisors: { lab: { uri: "lxd://{{cluster}}/m1/unix.socket" } }
            vms:
              list:
                - { name: a, platform: debian_12, runtime: container, memory: 256MiB, hypervisor: lab/m1 }
                - { name: b, platform: debian_12, runtime: container, memory: 256MiB, require: { disk: fast } }
            """
        );
    }

    [Fact]
    public async Task HasItsMachinesWhereTheyAreAskedForAndTellsOfThoseThatAreOutOfReach()
    {
        await lab.RefusesAsync(3, ["lacks label disk=fast"], "plan");
        await LxcAsync("cluster", "set", "m2", "user.disk=fast");
        await lab.MustAsync(0, "up");
        Assert.Equal([("a", "m1", "running"), ("b", "m2", "running")], await MachinesAsync());
        Assert.Equal("b: b\n", await lab.SucceedsAsync("exec", "b", "--", "hostname"));
        await ScriptAsync("kill");
        for (var i = 0; i < 60 && !(await LxcAsync("cluster", "list", "-f", "csv")).Contains("OFFLINE", StringComparison.Ordinal); i++)
            await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.Equal([("a", "m1", "running"), ("b", "m2", "unknown")], await MachinesAsync());
        await lab.RefusesAsync(3, ["is on member m2 of hypervisor \"lab\", which does not answer"], "plan");
        Assert.Equal("a: a\n", await lab.SucceedsAsync("exec", "a", "--", "hostname"));
        await lab.RefusesAsync(3, ["member m2", "so there stay"], "destroy", "--yes");
        Assert.Equal([("b", "m2", "unknown")], await MachinesAsync());
        await LxcAsync("cluster", "remove", "--force", "--yes", "m2");
        await lab.MustAsync(0, "destroy", "--yes");
        Assert.DoesNotContain(",YES,", await LxcAsync("network", "list", "-f", "csv"), StringComparison.Ordinal);
    }

    /// <summary>Nobody tells the end of what it was doing.</summary>
    [Fact]
    public async Task DoesNotWaitForAMemberThatWentAwayWhileMachinesAreMadeThere()
    {
        lab.Write(
            "farm.yaml",
            $$"""
            farm: cluster
            hypervisors: { lab: { uri: "lxd://{{cluster}}/m1/unix.socket" } }
            vms: { list: [ { name: b, count: 4, platform: debian_12, runtime: container, memory: 128MiB, hypervisor: lab/m2 } ] }
            """
        );
        var up = lab.CroftAsync("up");
        while (!up.IsCompleted && !(await LxcAsync("list", "-f", "csv", "-c", "nL")).Contains(",m2", StringComparison.Ordinal))
            await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
        await ScriptAsync("kill");
        var ended = await up.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        Assert.Equal(3, ended.ExitCode);
        Assert.Contains("lxc cluster remove --force", ended.Error, StringComparison.Ordinal);
        await LxcAsync("cluster", "remove", "--force", "--yes", "m2");
    }

    /// <summary>The cluster believes in a dead member for 20 s; what it has not recorded by then has another place.</summary>
    [Fact]
    public async Task HasMachinesOnAnotherMemberWhenTheirsGoesAwayBeforeItHasThem()
    {
        lab.Write(
            "farm.yaml",
            $$"""
            farm: cluster
            hypervisors: { lab: { uri: "lxd://{{cluster}}/m1/unix.socket" } }
            vms: { list: [ { name: b, count: 4, platform: debian_12, runtime: container, memory: 128MiB } ] }
            """
        );
        await lab.MustAsync(0, "up");
        Assert.Equal(["m1", "m1", "m2", "m2"], (await MachinesAsync()).Select(m => m.Item2).Order());
        foreach (var name in (await LxcAsync("list", "-f", "csv", "-c", "n")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            await LxcAsync("delete", "-f", name);
        var up = lab.CroftAsync("up");
        while (!up.IsCompleted && !HasBegunToMake())
            await Task.Delay(TimeSpan.FromMilliseconds(5), TestContext.Current.CancellationToken);
        await ScriptAsync("kill");
        var ended = await up.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        var left = (await MachinesAsync()).Where(m => m.Item2 == "m2").Select(m => m.Item1).ToList();
        foreach (var name in left)
            Assert.Contains($"the cluster keeps machine {lab.Farm}.{name} there", ended.Error, StringComparison.Ordinal);
        Assert.Equal(left.Count == 0 ? 0 : 3, ended.ExitCode);
        Assert.Equal(4 - left.Count, (await MachinesAsync()).Count(m => m is (_, "m1", "running")));
        await LxcAsync("cluster", "remove", "--force", "--yes", "m2");
    }

    /// <summary>Whether the second of its runs is about to ask for a machine.</summary>
    bool HasBegunToMake() =>
        Directory.GetDirectories(Path.Combine(lab.Folder, ".croft/runs")).Order().Last() is var run
        && Directory.GetDirectories(Path.Combine(lab.Folder, ".croft/runs")).Length > 1
        && File.Exists(Path.Combine(run, "events.jsonl"))
        && File.ReadAllText(Path.Combine(run, "events.jsonl")).Contains("\"create\"", StringComparison.Ordinal);

    async Task<IEnumerable<(string?, string?, string?)>> MachinesAsync() =>
        JsonNode
            .Parse(await lab.SucceedsAsync("ls", "-o", "json"))!
            .AsArray()
            .Select(m => ((string?)m!["name"], (string?)m["member"], (string?)m["state"]));

    Task<string> LxcAsync(params string[] arguments) =>
        (
            new Tool("lxc", arguments) with
            {
                Environment = new Dictionary<string, string?> { ["LXD_DIR"] = Path.Combine(cluster, "m1") },
            }
        ).RunCheckedAsync("lxc", TestContext.Current.CancellationToken);

    Task<string> ScriptAsync(string what) => new Tool("bash", Script, what, cluster).RunCheckedAsync(what, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(cluster))
            await lab.CroftAsync("destroy", "--yes");
        await lab.DisposeAsync();
        if (Directory.Exists(cluster))
            await ScriptAsync("down");
    }
}
