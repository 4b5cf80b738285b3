using System.Text.Json.Nodes;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>
/// A machine with UEFI and two disks, one of them raw. Its witness is a UEFI variable and a file on each disk: always of the same state.
/// </summary>
public sealed class MachinesWithUefi : IAsyncLifetime
{
    const string Variables = "/sys/firmware/efi/efivars";
    const string Variable = Variables + "/Croft-12345678-1234-1234-1234-123456789abc";
    const string Mount = $"mountpoint -q {Variables} || mount -t efivarfs efivarfs {Variables}; ";

    readonly Lab lab = new("uefivars");

    public async ValueTask InitializeAsync()
    {
        if (!Directory.Exists("/usr/share/OVMF"))
            Assert.Skip("ovmf is not installed");
        lab.Write(
            "farm.yaml",
            """
            farm: uefivars
            vms:
              list:
                - name: a
                  platform: debian_12
                  memory: 256MiB
                  firmware: uefi
                  disks: [ { name: data, size: 64MiB, type: raw, format: ext4, mount: /data } ]
            """
        );
        await lab.SucceedsAsync("up");
    }

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task KeepTheirVariablesWithTheirDisks()
    {
        await WriteAsync("1");
        await lab.SucceedsAsync("snapshot", "create", "d1", "a", "--disk");
        await WriteAsync("2");
        await lab.SucceedsAsync("snapshot", "create", "m2", "a", "--memory");
        await WriteAsync("3");
        await RestoreAsync("m2", "2");
        await WriteAsync("4");
        await lab.SucceedsAsync("fork", "a");
        Assert.Equal("4", await ReadAsync("a-1"));
        Assert.Equal(3, Directory.GetFiles("/var/lib/libvirt/croft", lab.Farm + ".a.nvram.*").Length); // its own, and of two snapshots
        await WriteAsync("5", "a-1");
        Assert.Equal("4", await ReadAsync());
        await lab.SucceedsAsync("destroy", "a-1", "--yes");
        await RestoreAsync("d1", "1");
        await lab.SucceedsAsync("destroy", "--yes");
        Assert.Empty(await lab.LeftoversAsync());
        Assert.Empty(Directory.GetFiles("/var/lib/libvirt/croft", lab.Farm + ".*"));
    }

    [Theory]
    [InlineData("--disk")]
    [InlineData("--memory")]
    public async Task KeepThemThroughEverySnapshotCommand(string kind)
    {
        Lab.OnlyWithAll();
        await WriteAsync("1");
        await lab.SucceedsAsync("snapshot", "create", "s1", "a", kind);
        await WriteAsync("2");
        await lab.SucceedsAsync("snapshot", "create", "s2", "a", kind);
        await WriteAsync("3");
        await lab.SucceedsAsync("snapshot", "create", "s3", "a", kind);
        await RestoreAsync("s2", "2");
        await WriteAsync("4");
        await lab.SucceedsAsync("snapshot", "create", "s4", "a", kind); // a branch
        await lab.SucceedsAsync("snapshot", "delete", "s2", "a", "--yes"); // the middle
        Assert.Equal("s1:- s3:s1 s4:s1", await TreeAsync());
        await RestoreAsync("s3", "3");
        await RestoreAsync("s4", "4");
        await lab.SucceedsAsync("snapshot", "delete", "s3", "a", "--yes");
        await lab.SucceedsAsync("snapshot", "delete", "s4", "a", "--yes");
        await RestoreAsync("s1", "1");
        await WriteAsync("5");
        await lab.SucceedsAsync("snapshot", "commit", "s1", "a", "--yes");
        await WriteAsync("6");
        await lab.SucceedsAsync("restart", "a");
        Assert.Equal("6", await ReadAsync());
        await RestoreAsync("s1", "5");
        await lab.SucceedsAsync("snapshot", "delete", "s1", "a", "--yes");
        Assert.Equal("5", await ReadAsync());
        Assert.Single(Directory.GetFiles("/var/lib/libvirt/croft", lab.Farm + ".a.nvram.*"));
    }

    [Fact]
    public async Task AreRefusedAMemorySnapshotWhileTheyShareAFolder()
    {
        Lab.OnlyWithAll();
        await lab.SucceedsAsync("down");
        var xml = (await VirshAsync("dumpxml", "--inactive", lab.Farm + ".a")).Replace(
            "</devices>",
            "<filesystem type='mount' accessmode='passthrough'><source dir='/usr/share/OVMF'/><target dir='shared'/><readonly/></filesystem></devices>",
            StringComparison.Ordinal
        );
        lab.Write("a.xml", xml);
        await VirshAsync("define", Path.Combine(lab.Folder, "a.xml"));
        await lab.SucceedsAsync("start", "a");
        await WriteAsync("1");
        var before = await VirshAsync("dumpxml", lab.Farm + ".a");
        await lab.RefusesAsync(2, ["\"a\" shares a folder of its host", "--disk"], "snapshot", "create", "m", "a", "--memory");
        await lab.RefusesAsync(2, ["shares a folder"], "fork", "a");
        Assert.Equal(before, await VirshAsync("dumpxml", lab.Farm + ".a"));
        await lab.SucceedsAsync("snapshot", "create", "d", "a", "--disk");
        await WriteAsync("2");
        await RestoreAsync("d", "1");
    }

    static async Task<string> VirshAsync(params string[] arguments)
    {
        var result = await new Tool("virsh", ["-q", "-c", "qemu:///system", .. arguments]).RunAsync(TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }

    /// <summary>
    /// 7: a variable that stays, and that firmware and system both see. Linux lets no variable be written that it does not know, until told
    /// so.
    /// </summary>
    Task WriteAsync(string state, string machine = "a") =>
        lab.SucceedsAsync(
            "ssh",
            machine,
            "--",
            $"{Mount} [ ! -e {Variable} ] || chattr -i {Variable}; printf '\\007\\000\\000\\000{state}' >{Variable} && echo {state} | tee /root/state >/data/state && sync"
        );

    async Task<string> ReadAsync(string machine = "a")
    {
        var states = (
            await lab.SucceedsAsync("ssh", machine, "--", $"{Mount} cat {Variable} | tail -c 1; echo; cat /root/state /data/state")
        ).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, states.Length);
        return Assert.Single(states.Distinct());
    }

    async Task RestoreAsync(string name, string state)
    {
        await lab.SucceedsAsync("snapshot", "restore", name, "a", "--yes");
        Assert.Equal(state, await ReadAsync());
    }

    async Task<string> TreeAsync() =>
        string.Join(
            ' ',
            JsonNode
                .Parse(await lab.SucceedsAsync("snapshot", "list", "-o", "json", "a"))!
                .AsArray()
                .Select(s => $"{s!["name"]}:{s["parent"]?.ToString() ?? "-"}")
        );
}
