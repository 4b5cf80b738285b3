namespace Croft.Cli.Tests;

public sealed class Misuse : IDisposable
{
    readonly Cli cli = new();

    public void Dispose() => cli.Dispose();

    [Theory]
    [InlineData("pln", "Error: Unrecognized command or argument 'pln'.\nHint: did you mean \"plan\"? croft --help shows what there is\n")]
    [InlineData(
        "image lsit",
        "Error: Unrecognized command or argument 'lsit'.\nHint: did you mean \"list\"? croft image --help shows what there is\n"
    )]
    [InlineData("zzzzzzzz", "Error: Unrecognized command or argument 'zzzzzzzz'.\nHint: croft --help shows what there is\n")]
    [InlineData("plan --nope", "Error: Unrecognized option '--nope'.\nHint: croft plan --help shows what there is\n")]
    [InlineData("exec --nope -- id", "Error: Unrecognized option '--nope'.\nHint: croft exec --help shows what there is\n")]
    [InlineData("image", "Error: Required command was not provided.\nHint: croft image --help shows what there is\n")]
    [InlineData("ssh", "Error: Required argument missing for command: 'ssh'.\nHint: croft ssh --help shows what there is\n")]
    [InlineData(
        "plan -o xml",
        "Error: Argument 'xml' not recognized. Must be one of: 'table' 'json' 'yaml'\nHint: croft plan --help shows what there is\n"
    )]
    [InlineData(
        "run --only sleep",
        "Error: Argument 'sleep' not recognized. Must be one of: 'dependencies' 'init' 'main' 'terminate' 'shutdown'\nHint: croft run --help shows what there is\n"
    )]
    [InlineData(
        "run --only main --only init --skip init --skip main",
        "Error: --only main --only init with --skip of the same leaves nothing to run\nHint: leave out one of them\n"
    )]
    [InlineData("plan -f", "Error: Required argument missing for option: '-f'.\nHint: croft plan --help shows what there is\n")]
    public async Task IsRefusedWithAHint(string line, string error)
    {
        var result = await cli.RunAsync(line.Split(' '));
        Assert.Equal((2, "", error), (result.ExitCode, result.Output, result.Error));
    }

    /// <summary>What the user can mend needs no line of Croft's sources.</summary>
    [Fact]
    public async Task IsRefusedInTheSameWordsWithDetails()
    {
        Assert.Equal(await cli.RunAsync("run"), await cli.RunAsync("run", "-v"));
        cli.Write("farm.yaml", "farm: f\nvms: { list: [ { name: a, platform: debian_13 } ] }\nnothing: 1");
        Assert.Equal(await cli.RunAsync("run"), await cli.RunAsync("run", "-v"));
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("5ms")]
    [InlineData("5d")]
    [InlineData("1e3")]
    [InlineData("999999999999h")]
    [InlineData("NaN")]
    public async Task OfTimeoutIsRefused(string time)
    {
        var result = await cli.RunAsync("plan", "--timeout=" + time);
        Assert.Equal(2, result.ExitCode);
        Assert.Equal($"Error: \"{time}\" is no time\nHint: write 90s, 10m or 1h; at most 720h\n", result.Error);
    }

    [Fact]
    public async Task IsNotToAskForNothing()
    {
        var result = await cli.RunAsync();
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal((await cli.RunAsync("--help")).Output, result.Output);
    }

    [Fact]
    public async Task IsNotToAskForTheVersion()
    {
        var result = await cli.RunAsync("--version");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Matches(@"^\d+\.\d+\.\d+\S*\n$", result.Output);
    }

    [Theory]
    [InlineData("spawn", "3:nope")]
    [InlineData("spawn", "3", "--stem", "../x")]
    [InlineData("spawn", "3", "--rm")]
    [InlineData("report")]
    [InlineData("cp", "a", "b")]
    [InlineData("image", "remove", "--yes", "nothing")]
    public async Task OfOneCommandIsUsageTooAndWritesNothing(params string[] line)
    {
        var result = await cli.RunAsync(line);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("Error: ", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(cli.Folder));
    }
}
