using System.Net.Sockets;
using Croft.Testing;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>
/// What networks of every kind promise, by packets: what is to arrive arrives whole, and what is not to arrive does not. One farm of three
/// micro guests and one of one, which share a network.
/// </summary>
public sealed class NetworksProved : IAsyncLifetime
{
    static readonly string Net = Lab.Net(4);
    static readonly string Tap = Lab.Own("cbt");
    static readonly string Socket = "/run/" + Tap;
    static readonly string Pid = Socket + ".pid";

    /// <summary>Writes the first letter and the length of what comes.</summary>
    const string Listener = """
        import socket, os
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(("", 9000))
        if os.fork(): os._exit(0)
        os.setsid()
        for n in (0, 1, 2): os.dup2(os.open("/dev/null", os.O_RDWR), n)
        f = open("/root/got", "w", 1)
        while True:
            d = s.recv(65535)
            f.write("%s %d\n" % (d[:1].decode(), len(d)))
        """;

    readonly Lab lab = new("ftproof");
    readonly Lab other;

    public NetworksProved() => other = new($"{lab.Farm}b", TestFolder.New(Lab.Prefix));

    public async ValueTask InitializeAsync()
    {
        await DoAsync("ip", "tuntap", "add", Tap, "mode", "tap");
        await DoAsync("ip", "address", "add", $"{Net}.5.1/24", "dev", Tap);
        await DoAsync("ip", "link", "set", Tap, "up");
        if (Lab.HasVde)
            await DoAsync("vde_switch", "-d", "-s", Socket, "-m", "666", "--dirmode", "777", "-p", Pid);
    }

    public async ValueTask DisposeAsync()
    {
        await other.CroftAsync("destroy", "--yes");
        await lab.CroftAsync("destroy", "--yes");
        if (File.Exists(Pid))
            await new Tool("kill", File.ReadAllText(Pid).Trim()).RunAsync(CancellationToken.None);
        await new Tool("ip", "link", "delete", Tap).RunAsync(CancellationToken.None);
        await other.DisposeAsync();
        await lab.DisposeAsync();
    }

    [Fact]
    public async Task ByWhatArrivesAndWhatDoesNot()
    {
        var (wire, on) = Lab.HasVde ? ($"{{ mode: vde, vde: {Socket} }}", ", wire") : ("{ mode: isolated }", "");
        lab.Write(
            "farm.yaml",
            $$"""
            farm: {{lab.Farm}}
            networks:
              big: { cidr: {{Net}}.1.0/24, ipv6: "fd00:c0f5::/64", mtu: 9000 }
              six: { cidr: "fd00:c0f6::/64", range: "fd00:c0f6::1000-fd00:c0f6::10ff" }
              quiet: { mode: isolated, cidr: {{Net}}.2.0/24 }
              t: { mode: tap, tap: {{Tap}} }
              wire: {{wire}}
            platforms: { m: { image: debian_12, memory: 256MiB } }
            vms:
              list:
                - { name: a, platform: m, networks: [ big, six, quiet, t, wire ] }
                - { name: b, platform: m, networks: [ { name: big, address: {{Net}}.1.20 }, { name: quiet, address: {{Net}}.2.20 } ] }
                - { name: c, platform: m, networks: [ { name: six, address: "fd00:c0f6::b" } ] }
            """
        );
        await lab.SucceedsAsync("up");
        other.Write(
            "farm.yaml",
            $$"""
            farm: {{other.Farm}}
            networks: { big: { shared: {{lab.Farm}}.big }, wire: {{wire}} }
            vms: { list: [ { name: x, platform: debian_12, memory: 256MiB, networks: [ big{{on}} ] } ] }
            """
        );
        await other.SucceedsAsync("up");
        await HaveTheirCardsAndNames();
        await DeliverWholeAndOnlyWhereTheyLead();
        if (Lab.HasVde)
            await JoinFarmsByASwitch();
    }

    async Task HaveTheirCardsAndNames()
    {
        var seen = await lab.SucceedsAsync(
            "ssh",
            "a",
            "--",
            $"ip -o link | grep -o 'eth[0-9]:'; getent ahostsv6 b; {Greeting("b")}; {Greeting("c")}"
        );
        Assert.Equal(["eth0:", "eth1:", "eth2:", "eth3:", "eth4:"], seen.Split('\n')[..5].Order());
        Assert.Contains("fd00:c0f5::14", seen);
        Assert.Equal(2, seen.Split("SSH-2.0").Length - 1);
        Assert.Contains("fd00:c0f5::a", await lab.SucceedsAsync("ssh", "b", "--", "getent ahostsv6 a; getent hosts fd00:c0f5::a"));

        var alone = await lab.SucceedsAsync("ssh", "c", "--", $"ip -o address show eth0; getent hosts a fd00:c0f6::a; {Greeting("a")}");
        Assert.DoesNotContain("inet ", alone);
        Assert.Contains($"a.{lab.Farm}.croft.internal", alone);
        Assert.Contains("SSH-2.0", alone);

        await lab.SucceedsAsync("ssh", "a", "--", $"ip address add {Net}.5.2/24 dev eth3");
        using var door = new TcpClient();
        await door.ConnectAsync($"{Net}.5.2", 22, TestContext.Current.CancellationToken);
    }

    /// <summary>Two farms reach b on the network that they share; its isolated one hears its own alone, by way of the host, too.</summary>
    async Task DeliverWholeAndOnlyWhereTheyLead()
    {
        await lab.SucceedsAsync("ssh", "b", "--", Python(Listener));
        await other.SucceedsAsync("ssh", "x", "--", Python(Send("n", 1, $"{Net}.2.20") + Send("x", 8972, $"{Net}.1.20")));
        await lab.SucceedsAsync("ssh", "a", "--", Python(Send("a", 8972, $"{Net}.1.20") + Send("q", 1, $"{Net}.2.20")));
        var got = await Poll.UntilAsync(
            async () =>
                (await lab.SucceedsAsync("ssh", "b", "--", "sort -u /root/got")) is { } heard && heard.Contains('q') && heard.Contains('x')
                    ? heard
                    : null,
            TimeSpan.FromMilliseconds(200),
            TimeSpan.FromSeconds(20),
            TestContext.Current.CancellationToken
        );
        Assert.Equal("a 8972\nq 1\nx 8972\n", got);
    }

    async Task JoinFarmsByASwitch()
    {
        await lab.SucceedsAsync("ssh", "a", "--", $"ip address add {Net}.7.1/24 dev eth4");
        Assert.Contains(
            "SSH-2.0",
            await other.SucceedsAsync("ssh", "x", "--", $"ip address add {Net}.7.2/24 dev eth1; {Greeting($"{Net}.7.1")}")
        );
    }

    static string Greeting(string host) => $"head -c 7 </dev/tcp/{host}/22";

    static string Python(string script) => $"python3 - <<'X'\n{script}\nX";

    /// <summary>Nobody on the way may cut it.</summary>
    static string Send(string letter, int length, string to) =>
        $"""
            import socket
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.setsockopt(0, 10, 2)
            s.sendto(b"{letter}" * {length}, ("{to}", 9000))

            """;

    static Task DoAsync(string program, params string[] arguments) =>
        new Tool(program, arguments).RunCheckedAsync($"{program} {arguments[0]}", TestContext.Current.CancellationToken);
}
