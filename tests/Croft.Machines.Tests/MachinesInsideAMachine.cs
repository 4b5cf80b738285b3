using System.Text.Json.Nodes;
using Croft.Testing;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>
/// The machine is real, and so are its guest's; but the libvirt that answers in it is lent by a host beside it, since emulation inside
/// emulation takes minutes.
/// </summary>
public sealed class MachinesInsideAMachine : IAsyncLifetime
{
    const string Host = "10.99.77.2";
    static readonly string Script = Path.Combine(AppContext.BaseDirectory, "libvirt-host.sh");

    string folder = "";
    readonly Lab lab = new("inside");
    FileLock? turn;

    public async ValueTask InitializeAsync()
    {
        Lab.OnlyWithAll();
        Assert.SkipWhen(!Environment.IsPrivilegedProcess || !File.Exists("/usr/sbin/sshd"), "only root can make hosts, with sshd");
        folder = TestFolder.New();
        turn = await FileLock.EnterAsync("/run/lock/croft-test-host-inside", "tests", TestContext.Current.CancellationToken);
        await ShAsync("bash \"$0\" up \"$1\" 77 && ip route replace 10.199.77.0/24 via " + Host);
        // libvirt lets nobody from outside into a NAT network, and says so anew whenever one starts.
        await ShAsync(
            "ip netns exec croft77 setsid sh -c 'while sleep 0.5; do iptables -D FORWARD -j ACCEPT; iptables -I FORWARD -j ACCEPT; done' >/dev/null 2>&1 </dev/null &"
        );
        lab.Write(
            "farm.yaml",
            """
            farm: inside
            networks: { out: {}, in: { cidr: 10.199.77.0/24 } }
            platforms: { hv: { image: debian_12 } }
            vms:
              list:
                - { name: l2, platform: debian_12, memory: 256MiB, hypervisor: { machine: l1 }, networks: [ in ], projects: [ tests ] }
                - { name: l1, platform: hv, memory: 768MiB, networks: [ out ], projects: [ hosts ] }
            projects: { hosts: { phases: phases/hosts }, tests: { phases: phases/tests } }
            """
        );
        lab.Write("phases/hosts/main.sh", "hostname\n");
        lab.Write("phases/tests/main.sh", "hostname; echo $CROFT_PROJECT_ID\n");
        lab.Write(
            "phases/hosts/hv/dependencies.sh",
            $"""
            cat >/usr/local/bin/virt-ssh-helper <<'X'
            #!/usr/bin/python3
            import os, socket, threading
            libvirt = socket.create_connection(("{Host}", 16509))
            def ask():
                while said := os.read(0, 65536):
                    libvirt.sendall(said)
                libvirt.shutdown(socket.SHUT_WR)
            threading.Thread(target=ask, daemon=True).start()
            while said := libvirt.recv(65536):
                os.write(1, said)
            X
            chmod 755 /usr/local/bin/virt-ssh-helper
            """
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (turn is null)
            return;
        await lab.DisposeAsync();
        await ShAsync("bash \"$0\" down 77");
        TestFolder.Delete(folder);
        turn.Dispose();
    }

    [Fact]
    public async Task AreReachedByEveryCommandAndEndBeforeIt()
    {
        var kept = await lab.RunAsync("run", 0, "--keep");
        Assert.Equal(["startup", "create clean", "dependencies", "create dependencies", "main"], kept.Steps("l1", "passed"));
        Assert.Equal(["hypervisor", "startup", "main"], kept.Steps("l2", "passed"));
        Assert.Equal("l2\ntests\n", kept.Log("l2", "main"));

        var machines = JsonNode.Parse(await lab.SucceedsAsync("ls", "-o", "json"))!.AsArray();
        Assert.Equal(["l2 on l1 running", "l1 on local running"], machines.Select(m => $"{m!["name"]} on {m["hypervisor"]} {m["state"]}"));
        Assert.Equal("10.199.77.10", (string?)machines[0]!["addresses"]!["in"]);
        Assert.Contains("Nothing to do: 2 of 2 machines run as declared.", (await lab.MustAsync(0, "up")).Error);

        Assert.Equal("l2: l2\n", await lab.SucceedsAsync("exec", "l2", "--", "hostname | tee /root/who"));
        Assert.Equal("l2\n", await lab.SucceedsAsync("ssh", "l2", "--", "hostname"));
        await lab.SucceedsAsync("cp", "l2:/root/who", "who");
        Assert.Equal("l2\n", lab.Read("who"));
        Assert.Contains("croft: up", await lab.SucceedsAsync("console", "l2", "--log"), StringComparison.Ordinal);
        lab.Write("config", await lab.SucceedsAsync("ssh-config"));
        Assert.Equal(
            "l2\n",
            await new Tool("ssh", "-F", Path.Combine(lab.Folder, "config"), "-o", "ControlPath=none", "l2", "hostname").RunCheckedAsync(
                "ssh",
                TestContext.Current.CancellationToken
            )
        );

        // Who works in it works in the machine around it.
        await lab.RefusesAsync(2, ["\"l1\" (in use since croft exec)", "\"l2\" (in use since croft exec)"], "run");
        var inner = await lab.RunAsync("run", 0, "--fresh", "--project", "tests");
        Assert.Equal(["startup", "create clean", "main", "shutdown"], inner.Steps("l2", "passed"));
        Assert.Equal("running", await lab.StateAsync("l1"));

        lab.ForgetRuns();
        await lab.RunAsync("run", 0, "--fresh");
        var ends = lab.Journal()
            .Where(line => line.Contains("\"shutdown\"", StringComparison.Ordinal))
            .Select(line => JsonNode.Parse(line)!)
            .Select(line => $"{line["machine"]} {line["kind"]}");
        Assert.Equal(["l2 stepStart", "l2 stepEnd", "l1 stepStart", "l1 stepEnd"], ends);
        Assert.Contains("Machine l1 is off; what is in it is not listed.", (await lab.MustAsync(0, "ls")).Error);

        var destroyed = await lab.MustAsync(0, "destroy", "--yes");
        Assert.Contains("With l1 goes what is in it, which is not seen now; the farm file declares l2", destroyed.Error);
        Assert.Empty(await lab.LeftoversAsync());
    }

    Task<string> ShAsync(string command) => new Tool("sh", "-c", command, Script, folder).RunCheckedAsync(command, CancellationToken.None);
}
