using Croft.Testing;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>Networks whose names could be mistaken for each other's, and one that is declared otherwise than it is.</summary>
public sealed class NetworksOfFarms : IAsyncLifetime
{
    const string Machine = "platform: debian_12, memory: 256MiB";

    readonly Lab first = new("ftnet");
    readonly Lab second;

    public NetworksOfFarms() => second = new($"{first.Farm}-test", TestFolder.New(Lab.Prefix));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await second.DisposeAsync();
        await first.DisposeAsync();
    }

    [Fact]
    public async Task AreTheirOwnAndWhatTheyAreDeclared()
    {
        First("test-default: {}");
        await first.SucceedsAsync("up");
        second.Write(
            "farm.yaml",
            $$"""
            farm: {{second.Farm}}
            vms: { list: [ { name: a, {{Machine}} }, { name: b, {{Machine}} } ] }
            """
        );
        await second.SucceedsAsync("up");
        Assert.Contains($"network {second.Farm}.default", await second.LeftoversAsync());
        foreach (var name in (string[])["b", $"b.{second.Farm}", $"b.{second.Farm}.croft.internal"])
            Assert.Equal(await AddressAsync(second, "b"), await ResolveAsync(second, name));
        await second.MustAsync(2, "ssh", "a", "--", "getent", "ahostsv4", $"b.{first.Farm}");
        Assert.NotEqual(await AddressAsync(first), await AddressAsync(second));
        await second.SucceedsAsync("destroy", "--yes");

        await BecomeWhatTheyAreDeclaredOnceNothingIsOnThem();
        await ThatAnotherMadeAreRefused();
    }

    async Task BecomeWhatTheyAreDeclaredOnceNothingIsOnThem()
    {
        First("test-default: { mode: isolated }");
        await first.RefusesAsync(3, ["farm.yaml:2:", "is nat and becomes isolated", "croft down a"], "plan");
        await first.RefusesAsync(3, ["is nat and becomes isolated", "croft down a"], "up");
        await first.SucceedsAsync("down");
        Assert.Contains("is nat and becomes isolated", (await first.MustAsync(0, "plan")).Error);
        await first.SucceedsAsync("up");
        Assert.DoesNotContain("<forward", await XmlAsync($"{first.Farm}.test-default"));
        Assert.Contains("Nothing to do", (await first.MustAsync(0, "up")).Error);
        await first.SucceedsAsync("destroy", "--yes");
    }

    async Task ThatAnotherMadeAreRefused()
    {
        second.Write(
            "net.xml",
            $"<network><name>{first.Farm}.test-default</name><bridge name='ftnetbr0'/><ip address='10.93.1.1' prefix='24'/></network>"
        );
        await new Tool("virsh", "-q", "-c", "qemu:///system", "net-define", Path.Combine(second.Folder, "net.xml")).RunCheckedAsync(
            "defining a network",
            TestContext.Current.CancellationToken
        );
        try
        {
            await first.RefusesAsync(3, ["Croft did not make", $"virsh net-undefine {first.Farm}.test-default"], "up");
            await first.RefusesAsync(3, ["Croft did not make"], "plan");
        }
        finally
        {
            await new Tool("virsh", "-q", "-c", "qemu:///system", "net-undefine", $"{first.Farm}.test-default").RunAsync(
                CancellationToken.None
            );
        }
    }

    void First(string network) =>
        first.Write(
            "farm.yaml",
            $$"""
            farm: {{first.Farm}}
            networks: { {{network}} }
            vms: { list: [ { name: a, {{Machine}} } ] }
            """
        );

    static async Task<string> AddressAsync(Lab lab, string machine = "a") =>
        System.Text.Json.Nodes.JsonNode.Parse((await lab.CroftAsync("ls", machine, "-o", "json")).Output)![0]!["addresses"]!
            .AsObject()
            .Select(a => (string?)a.Value)
            .Single()!;

    static async Task<string> ResolveAsync(Lab lab, string name) =>
        (await lab.SucceedsAsync("ssh", "a", "--", "getent", "ahostsv4", name)).Split(' ')[0];

    static async Task<string> XmlAsync(string network) =>
        (await new Tool("virsh", "-q", "-c", "qemu:///system", "net-dumpxml", network).RunAsync(CancellationToken.None)).Output;
}
