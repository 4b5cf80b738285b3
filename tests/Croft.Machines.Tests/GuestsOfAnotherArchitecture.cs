using System.Text.Json.Nodes;

namespace Croft.Machines.Tests;

/// <summary>An arm64 guest, which is emulated here, is a guest like any other. Its image takes minutes to build.</summary>
public sealed class GuestsOfAnotherArchitecture : IAsyncLifetime
{
    const string WhoAmI =
        "hostname; cat /sys/class/net/eth0/address /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub; ip -4 -o address show dev eth0 | tr -s ' ' | cut -d' ' -f4";

    readonly Lab lab = new("foreign") { HasImageOfItsOwn = true };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task TakeTheWholeLifecycleBesideNativeOnes()
    {
        Declare("amd64, arm64", "project: { phases: phases, artifacts: [ /var/tmp/results/** ] }");
        lab.Write("phases/dependencies.sh", "echo one > /root/dependencies\n");
        lab.Write("phases/init.sh", "echo two > /root/init\n");
        lab.Write(
            "phases/main.sh",
            "cat /root/dependencies /root/init; uname -m; dpkg --print-architecture; mkdir -p /var/tmp/results; echo made > /var/tmp/results/file\n"
        );
        lab.Write("phases/terminate.sh", "echo terminated\n");

        await RunAsync([
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
        ]);
        await RunAsync(["restore init", "main", "artifacts", "terminate", "shutdown"]);

        var images = JsonNode
            .Parse(await lab.SucceedsAsync("image", "list", "-o", "json"))!
            .AsArray()
            .Where(i => i!["usedBy"]!.AsArray().Count > 0);
        Assert.Equal(
            ["aarch64 debian-12-arm64", "x86_64 debian-12-amd64"],
            images.Select(i => $"{i!["arch"]} {i["usedBy"]![0]}").Order(StringComparer.Ordinal)
        );
        await lab.SucceedsAsync("destroy", "--yes");
        Assert.Empty(await lab.LeftoversAsync());
    }

    [Fact]
    public async Task AreKeptRestoredForkedAndShutDownByThemselves()
    {
        Declare("arm64", "");
        await lab.SucceedsAsync("up");
        await SshAsync("echo then > /root/state; sync");
        await lab.SucceedsAsync("snapshot", "create", "then", "debian-12-arm64", "--memory");
        await SshAsync("echo now > /root/state; sync");
        await lab.SucceedsAsync("snapshot", "restore", "then", "debian-12-arm64", "--yes");
        Assert.Equal("then", await SshAsync("cat /root/state"));

        await lab.SucceedsAsync("fork", "debian-12-arm64", "--name", "other");
        var one = (await SshAsync(WhoAmI)).Split('\n');
        var other = (await SshAsync(WhoAmI, "other")).Split('\n');
        Assert.Equal((5, 5, "debian-12-arm64", "other"), (one.Length, other.Length, one[0], other[0]));
        Assert.Empty(one.Intersect(other));

        await lab.SucceedsAsync("restart", "other");
        Assert.Equal(string.Join('\n', other), await SshAsync(WhoAmI, "other"));
        Assert.DoesNotContain("power is cut", (await lab.MustAsync(0, "down")).Error);
        await lab.SucceedsAsync("destroy", "--yes");
        Assert.Empty(await lab.LeftoversAsync());
    }

    void Declare(string targets, string more)
    {
        Lab.OnlyWithAll();
        if (!File.Exists("/usr/bin/qemu-system-aarch64"))
            Assert.Skip("qemu-system-arm is not installed");
        lab.Write(
            "farm.yaml",
            $$"""
            farm: foreign
            vms: { permutations: { platforms: [ debian_12 ], targets: [ {{targets}} ] } }
            {{more}}
            """
        );
    }

    async Task RunAsync(string[] steps)
    {
        var run = await lab.RunAsync("run");
        foreach (var (machine, names) in new[] { ("debian-12-amd64", "x86_64\namd64"), ("debian-12-arm64", "aarch64\narm64") })
        {
            Assert.Equal(steps, run.Steps(machine, "passed"));
            Assert.Equal($"one\ntwo\n{names}\n", run.Log(machine, "main"));
            Assert.Equal("made\n", run.Artifact(machine, "var/tmp/results/file"));
        }
    }

    async Task<string> SshAsync(string command, string machine = "debian-12-arm64") =>
        (await lab.SucceedsAsync("ssh", machine, "--", command)).Trim();
}
