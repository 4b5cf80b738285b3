using System.Text.Json.Nodes;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>Croft and virsh on one machine: each shows what the other made, and neither breaks it.</summary>
public sealed class SnapshotsMadeByVirsh : IAsyncLifetime
{
    string Domain => lab.Farm + ".a";

    readonly Lab lab = new("virshsnaps");

    public async ValueTask InitializeAsync()
    {
        lab.Write("farm.yaml", "farm: virshsnaps\nvms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }\n");
        await lab.SucceedsAsync("up");
    }

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task AreShownAndNeverCutOff()
    {
        await WriteAsync("1");
        await lab.SucceedsAsync("snapshot", "create", "ours");
        await VirshShowsOursButCannotHarmIt();
        await OnesInsideTheDiskAreRestoredAndDeletedByCroft();
        await OnesThatVirshMergedIntoAreNotTakenForWhole();
        await OnesInFilesOfTheirOwnAreLeftAlone();
        await lab.SucceedsAsync("destroy", "--yes");
        Assert.Empty(await lab.LeftoversAsync());
    }

    async Task VirshShowsOursButCannotHarmIt()
    {
        Assert.Contains("croft snapshot restore ours a", await VirshAsync("snapshot-dumpxml", Domain, "ours"));
        var disk = await VirshAsync("domblklist", Domain);
        foreach (
            var kind in (string[][])
                [
                    [],
                    ["--force"],
                ]
        )
        {
            Assert.NotEqual(0, (await TryVirshAsync(["snapshot-revert", Domain, "ours", .. kind])).ExitCode);
            await lab.SucceedsAsync("up"); // libvirt may have switched it off
        }

        await TryVirshAsync("snapshot-delete", Domain, "ours");
        Assert.Equal(disk, await VirshAsync("domblklist", Domain));
        await WriteAsync("2");
        await RestoreAsync("ours", "1");
        Assert.Equal("ours", await VirshAsync("snapshot-list", Domain, "--name")); // it is shown again
    }

    async Task OnesInsideTheDiskAreRestoredAndDeletedByCroft()
    {
        await WriteAsync("3");
        await VirshAsync("snapshot-create-as", Domain, "theirs");
        await WriteAsync("4");
        await VirshAsync("snapshot-create-as", Domain, "later");
        Assert.Equal("ours:user:- theirs:virsh:- later:virsh:theirs", await ListAsync());
        foreach (
            var command in (string[][])
                [
                    ["snapshot", "create", "s"],
                    ["snapshot", "create", "theirs"],
                    ["snapshot", "restore", "ours", "--yes"],
                    ["snapshot", "commit", "ours", "--yes"],
                    ["fork", "a"],
                    ["run", "--fresh", "--save-as", "s"],
                ]
        )
            await lab.RefusesAsync(2, ["made by virsh, theirs, later", "cut off"], command);
        await RestoreAsync("theirs", "3");
        await lab.SucceedsAsync("snapshot", "delete", "theirs", "--yes");
        await lab.SucceedsAsync("snapshot", "delete", "later", "--yes");
        Assert.Equal("ours:user:-", await ListAsync());
        await RestoreAsync("ours", "1");
    }

    async Task OnesThatVirshMergedIntoAreNotTakenForWhole()
    {
        await lab.SucceedsAsync("snapshot", "create", "merged", "--disk");
        await WriteAsync("merged");
        await VirshAsync("blockcommit", Domain, "vda", "--active", "--pivot", "--wait", "--shallow");
        foreach (
            var command in (string[][])
                [
                    ["create", "s"],
                    ["restore", "merged", "--yes"],
                ]
        )
            await lab.RefusesAsync(3, ["\"merged\"", "not what it was", "croft snapshot delete merged a"], ["snapshot", .. command]);
        await lab.SucceedsAsync("snapshot", "delete", "merged", "--yes");
        await lab.SucceedsAsync("snapshot", "create", "s");
        Assert.Equal("merged", await ReadAsync());
        await lab.SucceedsAsync("snapshot", "delete", "s", "--yes");
        await RestoreAsync("ours", "1");
    }

    async Task OnesInFilesOfTheirOwnAreLeftAlone()
    {
        await WriteAsync("5");
        await VirshAsync("snapshot-create-as", Domain, "files", "--disk-only");
        await WriteAsync("6");
        foreach (var what in (string[])["restore", "delete"])
            await lab.RefusesAsync(
                2,
                ["\"files\"", "in files of its own", $"virsh snapshot-{(what == "restore" ? "revert" : what)} {Domain} files"],
                "snapshot",
                what,
                "files",
                "--yes"
            );
        await lab.SucceedsAsync("snapshot", "delete", "ours", "--yes"); // what it stood on is what they stand on now
        await lab.SucceedsAsync("stop", "--force");
        await lab.SucceedsAsync("up");
        Assert.Equal("6", await ReadAsync());
        Assert.Equal("files:virsh:-", await ListAsync());
    }

    async Task RestoreAsync(string name, string state)
    {
        await lab.SucceedsAsync("snapshot", "restore", name, "--yes");
        Assert.Equal(state, await ReadAsync());
    }

    Task WriteAsync(string state) => lab.SucceedsAsync("ssh", "a", "--", $"echo {state} > /root/state; sync");

    async Task<string> ReadAsync() => (await lab.SucceedsAsync("ssh", "a", "--", "cat /root/state")).Trim();

    async Task<string> ListAsync() =>
        string.Join(
            ' ',
            JsonNode
                .Parse(await lab.SucceedsAsync("snapshot", "list", "-o", "json"))!
                .AsArray()
                .Select(s => $"{s!["name"]}:{s["madeBy"]}:{s["parent"]?.ToString() ?? "-"}")
        );

    static async Task<string> VirshAsync(params string[] arguments)
    {
        var result = await TryVirshAsync(arguments);
        Assert.True(result.ExitCode == 0, $"virsh {string.Join(' ', arguments)}: {result.Error}");
        return result.Output.Trim();
    }

    static Task<ToolResult> TryVirshAsync(params string[] arguments) =>
        new Tool("virsh", ["-q", "-c", "qemu:///system", .. arguments]).RunAsync(TestContext.Current.CancellationToken);
}
