using System.Text.Json.Nodes;

namespace Croft.Machines.Tests;

public sealed class SixteenMachines : IAsyncLifetime
{
    static readonly string[] Names = [.. Enumerable.Range(1, 16).Select(number => $"m-{number}")];

    readonly Lab lab = new("scale");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task ComeUpEachAtItsOwnAddressAllAnswerAndNothingIsLeft()
    {
        Lab.OnlyWithAll();
        lab.Write(
            "farm.yaml",
            """
            farm: scale
            vms: { list: [ { name: m, platform: debian_12, memory: 192MiB, count: 16, connection_timeout: 10m } ] }
            """
        );
        await lab.SucceedsAsync("up");
        Assert.Equal(
            Names.Select(name => $"{name}: {name}").Order(),
            (await lab.SucceedsAsync("exec", "--", "hostname")).TrimEnd().Split('\n').Order()
        );

        var machines = JsonNode.Parse(await lab.SucceedsAsync("ls", "-o", "json"))!.AsArray();
        Assert.Equal(Names.Order(), machines.Select(machine => (string)machine!["name"]!).Order());
        Assert.All(machines, machine => Assert.Equal("running", (string?)machine!["state"]));
        Assert.Distinct(machines.SelectMany(machine => machine!["addresses"]!.AsObject()).Select(address => (string?)address.Value));

        await lab.SucceedsAsync("destroy", "--yes");
        Assert.Empty(await lab.LeftoversAsync());
    }
}
