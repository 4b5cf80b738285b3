namespace Croft.Cli.Tests;

public sealed class WhichFarm : IDisposable
{
    const string Text =
        "hypervisors: { h: { uri: qemu+ssh://h/system, capabilities: { x86_64: [kvm] } } }\nvms: { list: [ { platform: debian_13 } ] }";

    readonly Cli cli = new();

    public void Dispose() => cli.Dispose();

    [Fact]
    public async Task IsTheNearestAbove()
    {
        cli.Write("farm.yaml", "farm: outer\n" + Text);
        cli.Write("a/farm.yaml", "farm: inner\n" + Text);
        Directory.CreateDirectory(Path.Combine(cli.Folder, "a/b/c"));
        Directory.CreateDirectory(Path.Combine(cli.Folder, "d"));
        Assert.Contains(
            "\"farm\": \"inner\"",
            (await cli.InAsync(Path.Combine(cli.Folder, "a/b/c"), "plan", "--offline", "-o", "json")).Output
        );
        Assert.Contains(
            "\"farm\": \"outer\"",
            (await cli.InAsync(Path.Combine(cli.Folder, "d"), "plan", "--offline", "-o", "json")).Output
        );
    }

    [Theory]
    [InlineData("other.yaml")]
    [InlineData("./other.yaml")]
    [InlineData("sub")]
    [InlineData("sub/farm.yaml")]
    [InlineData("pool")]
    public async Task IsTheNamedFileFolderOrPool(string name)
    {
        cli.Write("farm.yaml", "farm: wrong\n" + Text);
        cli.Write("other.yaml", "farm: right\n" + Text);
        cli.Write("sub/farm.yaml", "farm: right\n" + Text);
        cli.Write(Path.Combine(cli.Home, "data/croft/pools/pool/farm.yaml"), "farm: right\n" + Text);
        foreach (var option in new[] { "-f", "--farm" })
            Assert.Contains("\"farm\": \"right\"", (await cli.RunAsync("plan", "--offline", "-o", "json", option, name)).Output);
        Assert.Contains("\"farm\": \"right\"", (await cli.RunAsync("--farm", name, "plan", "--offline", "-o", "json")).Output);
    }

    /// <summary>Machines are looked for in all pools, whatever is wrong with one of them.</summary>
    [Fact]
    public async Task IsNamedWhereItCannotBeRead()
    {
        var broken = Path.Combine(cli.Home, "data/croft/pools/bad/farm.yaml");
        cli.Write(broken, "farm: bad\nvms: { lost: 1 }\n");
        var result = await cli.RunAsync("status", "x");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains($"machine \"x\" may be one of {broken}, but: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IsRefusedWhenItIsNotThere()
    {
        var result = await cli.RunAsync("plan", "-f", "nowhere.yaml");
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Equal(
            "Error: there is no farm file nowhere.yaml, and no pool of that name\nHint: croft init writes a farm file\n",
            result.Error
        );
        var folder = await cli.RunAsync("plan", "-f", ".");
        Assert.Equal((2, $"Error: no farm file {cli.Folder}/farm.yaml; croft init writes one\n"), (folder.ExitCode, folder.Error));
    }

    [Theory]
    [InlineData("123")]
    [InlineData("true")]
    [InlineData("Größe & Co")]
    [InlineData("-x-")]
    [InlineData("0x10")]
    [InlineData("a: b # c")]
    public async Task IsWrittenByInitInAFolderOfAnyName(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(cli.Folder, name)).FullName;
        Assert.Equal((0, ""), ((await cli.InAsync(folder, "init")).ExitCode, (await cli.InAsync(folder, "ls", "--help")).Error));
        await File.AppendAllTextAsync(
            Path.Combine(folder, "farm.yaml"),
            "hypervisors: { h: { uri: qemu+ssh://h/system, capabilities: { x86_64: [kvm] } } }\n",
            TestContext.Current.CancellationToken
        );
        var plan = await cli.InAsync(folder, "plan", "--offline");
        Assert.Equal((0, ""), (plan.ExitCode, plan.Error));
        var again = await cli.InAsync(folder, "init");
        Assert.Equal(
            (2, $"Error: {folder}/farm.yaml exists\nHint: edit it; croft plan says what it means\n"),
            (again.ExitCode, again.Error)
        );
    }
}
