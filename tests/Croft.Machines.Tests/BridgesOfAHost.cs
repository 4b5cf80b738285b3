using System.Text.RegularExpressions;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>
/// A network namespace is the host, another one its LAN with the router; nothing manages the host's network there. Hosts whose network is
/// managed are guests, in <see cref="BridgesOfManagedHosts"/>.
/// </summary>
public sealed class BridgesOfAHost : IAsyncLifetime
{
    static readonly string Host = Lab.Own("cbh");
    static readonly string Lan = Lab.Own("cbl");
    static readonly string Bridge = Lab.Own("cbr");
    static readonly string Card = Lab.Own("cbu");
    static readonly string State = $"/var/lib/croft-bridge/{Bridge}";

    readonly Lab lab = new("ftbridge")
    {
        Inside = tool => new Tool("nsenter", [$"--net=/run/netns/{Host}", tool.Program, .. tool.Arguments])
        {
            Directory = tool.Directory,
            Environment = tool.Environment,
        },
    };

    public async ValueTask InitializeAsync()
    {
        foreach (var space in (string[])[Host, Lan])
            await DoAsync("netns", "add", space);
        await DoAsync("link", "add", Card, "netns", Host, "type", "veth", "peer", "name", "lan0", "netns", Lan);
        await DoAsync("-n", Lan, "address", "add", "10.99.0.1/24", "dev", "lan0");
        await DoAsync("-n", Lan, "link", "set", "lan0", "up");
        await DoAsync("-n", Host, "address", "add", "10.99.0.2/24", "broadcast", "+", "dev", Card);
        await DoAsync("-n", Host, "address", "add", "fd00:99::2/64", "dev", Card, "nodad");
        await DoAsync("-n", Host, "link", "set", Card, "up");
        await DoAsync("-n", Host, "route", "add", "default", "via", "10.99.0.1");
        await DoAsync("-n", Host, "route", "add", "10.50.0.0/16", "via", "10.99.0.1");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var space in (string[])[Host, Lan])
            await new Tool("ip", "netns", "delete", space).RunAsync(CancellationToken.None);
        if (Directory.Exists(State))
            Directory.Delete(State, recursive: true);
        await lab.DisposeAsync();
    }

    [Fact]
    public async Task TakeOverTheUplinkAndGiveItBack()
    {
        var (before, mac) = (await SeenAsync(Card), await MacAsync(Card));
        await lab.RefusesAsync(3, ["there is no network card none"], "network", "bridge", "create", Bridge, "--uplink", "none", "--yes");
        await lab.RefusesAsync(2, ["needs confirmation"], "network", "bridge", "create", Bridge, "--uplink", Card);
        Assert.False(Directory.Exists(State));

        var made = await lab.MustAsync(0, "network", "bridge", "create", Bridge, "--uplink", Card, "--yes");
        Assert.Contains($"bridge_ports {Card}", made.Error);
        Assert.Equal(before, await SeenAsync(Bridge));
        Assert.Equal(mac, await MacAsync(Bridge));
        await lab.RefusesAsync(
            3,
            ["exists already", $"croft network bridge remove {Bridge}"],
            "network",
            "bridge",
            "create",
            Bridge,
            "--uplink",
            Card,
            "--yes"
        );

        await lab.SucceedsAsync("network", "bridge", "remove", Bridge, "--yes");
        Assert.Equal(before, await SeenAsync(Card));
        Assert.False(Directory.Exists(State));
        await lab.RefusesAsync(3, ["Croft made no bridge"], "network", "bridge", "remove", Bridge, "--yes");
    }

    /// <summary>Whoever made the change is gone, as after kill -9: nobody confirms.</summary>
    [Fact]
    public async Task AreUndoneWhenNobodyConfirms()
    {
        var before = await SeenAsync(Card);
        Assert.Equal(0, (await ScriptAsync("/", "create", Bridge, Card, "2")).ExitCode);
        await UntilAsync(Bridge, before);
        await UntilAsync(Card, before);
        const int notYet = 1;
        var late = await Poll.UntilAsync(
            async () => await ScriptAsync("/", "confirm", Bridge) is { ExitCode: not notYet } said ? said : null,
            TimeSpan.FromMilliseconds(100),
            TimeSpan.FromMinutes(1),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(3, late?.ExitCode);
        Assert.Contains("it took too long, and all is as before", late!.Output);
    }

    /// <summary>The host's own programs are slow: the change is not done when the time is over.</summary>
    [Fact]
    public async Task AreUndoneWhileTheyAreStillBeingMade()
    {
        var before = await SeenAsync(Card);
        Program("ip", "case $* in *'type bridge'*) sleep 4 ;; esac; PATH=${PATH#*:} exec ip \"$@\"");
        Assert.Equal(0, (await ScriptAsync(lab.Folder, "create", Bridge, Card, "2")).ExitCode);
        await Task.Delay(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);
        Assert.Equal(before, await SeenAsync(Card));
        Assert.False(Directory.Exists($"/sys/class/net/{Bridge}"));
        Assert.False(File.Exists($"{State}/manager"));
    }

    /// <summary>This kernel may have neither, so their words are iproute2's.</summary>
    [Theory]
    [InlineData("bond mode active-backup miimon 100")]
    [InlineData("vlan protocol 802.1Q id 5 <REORDER_HDR>")]
    public async Task AreNotMadeOfWhatIsNoCard(string kind)
    {
        var link = $"3: {Card}: <BROADCAST,UP> mtu 1500 \\    link/ether 52:54:00:00:00:01 brd ff:ff:ff:ff:ff:ff \\    {kind}";
        Program("ip", $"case $* in *'link show dev {Card}'*) echo '{link}' ;; *) PATH=${{PATH#*:}} exec ip \"$@\" ;; esac");
        var said = await ScriptAsync(lab.Folder, "create", Bridge, Card, "2");
        Assert.Equal(3, said.ExitCode);
        Assert.Contains($"{Card} is a bond or a VLAN", said.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(State));
    }

    /// <summary>A program that goes before the host's.</summary>
    void Program(string name, string script)
    {
        lab.Write(name, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(Path.Combine(lab.Folder, name), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>The script as Croft sends it.</summary>
    /// <param name="before">A folder whose programs go before the host's.</param>
    static async Task<ToolResult> ScriptAsync(string before, params string[] arguments)
    {
        var cancel = TestContext.Current.CancellationToken;
        Directory.CreateDirectory(State);
        await using (var script = typeof(CroftException).Assembly.GetManifestResourceStream("host_bridge.sh")!)
        await using (var copy = File.Create($"{State}/script"))
            await script.CopyToAsync(copy, cancel);
        return await new Tool("nsenter", [$"--net=/run/netns/{Host}", "sh", $"{State}/script", .. arguments])
        {
            Environment = new Dictionary<string, string?> { ["PATH"] = $"{before}:{Environment.GetEnvironmentVariable("PATH")}" },
        }.RunAsync(cancel);
    }

    static async Task UntilAsync(string device, string seen) =>
        Assert.NotNull(
            await Poll.UntilAsync(
                async () => await SeenAsync(device) == seen ? seen : null,
                TimeSpan.FromMilliseconds(100),
                TimeSpan.FromMinutes(1),
                TestContext.Current.CancellationToken
            )
        );

    /// <summary>Addresses and routes of a device, without its name.</summary>
    static async Task<string> SeenAsync(string device)
    {
        var seen = new List<string>();
        foreach (
            var what in (string[][])
                [
                    ["-4", "address", "show", "dev", device],
                    ["-6", "address", "show", "dev", device, "scope", "global"],
                    ["route", "show", "dev", device],
                ]
        )
            seen.Add((await new Tool("ip", ["-n", Host, "-o", .. what]).RunAsync(TestContext.Current.CancellationToken)).Output);
        return Regex.Replace(
            Regex.Replace(string.Join('\n', seen), $@"^\d+: |{device}|linkdown|nodad|tentative", "", RegexOptions.Multiline),
            " +",
            " "
        );
    }

    static async Task<string> MacAsync(string device) =>
        (
            await new Tool("ip", "-n", Host, "-br", "link", "show", "dev", device).RunAsync(TestContext.Current.CancellationToken)
        ).Output.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2];

    static Task DoAsync(params string[] arguments) =>
        new Tool("ip", arguments).RunCheckedAsync($"ip {string.Join(' ', arguments)}", TestContext.Current.CancellationToken);
}
