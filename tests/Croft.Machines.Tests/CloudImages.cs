using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>Images that are laid out as Debian's own for clouds: GRUB, stock cloud-init, no agent, nothing of Croft's.</summary>
public sealed class CloudImages : IAsyncLifetime
{
    const string Who =
        "hostname; cat /etc/machine-id; ip -4 -o address show scope global | awk '{ print $4 }'; sudo cat /etc/ssh/ssh_host_ed25519_key.pub";

    readonly Lab lab = new("cloud");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Theory]
    [InlineData("bookworm", "netplan", "bios")]
    [InlineData("bookworm", "ifupdown", "uefi")]
    [InlineData("bookworm", "NetworkManager", "bios")]
    [InlineData("trixie", "netplan", "uefi")]
    [InlineData("trixie", "ifupdown", "bios")]
    public async Task AreMachinesWhoseForksAreThemselvesAlsoAfterAReboot(string suite, string network, string firmware)
    {
        Lab.OnlyWithAll();
        await new Tool(
            "sh",
            Path.Combine(AppContext.BaseDirectory, "cloud-image.sh"),
            Path.Combine(lab.Folder, "disk.qcow2"),
            suite,
            network
        )
        {
            Environment = new Dictionary<string, string?> { ["TMPDIR"] = "/var/tmp" }, // /tmp may be memory
        }.RunCheckedAsync("building a cloud image", TestContext.Current.CancellationToken);
        lab.Write(
            "farm.yaml",
            $$"""
            farm: cloud
            networks: { front: { cidr: {{Lab.Net(2)}}.71.0/24 } }
            platforms: { theirs: { image: { file: disk.qcow2 }, firmware: {{firmware}}, user: debian, connection_timeout: 5m } }
            vms: { list: [ { name: a, platform: theirs, cloud_init: { network_config: network.yaml } } ] }
            """
        );
        lab.Write("network.yaml", "version: 2\nbridges: { br0: { interfaces: [ eth0 ], parameters: { stp: no, forward-delay: 0 } } }\n");
        await lab.MustAsync(0, "up");
        Assert.Equal("a: status: done\n", await lab.SucceedsAsync("exec", "a", "--", "cloud-init status"));
        await lab.SucceedsAsync("fork", "a", "--name", "b");
        var (parent, fork) = (await SaidAsync("a"), await SaidAsync("b"));
        Assert.Equal("a", parent[0]);
        Assert.Equal("b", fork[0]);
        Assert.Empty(parent.Intersect(fork));
        const string Way = "ls /sys/class/net/br0/brif; ip -4 route show default | awk '{ print $5 }'";
        await lab.SucceedsAsync("restart", "b");
        Assert.Equal(fork, await SaidAsync("b"));
        Assert.Equal(parent, await SaidAsync("a"));
        foreach (var machine in (string[])["a", "b"])
            Assert.Equal("eth0\nbr0\n", await lab.SucceedsAsync("ssh", machine, "--", Way));
    }

    async Task<string[]> SaidAsync(string machine) =>
        (await lab.SucceedsAsync("ssh", machine, "--", Who)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
