namespace Croft.Machines.Tests;

/// <summary>Two folders that want the same name, the same addresses or the same network.</summary>
public sealed class FarmsThatMeet : IAsyncLifetime
{
    const string Machine = "platform: debian_12, memory: 256MiB";

    readonly Lab first = new("ftmeet");
    readonly Lab sameName = new("ftmeet");
    readonly Lab sameAddresses = new("ftother");

    public async ValueTask InitializeAsync()
    {
        first.Write(
            "farm.yaml",
            $$"""
            farm: ftmeet
            networks: { lan: { cidr: {{Lab.Net(0)}}.7.0/24 } }
            vms: { list: [ { name: a, {{Machine}} } ] }
            """
        );
        await first.SucceedsAsync("up");
    }

    /// <summary>The farm that others use goes last.</summary>
    public async ValueTask DisposeAsync()
    {
        await sameAddresses.DisposeAsync();
        await sameName.DisposeAsync();
        await first.DisposeAsync();
    }

    [Fact]
    public async Task AreKeptApartOrShareOnlyWhatTheySay()
    {
        await SameNameIsRefusedNamingBothFolders();
        await SameAddressesAreRefusedNamingTheOtherFarm();
        await SharedNetworkJoinsThem();
        await NetworkThatAnotherFarmUsesIsNotDestroyed();
        Assert.Equal("running", await first.StateAsync("a"));
        await AdoptedMachinesLetTheirNewOwnerIn();
    }

    /// <summary>Each lab has an ssh key of its own.</summary>
    async Task AdoptedMachinesLetTheirNewOwnerIn()
    {
        await sameName.SucceedsAsync("adopt", "--yes");
        Assert.Equal("a\n", await sameName.SucceedsAsync("ssh", "a", "--", "hostname"));
        Assert.Contains("Nothing to do", (await sameName.CroftAsync("up")).Error);
    }

    async Task SameNameIsRefusedNamingBothFolders()
    {
        sameName.Write(
            "farm.yaml",
            await File.ReadAllTextAsync(Path.Combine(first.Folder, "farm.yaml"), TestContext.Current.CancellationToken)
        );
        string[] folders = [first.Folder, sameName.Folder];
        foreach (
            var command in new string[][]
            {
                ["plan"],
                ["up"],
                ["run"],
                ["down"],
                ["stop", "a"],
                ["reset", "a"],
                ["exec", "a", "--", "true"],
                ["ssh", "a"],
                ["destroy", "--yes"],
            }
        )
            await sameName.RefusesAsync(3, folders, command);
        Assert.Equal("running", await first.StateAsync("a"));
    }

    async Task SameAddressesAreRefusedNamingTheOtherFarm()
    {
        Other($"lan: {{ cidr: {Lab.Net(0)}.0.0/16 }}", "b");
        await sameAddresses.RefusesAsync(
            3,
            ["farm.yaml:2:", $"{Lab.Net(0)}.7.0/24", $"\"{first.Farm}\"", first.Folder, $"shared: {first.Farm}.lan"],
            "up"
        );
        Assert.Empty(await sameAddresses.LeftoversAsync());
    }

    async Task SharedNetworkJoinsThem()
    {
        Other($"lan: {{ shared: {first.Farm}.lan }}", "a");
        await sameAddresses.RefusesAsync(3, ["another farm has a machine \"a\" in network \"lan\""], "up");
        Other($"lan: {{ shared: {first.Farm}.lan }}", "b");
        await sameAddresses.SucceedsAsync("up");
        Assert.Equal("b\n", await sameAddresses.SucceedsAsync("ssh", "b", "--", "hostname"));
        Assert.Equal("a\n", await first.SucceedsAsync("ssh", "a", "--", "hostname"));
    }

    async Task NetworkThatAnotherFarmUsesIsNotDestroyed()
    {
        await first.RefusesAsync(3, [$"\"{sameAddresses.Farm}\"", sameAddresses.Folder], "destroy", "--yes");
        await sameAddresses.SucceedsAsync("destroy", "--yes");
        Assert.Empty(await sameAddresses.LeftoversAsync());
        Assert.Contains($"network {first.Farm}.lan", await first.LeftoversAsync());
    }

    void Other(string network, string machine) =>
        sameAddresses.Write(
            "farm.yaml",
            $$"""
            farm: ftother
            networks: { {{network}} }
            vms: { list: [ { name: {{machine}}, {{Machine}} } ] }
            """
        );
}
