using System.Text.Json.Nodes;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>A bridge of the host with a DHCP server that is not libvirt's, and a network that virsh made.</summary>
public sealed class NetworksThatOthersMade : IAsyncLifetime
{
    static readonly string Bridge = Lab.Own("cbr");
    static readonly string Old = Lab.Own("ftold");
    static readonly string Net = Lab.Net(2);

    readonly Lab lab = new("ftoutside");

    public async ValueTask InitializeAsync()
    {
        await DoAsync("ip", "link", "add", Bridge, "type", "bridge");
        await DoAsync("ip", "address", "add", $"{Net}.1.1/24", "dev", Bridge);
        await DoAsync("ip", "link", "set", Bridge, "up");
        await DoAsync(
            "dnsmasq",
            "--conf-file=/dev/null",
            "--port=0",
            "--bind-interfaces",
            $"--interface={Bridge}",
            "--except-interface=lo",
            $"--dhcp-range={Net}.1.100,{Net}.1.199,10m",
            "--no-ping",
            $"--dhcp-leasefile={Path.Combine(lab.Folder, "leases")}",
            $"--pid-file={Pid}"
        );
        lab.Write(
            "old.xml",
            $"<network><name>{Old}</name><bridge name='{Lab.Own("cbo")}' stp='off' delay='0'/><ip address='{Net}.2.1' prefix='24'><dhcp><range start='{Net}.2.100' end='{Net}.2.199'/></dhcp></ip></network>"
        );
        await DoAsync("virsh", "-q", "-c", "qemu:///system", "net-define", Path.Combine(lab.Folder, "old.xml"));
    }

    public async ValueTask DisposeAsync()
    {
        await lab.CroftAsync("destroy", "--yes");
        if (File.Exists(Pid))
            await new Tool("kill", File.ReadAllText(Pid).Trim()).RunAsync(CancellationToken.None);
        await new Tool("ip", "link", "delete", Bridge).RunAsync(CancellationToken.None);
        foreach (var command in (string[])["net-destroy", "net-undefine"])
            await new Tool("virsh", "-q", "-c", "qemu:///system", command, Old).RunAsync(CancellationToken.None);
        await lab.DisposeAsync();
    }

    [Fact]
    public async Task AreJoinedAndLeftAsTheyAre()
    {
        Write("no-bridge0");
        await lab.RefusesAsync(
            3,
            [
                "has no bridge no-bridge0",
                "croft network bridge create no-bridge0",
                $"has a network {Old} that is off",
                $"virsh net-start {Old}",
            ],
            "plan"
        );
        await DoAsync("virsh", "-q", "-c", "qemu:///system", "net-start", Old);
        var before = await XmlAsync();
        Write(Bridge);
        Assert.Contains("?", (await lab.MustAsync(0, "plan")).Output);
        await lab.SucceedsAsync("up");
        var (a, b) = (await AddressAsync("a", "lan"), await AddressAsync("b", "old"));
        Assert.StartsWith($"{Net}.1.1", a);
        Assert.StartsWith($"{Net}.2.1", b);
        Assert.Contains("52:54:00:0c:0f:71", File.ReadAllText(Path.Combine(lab.Folder, "leases")));
        Assert.Contains($"{a}/24", await lab.SucceedsAsync("ssh", "a", "--", "ip", "-4", "-o", "address", "show", "eth0"));
        Assert.Contains($"{a}\ta", await lab.SucceedsAsync("hosts"));
        Assert.Matches($"(?m)^lan +bridge +local +{Bridge} +on +- +a$", await lab.SucceedsAsync("network", "list"));
        Assert.Contains(b!, await lab.SucceedsAsync("network", "show", "old"));
        Assert.Contains("Nothing to do", (await lab.MustAsync(0, "up")).Error);
        string[] boot = ["ssh", "a", "--", "cat", "/proc/sys/kernel/random/boot_id"];
        var first = await lab.SucceedsAsync(boot);
        Write(Bridge, ", autostart: true");
        await lab.SucceedsAsync("up");
        Assert.Equal(first, await lab.SucceedsAsync(boot));
        await lab.SucceedsAsync("restart", "a");
        await lab.SucceedsAsync("ssh", "a", "--", "true");
        await lab.RefusesAsync(2, ["others decide its address"], "fork", "a", "--name", "c");
        await lab.SucceedsAsync("exec", "a", "--", "rm $(command -v qemu-ga)"); // its host knows it, too
        await lab.SucceedsAsync("restart", "a");
        await lab.SucceedsAsync("ssh", "a", "--", "true");
        await lab.SucceedsAsync("down");
        Assert.Null(await AddressAsync("a", "lan"));
        await lab.SucceedsAsync("destroy", "--yes");
        await AreJoinedByAPool();
        Assert.Equal(before, await XmlAsync());
        await DoAsync("ip", "link", "show", Bridge);
    }

    /// <summary>Each with a card of Croft's own network, too.</summary>
    async Task AreJoinedByAPool()
    {
        string[] spawn = ["spawn", "--stem", lab.Farm, "1:d12", "--mac-prefix", "52:54:00:0c:f1", "--bridge"];
        await lab.RefusesAsync(3, ["has no bridge no-bridge0", "croft network bridge create no-bridge0"], [.. spawn, "no-bridge0"]);
        await lab.SucceedsAsync([.. spawn, Bridge]);
        Assert.StartsWith($"{Net}.1.1", await AddressAsync($"{lab.Farm}01", Bridge, "-f", lab.Farm));
        Assert.Contains("52:54:00:0c:f1:01", File.ReadAllText(Path.Combine(lab.Folder, "leases")));
        await lab.SucceedsAsync("destroy", "-f", lab.Farm, "--yes");
    }

    string Pid => Path.Combine(lab.Folder, "dnsmasq.pid");

    void Write(string bridge, string more = "") =>
        lab.Write(
            "farm.yaml",
            $$"""
            farm: {{lab.Farm}}
            networks: { lan: { mode: bridge, bridge: {{bridge}} }, old: { mode: existing, network: {{Old}} } }
            vms:
              list:
                - { name: a, platform: debian_12, memory: 256MiB, networks: [ { name: lan, mac: "52:54:00:0c:0f:71" } ]{{more}} }
                - { name: b, platform: debian_12, memory: 256MiB, networks: [ old ] }
            """
        );

    async Task<string?> AddressAsync(string machine, string network, params string[] of) =>
        (string?)JsonNode.Parse((await lab.CroftAsync(["ls", machine, "-o", "json", .. of])).Output)![0]!["addresses"]![network];

    static async Task<string> XmlAsync() =>
        (await new Tool("virsh", "-q", "-c", "qemu:///system", "net-dumpxml", "--inactive", Old).RunAsync(CancellationToken.None)).Output;

    static Task DoAsync(string program, params string[] arguments) =>
        new Tool(program, arguments).RunCheckedAsync($"{program} {arguments[0]}", TestContext.Current.CancellationToken);
}
