namespace Croft.Cli.Tests;

public sealed class AFolderWithoutAFarm : IDisposable
{
    readonly Cli cli = new();

    public void Dispose() => cli.Dispose();

    [Fact]
    public async Task IsRefusedWithTheNextStep()
    {
        var result = await cli.RunAsync("plan");
        Assert.Equal(2, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.Equal(
            "Error: there is no farm.yaml here or in a folder above\nHint: croft init writes one; -f FILE names one\n",
            result.Error
        );
    }

    [Fact]
    public async Task GetsAFarmThatPlansByInit()
    {
        Assert.Equal(0, (await cli.RunAsync("init")).ExitCode);
        cli.Write(
            "offline.yaml",
            File.ReadAllText(Path.Combine(cli.Folder, "farm.yaml"))
                + "hypervisors:\n  local: { uri: qemu:///system, capabilities: { x86_64: [qemu] }, size: { vcpus: 2, memory: 8GiB } }\n"
        );
        var result = await cli.RunAsync("plan", "--offline", "-f", "offline.yaml");
        Assert.Equal("", result.Error);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("debian-12-amd64", result.Output);
    }

    [Fact]
    public async Task KeepsAFileThatIsThere()
    {
        cli.Write("farm.yaml", "mine");
        var result = await cli.RunAsync("init");
        Assert.Equal(2, result.ExitCode);
        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(cli.Folder, "farm.yaml"), TestContext.Current.CancellationToken));
    }
}
