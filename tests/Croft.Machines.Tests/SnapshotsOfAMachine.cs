using System.Text.Json.Nodes;

namespace Croft.Machines.Tests;

/// <summary>A machine with two disks, and a file in it that says which state it is in: what a snapshot promises is what is found.</summary>
public sealed class SnapshotsOfAMachine : IAsyncLifetime
{
    readonly Lab lab = new("snaps");

    public async ValueTask InitializeAsync()
    {
        Declare("256MiB");
        await lab.SucceedsAsync("up");
    }

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task AlwaysRestoreAndGiveBackWhatNobodyNeeds()
    {
        await BranchesGrowFromOneSnapshot();
        await SnapshotInTheMiddleGoesWhenOnlyOneStandsOnIt();
        await DisksAloneAreKeptWithTheFileSystemsFrozen();
        await BaseIsMaintainedByCommit();
        await MachinesAreTakenTogetherOrNotAtAll();
        await DefinitionOfThenComesBackOnlyWhenAskedFor();
        await DamagedSnapshotIsNamed();
        await lab.SucceedsAsync("destroy", "--yes");
        Assert.Empty(await lab.LeftoversAsync());
    }

    async Task BranchesGrowFromOneSnapshot()
    {
        await WriteAsync("1");
        await lab.SucceedsAsync("snapshot", "create", "s1", "a");
        await WriteAsync("2");
        await lab.SucceedsAsync("snapshot", "create", "s2", "a", "--memory");
        await WriteAsync("3");
        await lab.SucceedsAsync("snapshot", "create", "s3", "a");
        await RestoreAsync("s2", "2");
        await WriteAsync("2b");
        await lab.SucceedsAsync("snapshot", "create", "s2b", "a");
        Assert.Equal("s1:- s2:s1 s3:s2 s2b:s2", await TreeAsync());
        await RestoreAsync("s3", "3", "--save-as", "kept");
        Assert.Equal("s1:- s2:s1 s3:s2 s2b:s2 kept:s2b", await TreeAsync());
        await lab.RefusesAsync(2, ["needs confirmation"], "snapshot", "restore", "s1", "a");
        await lab.RefusesAsync(2, ["has a snapshot \"s1\" already"], "snapshot", "create", "s1", "a");
    }

    async Task SnapshotInTheMiddleGoesWhenOnlyOneStandsOnIt()
    {
        await lab.SucceedsAsync("snapshot", "delete", "s2", "a", "--yes");
        Assert.Equal("s1:- s3:s1 s2b:s1 kept:s2b", await TreeAsync());
        Assert.Equal(["s3, s2b", "s3, s2b"], await HiddenAsync());
        Assert.Contains("held by s3, s2b", await lab.SucceedsAsync("snapshot", "tree", "a"));
        await RestoreAsync("s2b", "2b");
        await lab.SucceedsAsync("snapshot", "delete", "s2b", "a", "--yes", "--subtree");
        Assert.Equal("s1:- s3:s1", await TreeAsync());
        await lab.SucceedsAsync("down", "a");
        await lab.SucceedsAsync("snapshot", "delete", "s1", "a", "--yes");
        Assert.Equal("s3:-", await TreeAsync());
        Assert.Equal(["s3, now", "s3, now"], await HiddenAsync()); // s2 holds what s1 was; what s2b was is the machine's own
        await RestoreAsync("s3", "3");
        Assert.Equal(["s3", "s3"], await HiddenAsync()); // a running machine has both open
    }

    async Task DisksAloneAreKeptWithTheFileSystemsFrozen()
    {
        await WriteAsync("4");
        Assert.DoesNotContain("not frozen", (await lab.CroftAsync("snapshot", "create", "disks", "a", "--disk")).Error);
        await WriteAsync("5");
        await RestoreAsync("disks", "4");
        Assert.Equal("disk", (await ListAsync()).Single(s => (string?)s!["name"] == "disks")!["kind"]!.ToString());
        await lab.SucceedsAsync("snapshot", "delete", "disks", "a", "--yes");
        Assert.Equal("4", await ReadAsync());
        Assert.Equal(["s3", "s3"], await HiddenAsync()); // what "disks" was is merged into the running machine's own disks
    }

    async Task BaseIsMaintainedByCommit()
    {
        await lab.SucceedsAsync("snapshot", "create", "base", "a", "--offline");
        await WriteAsync("6");
        await lab.SucceedsAsync("snapshot", "commit", "base", "a", "--yes");
        await WriteAsync("7");
        await RestoreAsync("base", "6");
        Assert.Equal("s3:- base:s3", await TreeAsync());
        Assert.Empty(await HiddenAsync());
        await lab.RefusesAsync(2, ["cannot change: base is based on it"], "snapshot", "commit", "s3", "a", "--yes");
        await RestoreAsync("s3", "3");
        await lab.RefusesAsync(2, ["is not based on \"base\""], "snapshot", "commit", "base", "a", "--yes");
    }

    async Task MachinesAreTakenTogetherOrNotAtAll()
    {
        Assert.Contains("stood still for", (await lab.CroftAsync("snapshot", "create", "all", "--together")).Error);
        Assert.Equal(["a", "b"], (await ListAsync()).Where(s => (string?)s!["name"] == "all").Select(s => (string)s!["machine"]!));
        Assert.Equal("running", await lab.StateAsync("b"));
        await lab.SucceedsAsync("down", "b");
        await lab.RefusesAsync(2, ["\"b\" is off and has no memory"], "snapshot", "create", "none", "--together", "--memory");
        Assert.DoesNotContain(await ListAsync(), s => (string?)s!["name"] == "none");
    }

    async Task DefinitionOfThenComesBackOnlyWhenAskedFor()
    {
        await WriteAsync("8");
        await lab.SucceedsAsync("snapshot", "create", "then", "a");
        Declare("320MiB");
        await lab.SucceedsAsync("up", "a");
        await lab.RefusesAsync(2, ["--with-definition"], "snapshot", "restore", "then", "a", "--yes");
        var restored = await lab.CroftAsync("snapshot", "restore", "then", "a", "--with-definition", "--yes");
        Assert.Contains("- <memory unit=\"KiB\">262144</memory>", restored.Error);
        Assert.Contains("+ <memory unit=\"KiB\">327680</memory>", restored.Error);
        Assert.Equal("8", await ReadAsync());
        Assert.Equal("restart", (string?)JsonNode.Parse(await lab.SucceedsAsync("plan", "a", "-o", "json"))!["machines"]![0]!["action"]);
    }

    async Task DamagedSnapshotIsNamed()
    {
        var file = (string)JsonNode.Parse(await lab.SucceedsAsync("snapshot", "show", "base", "a"))![0]!["files"]![0]!;
        File.Delete("/var/lib/libvirt/croft/" + file);
        await new Tools.Tool("virsh", "-q", "-c", "qemu:///system", "pool-refresh", "croft").RunAsync(
            TestContext.Current.CancellationToken
        );
        await lab.RefusesAsync(3, ["\"base\"", "is not whole", file], "snapshot", "restore", "base", "a", "--yes");
        await lab.SucceedsAsync("snapshot", "delete", "base", "a", "--yes");
        Assert.Equal("8", await ReadAsync());
    }

    void Declare(string memory) =>
        lab.Write(
            "farm.yaml",
            $$"""
            farm: snaps
            vms:
              list:
                - { name: a, platform: debian_12, memory: {{memory}}, disks: [ { name: data, size: 64MiB, format: ext4, mount: /data } ] }
                - { name: b, platform: debian_12, memory: 256MiB }
            """
        );

    Task WriteAsync(string state) => lab.SucceedsAsync("ssh", "a", "--", $"echo {state} > /root/state; echo {state} > /data/state; sync");

    async Task<string> ReadAsync()
    {
        var states = (await lab.SucceedsAsync("ssh", "a", "--", "cat /root/state /data/state")).Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries
        );
        return Assert.Single(states.Distinct());
    }

    async Task RestoreAsync(string name, string state, params string[] options)
    {
        await lab.SucceedsAsync(["snapshot", "restore", name, "a", .. options.Length == 0 ? ["--yes"] : options]);
        if (await lab.StateAsync("a") == "running")
            Assert.Equal(state, await ReadAsync());
    }

    async Task<string> TreeAsync() =>
        string.Join(' ', (await ListAsync("a")).Select(s => $"{s!["name"]}:{s["parent"]?.ToString() ?? "-"}"));

    async Task<JsonArray> ListAsync(params string[] machines) =>
        JsonNode.Parse(await lab.SucceedsAsync(["snapshot", "list", "-o", "json", .. machines]))!.AsArray();

    async Task<string[]> HiddenAsync() =>
        [
            .. JsonNode.Parse(await lab.SucceedsAsync("snapshot", "tree", "a", "-o", "json"))![0]!["hidden"]!
                .AsArray()
                .Select(h => string.Join(", ", h!["heldBy"]!.AsArray())),
        ];
}
