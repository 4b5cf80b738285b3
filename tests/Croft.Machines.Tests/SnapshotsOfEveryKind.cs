using System.Text.Json.Nodes;

namespace Croft.Machines.Tests;

/// <summary>Each operation on each kind of snapshot of each kind of guest. <see cref="SnapshotsOfAMachine"/> stands for them otherwise.</summary>
public sealed class SnapshotsOfEveryKind : IAsyncLifetime
{
    readonly Lab lab = new("snapkinds");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Theory]
    [InlineData("debian_12", "disk")]
    [InlineData("debian_12", "memory")]
    [InlineData("debian_13_systemd", "disk")]
    [InlineData("debian_13_systemd", "memory")]
    public async Task AreTakenRestoredBranchedDeletedInTheMiddleAndCommitted(string platform, string kind)
    {
        Lab.OnlyWithAll();
        if (platform != "debian_12" && kind == "disk" && Lab.Rounds(1) == 1)
            Assert.Skip("takes ten minutes: CROFT_TEST_ROUNDS=2 runs it");
        lab.Write("farm.yaml", $"farm: snapkinds\nvms: {{ list: [ {{ name: a, platform: {platform} }} ] }}\n");
        await lab.SucceedsAsync("up");
        await CreateAsync("base", kind, "1");
        await CreateAsync("middle", kind, "2");
        await CreateAsync("top", kind, "3");
        await RestoreAsync("middle", "2");
        await CreateAsync("branch", kind, "4");
        Assert.Equal("base:- middle:base top:middle branch:middle", await TreeAsync());

        await lab.SucceedsAsync("snapshot", "delete", "middle", "--yes");
        Assert.Equal("base:- top:base branch:base", await TreeAsync());
        await WriteAsync("5");
        await lab.SucceedsAsync("snapshot", "commit", "branch", "--yes");
        Assert.Equal("base:- top:base branch:base", await TreeAsync());
        await RestoreAsync("top", "3");
        await RestoreAsync("branch", "5");
        await CreateAsync("other", kind == "disk" ? "memory" : "disk", "6");
        await lab.SucceedsAsync("destroy", "--yes");
        Assert.Empty(await lab.LeftoversAsync());
    }

    async Task CreateAsync(string name, string kind, string state)
    {
        await WriteAsync(state);
        Assert.DoesNotContain("not frozen", (await lab.MustAsync(0, "snapshot", "create", name, "--" + kind)).Error);
    }

    async Task RestoreAsync(string name, string state)
    {
        await lab.SucceedsAsync("snapshot", "restore", name, "--yes");
        Assert.Equal(state, (await lab.SucceedsAsync("ssh", "a", "--", "cat state")).Trim());
    }

    Task WriteAsync(string state) => lab.SucceedsAsync("ssh", "a", "--", $"echo {state} > state; sync");

    async Task<string> TreeAsync() =>
        string.Join(
            ' ',
            JsonNode
                .Parse(await lab.SucceedsAsync("snapshot", "list", "-o", "json"))!
                .AsArray()
                .OrderBy(s => Array.IndexOf(["base", "middle", "top", "branch"], (string)s!["name"]!))
                .Select(s => $"{s!["name"]}:{s["parent"]?.ToString() ?? "-"}")
        );
}
