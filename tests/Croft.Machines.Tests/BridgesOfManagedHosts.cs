using System.Text.RegularExpressions;
using Croft.Testing;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>A guest is the host whose network somebody manages; its LAN is a network of Croft's, with DHCP and IPv6.</summary>
public sealed class BridgesOfManagedHosts : IAsyncLifetime
{
    const string State = "/var/lib/croft-bridge/br0";

    /// <summary>Has it managed by another than systemd-networkd from the next boot on.</summary>
    const string Convert = """
        rm -f /etc/systemd/network/*cloud-init*
        [ $1 = netplan ] || systemctl -q disable systemd-networkd systemd-networkd.socket systemd-networkd-wait-online
        case $1 in
          netplan) echo 'network: { version: 2, ethernets: { eth0: { dhcp4: true } } }' >/etc/netplan/50-cloud-init.yaml ;;
          ifupdown)
            printf 'auto lo\niface lo inet loopback\nsource /etc/network/interfaces.d/*\n' >/etc/network/interfaces
            printf 'auto eth0\niface eth0 inet dhcp\n' >/etc/network/interfaces.d/50-cloud-init
            systemctl -q enable networking ;;
          networkmanager) systemctl -q enable NetworkManager ;;
        esac
        """;

    /// <summary>The addresses of a device, and where it leads; then what is to be as before beside.</summary>
    const string Look = """
        ip -o -4 address show dev $1 scope global | awk '{ print $4 }'; ip route show default dev $1 | awk '{ print $3 }'
        ip -o -6 address show dev $1 scope global | awk '{ print $4 }' | sort; ip -6 route show default dev $1 | awk '{ print $3 }'
        ls /sys/class/net; cat /sys/class/net/$1/address
        find /etc/systemd/network /etc/netplan /etc/network -type f 2>/dev/null | sort | xargs -r md5sum
        find /etc/NetworkManager -name '*croft*' 2>/dev/null
        """;

    readonly Lab lab = new("managed");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Theory]
    [InlineData("networkd")]
    [InlineData("netplan", "netplan.io")]
    [InlineData("ifupdown", "ifupdown", "isc-dhcp-client")]
    [InlineData("networkmanager", "network-manager")]
    public async Task AreMadeAndRemovedAndUndone(string manager, params string[] packages)
    {
        if (packages.Length > 0)
            Lab.OnlyWithAll();
        await HostAsync(manager, packages);
        var before = await UntilAsync("eth0", seen => seen.Contains("\nfe80:", StringComparison.Ordinal));

        // Nobody confirms, as when Croft was killed.
        await using (var script = typeof(CroftException).Assembly.GetManifestResourceStream("host_bridge.sh")!)
        await using (var copy = File.Create(Path.Combine(lab.Folder, "script")))
            await script.CopyToAsync(copy, TestContext.Current.CancellationToken);
        await OnHostAsync($"mkdir -p {State}");
        await lab.SucceedsAsync("cp", "script", $"host:{State}/script");
        var seconds = packages.Length > 0 ? 30 : 10; // a slow host does not even begin in fewer
        Assert.StartsWith($"{manager}\n", await OnHostAsync($"sh {State}/script create br0 eth0 {seconds}"), StringComparison.Ordinal);
        await OnHostAsync($"while [ -e {State}/manager ]; do sleep 1; done");
        await UntilAsync("eth0", seen => seen == before, before);

        // What the host's owner changed since is what comes back.
        await OnHostAsync("for file in /etc/netplan/50* /etc/network/interfaces.d/50*; do [ -e $file ] && echo '# mine' >>$file; done; :");
        before = await SeenAsync("eth0");
        await lab.SucceedsAsync("network", "bridge", "create", "br0", "--uplink", "eth0", "--hypervisor", "h", "--yes", "-f", "lan.yaml");
        var made = await UntilAsync("br0", seen => seen.Contains("\nfe80:", StringComparison.Ordinal));
        Assert.Equal(before.Split('\n')[..2], made.Split('\n')[..2]);
        Assert.Equal("eth0\n", await OnHostAsync("ls /sys/class/net/br0/brif"));
        if (packages.Length > 0)
        {
            await lab.SucceedsAsync("restart", "host");
            Assert.Equal(made, await UntilAsync("br0", seen => seen.Contains("\nfe80:", StringComparison.Ordinal)));
        }

        await lab.SucceedsAsync("network", "bridge", "remove", "br0", "--hypervisor", "h", "--yes", "-f", "lan.yaml");
        await UntilAsync("eth0", seen => Same(seen) == Same(before), before);
        Assert.Equal("gone\n", await OnHostAsync($"[ -e {State} ] || echo gone"));

        string Same(string seen) => manager == "networkmanager" ? Prefixes(seen) : seen;
    }

    /// <summary>After a reboot NetworkManager makes up another profile, which has another IPv6 address in the same network.</summary>
    static string Prefixes(string seen) => Regex.Replace(seen, @"^(fd[^:]*:[^:]*:[^:]*):.*/64$", "$1::/64", RegexOptions.Multiline);

    async Task HostAsync(string manager, string[] packages)
    {
        var (net, list) = (Lab.Net(0), string.Join(", ", packages));
        lab.Write(
            "farm.yaml",
            $$"""
            farm: managed
            networks: { lan: { cidr: {{net}}.91.0/24, ipv6: "fd00:{{Environment.ProcessId % 10000}}:91::/64" } }
            platforms: { host: { image: { build: mmdebstrap, suite: bookworm, flavour: systemd, packages: [ {{list}} ] } } }
            vms: { list: [ { name: host, platform: host, networks: [ { name: lan, address: {{net}}.91.40 } ] } ] }
            """
        );
        lab.Write(
            "lan.yaml",
            $$"""
            farm: managed
            hypervisors: { h: { uri: "qemu+ssh://root@{{net}}.91.40/system?keyfile={{lab.Folder}}/data/croft/id_ed25519;no_verify=1" } }
            vms: { list: [] }
            """
        );
        await lab.MustAsync(0, "up");
        if (packages.Length == 0)
            return;
        lab.Write("convert", Convert);
        await lab.SucceedsAsync("cp", "convert", "host:/root/convert");
        await OnHostAsync($"sh /root/convert {manager}");
        await lab.SucceedsAsync("restart", "host");
    }

    async Task<string> UntilAsync(string device, Func<string, bool> isRight, string wanted = "")
    {
        var seen = "";
        await Poll.UntilAsync(
            async () => isRight(seen = await SeenAsync(device)) ? seen : null,
            TimeSpan.FromSeconds(1),
            TimeSpan.FromMinutes(1),
            TestContext.Current.CancellationToken
        );
        Assert.True(isRight(seen), $"{seen}instead of\n{wanted}");
        return seen;
    }

    /// <summary>Empty while it is not reached.</summary>
    async Task<string> SeenAsync(string device) =>
        (await lab.CroftAsync("ssh", "host", "--", $"set -- {device}; [ -e /sys/class/net/{device} ] || exit; {Look}")).Output;

    Task<string> OnHostAsync(string command) => lab.SucceedsAsync("ssh", "host", "--", command);
}
