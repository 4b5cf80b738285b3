using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Croft.Machines.Tests;

/// <summary>Machines that continue where another one was, each as itself.</summary>
public sealed class ForksOfAWarmMachine : IAsyncLifetime
{
    const string WhoAmI =
        "hostname; cat /sys/class/net/eth0/address /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub; echo; ip -4 -o address show dev eth0 | tr -s ' ' | cut -d' ' -f4; head -c 16 /dev/urandom | od -An -tx1";

    readonly Lab lab = new("forks");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task AreThemselvesAndLeaveTheirParentAlone()
    {
        await UpAsync("debian_12");
        await lab.SucceedsAsync("ssh", "a", "--", "echo warm > /root/state; nohup sleep 1000 >/dev/null 2>&1 & sync");
        await lab.SucceedsAsync("fork", "a", "--count", "2");
        await AllDifferAsync("a", "a-1", "a-2");
        await HeardNoOtherSelfAsync();
        var frozen = Directory.GetFiles("/var/lib/libvirt/croft", lab.Farm + ".a.root.0.qcow2").Single();
        var before = SHA256.HashData(await File.ReadAllBytesAsync(frozen, TestContext.Current.CancellationToken));

        Assert.Equal("warm", (await lab.SucceedsAsync("ssh", "a-1", "--", "pgrep -x sleep >/dev/null && cat /root/state")).Trim());
        await lab.SucceedsAsync(
            "exec",
            "a-1",
            "a-2",
            "--",
            "echo mine > /root/state; dd if=/dev/urandom of=/root/data bs=1M count=8 2>/dev/null; sync"
        );
        Assert.Equal("warm", (await lab.SucceedsAsync("ssh", "a", "--", "cat /root/state")).Trim());
        Assert.Equal(before, SHA256.HashData(await File.ReadAllBytesAsync(frozen, TestContext.Current.CancellationToken)));
        Assert.Equal("SSH-", (await lab.SucceedsAsync("ssh", "a-1", "--", "exec 3<>/dev/tcp/a-2/22; head -c 4 <&3")).Trim());

        await lab.RefusesAsync(2, ["\"a-1\" already"], "fork", "a");
        await lab.SucceedsAsync("destroy", "a", "--yes");
        await lab.SucceedsAsync("restart", "a-2");
        Assert.Equal("mine", (await lab.SucceedsAsync("ssh", "a-2", "--", "cat /root/state")).Trim());
        await lab.SucceedsAsync("destroy", "a-1", "a-2", "--yes");
        Assert.DoesNotContain(await lab.LeftoversAsync(), left => left.StartsWith("volume", StringComparison.Ordinal));
    }

    [Fact]
    public async Task BeginAtASnapshotAndNeedAnAgent()
    {
        await UpAsync("debian_12");
        await lab.SucceedsAsync("ssh", "a", "--", "echo then > /root/state; sync");
        await lab.SucceedsAsync("snapshot", "create", "then", "a");
        await lab.SucceedsAsync("ssh", "a", "--", "echo now > /root/state; rm /usr/sbin/qemu-ga; pkill qemu-ga; sync");
        await lab.RefusesAsync(3, ["no guest agent"], "fork", "a");
        await lab.RefusesAsync(2, ["has no snapshot \"never\""], "fork", "a", "--from", "never");
        await lab.RefusesAsync(2, ["no name for a machine"], "fork", "a", "--name", "../b");
        await lab.SucceedsAsync("fork", "a", "--name", "b", "--from", "then");
        Assert.Equal("then", (await lab.SucceedsAsync("ssh", "b", "--", "cat /root/state")).Trim());
        Assert.Equal("now", (await lab.SucceedsAsync("ssh", "a", "--", "cat /root/state")).Trim());
        await lab.SucceedsAsync("snapshot", "delete", "then", "a", "--yes");
        Assert.Contains("held by", await lab.SucceedsAsync("snapshot", "tree", "a"));
        await lab.SucceedsAsync("destroy", "--yes");
        Assert.Empty(await lab.LeftoversAsync());
    }

    [Fact]
    public async Task AreMadeByARunInsteadOfProvisioningEachMachineOfACount()
    {
        lab.Write(
            "farm.yaml",
            """
            farm: forks
            vms: { list: [ { name: n, platform: debian_12, memory: 256MiB, count: 3 } ] }
            project: { phases: phases }
            """
        );
        lab.Write("phases/init.sh", "hostname > /root/first\n");
        lab.Write("phases/main.sh", "echo $(hostname) from $(cat /root/first)\n");
        var run = await lab.RunAsync("run");
        foreach (var name in new[] { "n-1", "n-2", "n-3" })
            Assert.Equal($"{name} from n-1\n", run.Log(name, "main"));
        Assert.Contains("create init", run.Steps("n-1", "passed"));
        Assert.All(["n-2", "n-3"], name => Assert.Contains("fork init", run.Steps(name, "passed")));

        lab.Write("phases/main.sh", "exit 0\n");
        run = await lab.RunAsync("run");
        Assert.Contains("restore init", run.Steps("n-1", "passed"));
        Assert.All(["n-2", "n-3"], name => Assert.Contains("fork init", run.Steps(name, "passed")));
        await lab.SucceedsAsync("destroy", "--yes");
        Assert.Empty(await lab.LeftoversAsync());
    }

    [Fact]
    public async Task OfASystemdGuestAreThemselvesAlsoAfterAReboot()
    {
        Lab.OnlyWithAll();
        await UpAsync("debian_12_systemd");
        await lab.SucceedsAsync("fork", "a");
        await AllDifferAsync("a", "a-1");
        await HeardNoOtherSelfAsync();
        var before = await lab.SucceedsAsync("ssh", "a-1", "--", "hostname; cat /etc/ssh/ssh_host_ed25519_key.pub");
        await lab.SucceedsAsync("restart", "a-1");
        Assert.Equal(
            before.Trim(),
            (await lab.SucceedsAsync("ssh", "a-1", "--", "hostname; cat /etc/ssh/ssh_host_ed25519_key.pub")).Trim()
        );
    }

    async Task UpAsync(string platform)
    {
        lab.Write(
            "farm.yaml",
            $$"""
            farm: forks
            vms: { list: [ { name: a, platform: {{platform}}, memory: {{(
                platform.EndsWith("systemd", StringComparison.Ordinal) ? 512 : 256
            )}}MiB } ] }
            """
        );
        await lab.SucceedsAsync("up");
    }

    /// <summary>No fork said a word in its parent's name: the parent's kernel would have noticed.</summary>
    async Task HeardNoOtherSelfAsync() =>
        Assert.DoesNotContain("advertised our address", await lab.SucceedsAsync("ssh", "a", "--", "dmesg"));

    /// <summary>Name, MAC, machine-id, host key, address and random numbers; strict host key checking is on all the while.</summary>
    async Task AllDifferAsync(params string[] machines)
    {
        var found = new List<string[]>();
        foreach (var machine in machines)
            found.Add((await lab.SucceedsAsync("ssh", machine, "--", WhoAmI)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(machines, found.Select(f => f[0]));
        Assert.All(found, f => Assert.Equal(6, f.Length));
        Assert.All(Enumerable.Range(0, 6), line => Assert.Equal(machines.Length, found.Select(f => f[line]).Distinct().Count()));
        var known = JsonNode
            .Parse(await lab.SucceedsAsync("ls", "-o", "json"))!
            .AsArray()
            .Select(m => (string)m!["addresses"]!["default"]!);
        Assert.Equal(known, found.Select(f => f[4].Split('/')[0]));
    }
}
