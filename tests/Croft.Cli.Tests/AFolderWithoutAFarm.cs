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

    [Theory]
    [InlineData("nosuch", "there are: debian_12, ")]
    [InlineData("fedorra", "did you mean \"fedora\"?")]
    public async Task HasOneWordForPlatformsThatNobodyKnows(string name, string hint)
    {
        string[][] commands =
        [
            ["spawn", $"1:{name}"],
            ["image", "pull", name],
            ["image", "update", name],
        ];
        foreach (var command in commands)
        {
            var result = await cli.RunAsync(command);
            Assert.Equal(2, result.ExitCode);
            Assert.StartsWith($"Error: no platform \"{name}\" in the catalogue\nHint: {hint}", result.Error);
        }
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
