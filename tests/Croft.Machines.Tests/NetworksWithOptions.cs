using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Croft.Machines.Tests;

/// <summary>What a network that Croft makes can have beside its subnet, as guests see it.</summary>
public sealed class NetworksWithOptions : IAsyncLifetime
{
    static readonly string Net = Lab.Net(3);
    static readonly int Port = 30000 + (Environment.ProcessId % 1000);

    readonly Lab lab = new("ftoptions");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await lab.CroftAsync("destroy", "--yes");
        await lab.DisposeAsync();
    }

    [Fact]
    public async Task AreAsDeclaredInTheGuests()
    {
        Write("mtu: 9000");
        await lab.SucceedsAsync("up");
        var seen = await lab.SucceedsAsync(
            "ssh",
            "b",
            "--",
            "getent ahostsv4 a.lab.example; getent hosts a.lab.example www gw x.apps.lab.example; ip link show eth0; ip -6 -o address show eth0; ip route"
        );
        Assert.Matches($"(?m)^{Net}.1.40 +STREAM a.lab.example$", seen);
        Assert.Matches("(?m)^fd00:c0f7::28 +a.lab.example$", seen);
        Assert.Matches($"(?m)^{Net}.1.40 +a www.lab.example$", seen);
        Assert.Matches($"(?m)^{Net}.1.1 +gw.lab.example$", seen);
        Assert.Matches($"(?m)^{Net}.1.40 +x.apps.lab.example$", seen);
        Assert.Contains("mtu 9000", seen);
        Assert.Contains("fd00:c0f7::a/64", seen);
        Assert.Contains($"default via {Net}.1.1 dev eth0", seen);
        Assert.Contains("default via 10.0.2.2 dev eth1", await lab.SucceedsAsync("ssh", "a", "--", "ip", "route"));
        Assert.Contains(
            "reached",
            await lab.SucceedsAsync("ssh", "b", "--", "bash -c 'exec 3<>/dev/tcp/fd00:c0f7::28/22 && echo reached'")
        );
        using var door = new TcpClient();
        await door.ConnectAsync("127.0.0.1", Port, TestContext.Current.CancellationToken); // QEMU itself answers
        Assert.Contains($"fd00:c0f7::28\ta a.", await lab.SucceedsAsync("hosts"));
        var process = await File.ReadAllTextAsync($"/run/libvirt/network/{lab.Farm}.lan.pid", TestContext.Current.CancellationToken);
        using (var dnsmasq = Process.GetProcessById(int.Parse(process, CultureInfo.InvariantCulture)))
            dnsmasq.Kill();
        Assert.Contains("Network lan on local answers neither DHCP nor questions for names", (await lab.MustAsync(0, "status")).Error);
        await lab.SucceedsAsync("up");
        Assert.Contains($"{Net}.1.10", await lab.SucceedsAsync("ssh", "a", "--", "getent ahostsv4 b"));
        Write("mtu: 1400");
        await lab.RefusesAsync(3, ["has mtu 9000", "will have mtu 1400", "croft down a b, then croft up"], "plan");
    }

    void Write(string option) =>
        lab.Write(
            "farm.yaml",
            $$"""
            farm: {{lab.Farm}}
            networks:
              lan:
                cidr: {{Net}}.1.0/24
                ipv6: fd00:c0f7::/64
                range: {{Net}}.1.100-{{Net}}.1.120
                domain: lab.example
                {{option}}
                dns: { records: { www: a, gw: {{Net}}.1.1 }, wildcards: { apps.lab.example: {{Net}}.1.40 } }
              out: { mode: user }
            vms:
              list:
                - name: a
                  platform: debian_13
                  networks: [ { name: lan, address: {{Net}}.1.40 }, { name: out, default_route: true, forwards: [ {{Port}}:80 ] } ]
                - { name: b, platform: debian_13, networks: [ lan ] }
            """
        );
}
