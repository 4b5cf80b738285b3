using System.Text.Json.Nodes;

namespace Croft.Machines.Tests;

/// <summary>A cache that holds three of a machine's layers: the first, which all stand on, and two of its init phase.</summary>
public sealed class LayersThatTakeTooMuch : IAsyncLifetime
{
    readonly Lab lab = new("keeplayers");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task GoByLeastRecentUse()
    {
        await RunAsync("300MiB", "first");
        await RunAsync("300MiB", "second");
        await RunAsync("300MiB", "first"); // used again
        Assert.Equal(3, await LayersAsync());
        Assert.DoesNotContain(lab.Journal(), line => line.Contains("evicted"));

        await RunAsync("300MiB", "third");
        Assert.Contains("layer init of ", Assert.Single(lab.Journal(), line => line.Contains("is evicted")));
        Assert.Equal(3, await LayersAsync());
        Assert.Equal("hit", await CachedAsync("first"));
        Assert.Equal("miss", await CachedAsync("second"));
    }

    [Fact]
    public async Task StayWhileTheyAreInUse()
    {
        await RunAsync("300MiB", "first");
        await RunAsync("0KiB", "second");
        Assert.Equal(2, await LayersAsync()); // those of the present plan
        Assert.Equal("hit", await CachedAsync("second"));
        await lab.SucceedsAsync("snapshot", "create", "mine");
        await RunAsync("0KiB", "third");
        Assert.Equal(3, await LayersAsync()); // the second's too: "mine" stands on it
        await lab.SucceedsAsync("snapshot", "restore", "mine", "--yes");
    }

    async Task<string> CachedAsync(string init)
    {
        lab.Write("phases/init.sh", $"echo {init} > /root/init\n");
        return (string)JsonNode.Parse(await lab.SucceedsAsync("plan", "-o", "json"))!["machines"]![0]!["cache"]!["init"]!;
    }

    async Task RunAsync(string keep, string init)
    {
        lab.Write(
            "farm.yaml",
            $$"""
            farm: keeplayers
            vms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }
            project: { phases: phases }
            cache: { keep: {{keep}} }
            """
        );
        lab.Write("phases/init.sh", $"echo {init} > /root/init\n");
        await lab.RunAsync("run");
    }

    async Task<int> LayersAsync() =>
        JsonNode.Parse(await lab.SucceedsAsync("snapshot", "list", "-o", "json"))!.AsArray().Count(s => (string?)s!["madeBy"] == "layer");
}
