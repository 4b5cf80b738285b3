using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>Each claim leaves the six machines up.</summary>
[Collection(nameof(ThreeHosts))]
public sealed class AFarmOverThreeHosts(ThreeHosts hosts)
{
    static readonly string[] Names = ["m-1", "m-2", "m-3", "m-4", "p", "u"];

    Lab Lab
    {
        get
        {
            hosts.SkipWhereMissing();
            return hosts.Lab;
        }
    }

    [Fact]
    public async Task IsSpreadAndSaysWhereAndHowFullItsHostsAre()
    {
        var machines = JsonNode.Parse(await Lab.SucceedsAsync("ls", "-o", "json"))!.AsArray();
        Assert.Equal(Names, machines.Select(m => (string)m!["name"]!));
        Assert.All(machines, m => Assert.Equal("running", (string?)m!["state"]));
        var seen = JsonNode.Parse(await Lab.SucceedsAsync("hypervisors", "-o", "json"))!.AsArray();
        Assert.Equal(["tcp", "tls", "ssh"], seen.Select(h => (string)h!["name"]!));
        foreach (var host in seen)
        {
            Assert.Equal(
                machines.Where(m => (string?)m!["hypervisor"] == (string?)host!["name"]).Select(m => (string?)m!["name"]),
                host!["running"]!.AsArray().Select(n => (string?)n)
            );
            Assert.Equal((2, 512L << 20), ((int)host["croft"]!["vcpus"]!, (long)host["croft"]!["memory"]!));
            Assert.Equal(
                (long)host["memory"]!,
                (long)host["croft"]!["memory"]! + (long)host["others"]!["memory"]! + (long)host["free"]!["memory"]!
            );
            var types = host["virtTypes"]!["x86_64"]!.AsArray().Select(t => (string?)t).ToList();
            Assert.Contains("qemu", types);
            if (!types.Contains("kvm"))
                Assert.True((double)host["slowness"]!["x86_64"]! > 1);
        }

        var table = await Lab.SucceedsAsync("hypervisors");
        Assert.All(table.Split('\n'), line => Assert.InRange(line.Length, 0, 120));
        Assert.Contains("libvirt ", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExecutesAndCopiesOnEveryHostAndThroughForwardedPorts()
    {
        var said = await Lab.SucceedsAsync("exec", "--", "hostname > /root/who; hostname");
        Assert.Equal(Names.Select(n => $"{n}: {n}"), said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        foreach (var name in Names)
        {
            await Lab.SucceedsAsync("cp", $"{name}:/root/who", name);
            Assert.Equal(name + "\n", Lab.Read(name));
        }
    }

    [Fact]
    public async Task IsReachedByPlainSshAndByAnsible()
    {
        Lab.Write("config", await Lab.SucceedsAsync("ssh-config"));
        foreach (var name in (string[])["m-2", "u"])
            Assert.Equal(
                name + "\n",
                await hosts
                    .Inside(new("ssh", "-F", Path.Combine(Lab.Folder, "config"), "-o", "ControlPath=none", name, "hostname"))
                    .RunCheckedAsync("ssh", TestContext.Current.CancellationToken)
            );
        Lab.Write("inventory.json", await Lab.SucceedsAsync("inventory", "--list"));
        Lab.Write("inventory", "#!/bin/sh\ncat \"$0.json\"\n");
        File.SetUnixFileMode(Path.Combine(Lab.Folder, "inventory"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var ansible = hosts.Inside(new("ansible", "-i", Path.Combine(Lab.Folder, "inventory"), "vms", "-m", "raw", "-a", "hostname")) with
        {
            Environment = new Dictionary<string, string?> { ["ANSIBLE_NOCOLOR"] = "1" },
        };
        var said = await ansible.RunCheckedAsync("ansible", TestContext.Current.CancellationToken);
        Assert.All(Names, name =>
            Assert.Contains($"{name} | CHANGED | rc=0 >>\n{name}", said.ReplaceLineEndings("\n"), StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task GoesOnWithoutAHostThatAcceptsAndSaysNothing()
    {
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        var before = Lab.Read("farm.yaml");
        var port = ((IPEndPoint)mute.LocalEndpoint).Port;
        Lab.Write(
            "farm.yaml",
            before.Replace(
                "hypervisors:\n",
                $"hypervisors:\n  mute: {{ uri: \"qemu+tcp://127.0.0.1:{port}/system\", connection_timeout: 2s }}\n",
                StringComparison.Ordinal
            )
        );
        try
        {
            foreach (
                var command in new[]
                {
                    (string[])["ls"],
                    ["exec", "m-1", "--", "true"],
                    ["ssh", "m-2", "--", "true"],
                    ["hypervisors"],
                    ["inventory", "--list"],
                    ["up"],
                }
            )
            {
                var result = await Lab.CroftAsync(command).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
                Assert.True(result.ExitCode == 0, $"{command[0]}: {result.Error}");
                Assert.Contains(
                    $"Warning: hypervisor \"mute\" (qemu+tcp://127.0.0.1:{port}/system) does not answer: it said nothing for 2 s",
                    result.Error,
                    StringComparison.Ordinal
                );
            }
        }
        finally
        {
            Lab.Write("farm.yaml", before);
        }
    }

    [Fact]
    public async Task RefusesToStartBehindAHostThatDoesNotLetItIn()
    {
        hosts.SkipWhereMissing();
        var lab = hosts.FarmLab("hostkeys");
        lab.Write(
            "farm.yaml",
            "farm: hostkeys\n"
                + hosts.Hypervisors.Replace("root@10.99.71.2\" }", "nobody@10.99.71.2\" }", StringComparison.Ordinal)
                + "vms: { list: [ { name: a, platform: debian_12, memory: 256MiB, hypervisor: tcp } ] }\n"
        );
        await lab.RefusesAsync(
            3,
            [
                "the guests of hypervisor \"tcp\" are reached through nobody@10.99.71.2, and ssh cannot log in there",
                "Permission denied",
                "make this work: ssh nobody@10.99.71.2 true",
            ],
            "up"
        );
        Assert.Null(await lab.StateAsync("a"));
    }

    [Fact]
    public async Task ShowsWhatNobodyOwnsAndRemovesThatOnly()
    {
        var lab = Lab;
        string[] left = ["gone.a.root.0.qcow2", Lab.Farm + ".m-9.root.0.qcow2", "image.0123456789abcdef-1.root.qcow2"];
        foreach (var name in left)
            await hosts.MakeVolumeAsync("tcp", name, TimeSpan.FromHours(2));
        await hosts.MakeVolumeAsync("tcp", "gone.b.root.0.qcow2", TimeSpan.Zero);
        await hosts.MakeVolumeAsync("tls", Lab.Farm + ".m-8.root.0.qcow2", TimeSpan.Zero);
        var shown = await lab.MustAsync(2, "gc", "-o", "json");
        Assert.Equal(left, JsonNode.Parse(shown.Output)!.AsArray().Select(l => (string)l!["name"]!).Order());
        Assert.Contains("Hint: --yes confirms it", shown.Error, StringComparison.Ordinal);
        Assert.Contains("Gone: 3 leftovers, 3 MiB.", (await lab.MustAsync(0, "gc", "--yes")).Error, StringComparison.Ordinal);
        Assert.All(left, name =>
            Assert.Contains(lab.Journal(), line =>
                line.Contains("\"intent\"", StringComparison.Ordinal) && line.Contains(name, StringComparison.Ordinal)
            )
        );
        Assert.Contains(await hosts.LeftoversAsync(Lab.Farm), line =>
            line.StartsWith(Lab.Farm + ".m-8.root.0.qcow2", StringComparison.Ordinal)
        ); // somebody may be making it
        Assert.Equal("[]\n", await lab.SucceedsAsync("gc", "-o", "json"));
        Assert.Equal(
            Names.Length,
            (await lab.SucceedsAsync("exec", "--", "true; echo here")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length
        );
    }

    [Fact]
    public async Task RunsCachedAndEndsWhenAHostFreezesUnderIt()
    {
        hosts.SkipWhereMissing();
        var lab = hosts.FarmLab("hostruns");
        lab.Write(
            "farm.yaml",
            "farm: hostruns\n"
                + hosts.Hypervisors
                + "vms: { list: [ { name: r, platform: debian_12, memory: 256MiB, count: 3 } ] }\nproject: { phases: phases }\n"
        );
        lab.Write("phases/init.sh", "hostname > /root/made\n");
        lab.Write("phases/main.sh", "cat /root/made\n");
        var first = await lab.RunAsync("run");
        var second = await lab.RunAsync("run");
        foreach (var name in (string[])["r-1", "r-2", "r-3"])
        {
            Assert.Contains("create init", first.Steps(name, "passed"));
            Assert.Contains(second.Steps(name, "passed"), step => step is "restore init" or "fork init");
            Assert.Equal(name + "\n", second.Log(name, "main"));
        }

        // Every guest waits in main until its host is frozen, or not.
        lab.Write("phases/main.sh", "until [ -e /root/go ]; do sleep 0.2; done\n");
        using (var run = RunningCroft.Start(lab, "run"))
        {
            await run.ReachAsync("main", machines: 3);
            await ThreeHosts.SignalAsync("tls", "STOP");
            try
            {
                foreach (var name in (string[])["r-1", "r-2", "r-3"])
                    await hosts
                        .Inside(new("ssh", "-F", Path.Combine(lab.Folder, ".croft/ssh_config"), name, "touch /root/go"))
                        .RunCheckedAsync("ssh", TestContext.Current.CancellationToken);
                var (exitCode, messages, _) = await run.EndAsync(TimeSpan.FromMinutes(2));
                Assert.Equal(3, exitCode);
                Assert.Contains("on hypervisor \"tls\"", messages, StringComparison.Ordinal);
                Assert.DoesNotContain("on hypervisor \"tcp\"", messages, StringComparison.Ordinal);
                Assert.DoesNotContain("on hypervisor \"ssh\"", messages, StringComparison.Ordinal);
            }
            finally
            {
                await ThreeHosts.SignalAsync("tls", "CONT");
            }
        }

        Assert.Equal("running", await lab.StateAsync("r-2"));
        await lab.SucceedsAsync("down");
        await lab.SucceedsAsync("destroy", "--yes");
        Assert.Empty(await hosts.LeftoversAsync(lab.Farm));
    }
}
