namespace Croft.Machines.Tests;

/// <summary>A container with systemd that may run containers: it may write to <c>/sys</c>, as a machine with devices of its own.</summary>
public sealed class ANestedContainer : IAsyncLifetime
{
    readonly Lab lab = new("nests");
    readonly ContainerService host = new("LXD");

    public async ValueTask InitializeAsync()
    {
        Lab.OnlyWithAll();
        await host.UpAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("nesting: true")]
    [InlineData("privileged: true")]
    public async Task HasItsAddress(string word)
    {
        lab.Write(
            "farm.yaml",
            $$"""
            farm: nests
            hypervisors: { c: { uri: "{{host.Uri}}" } }
            vms: { list: [ { name: a, platform: debian_12_systemd, runtime: container, connection: ssh, container: { {{word}} } } ] }
            """
        );
        await lab.MustAsync(0, "up");
        Assert.Contains("lxc", await lab.SucceedsAsync("exec", "a", "--", "systemd-detect-virt"), StringComparison.Ordinal);
        await lab.MustAsync(0, "destroy", "--yes");
    }

    public async ValueTask DisposeAsync()
    {
        await lab.DisposeAsync();
        await host.DownAsync();
    }
}
