namespace Croft.Cli.Tests;

/// <summary>libvirt's own test hypervisor: answers, has no machine of Croft.</summary>
public sealed class FarmOnTheTestDriver : IDisposable
{
    readonly Cli cli = new();

    public FarmOnTheTestDriver() =>
        cli.Write(
            "farm.yaml",
            "farm: f\nhypervisors: { t: { uri: \"test:///default\" } }\nvms: { list: [ { name: a, platform: debian_13 } ] }"
        );

    public void Dispose() => cli.Dispose();

    [Fact]
    public async Task HasNoMachinesYet()
    {
        var hosts = await cli.RunAsync("hosts");
        Assert.Equal((0, "", ""), (hosts.ExitCode, hosts.Output, hosts.Error));
        var ls = await cli.RunAsync("ls", "-o", "json");
        Assert.Equal((0, "[]\n", ""), (ls.ExitCode, ls.Output, ls.Error));
        Assert.Equal("[]\n", (await cli.RunAsync("ls", "-o", "yaml")).Output);
        var status = await cli.RunAsync("status", "a");
        Assert.Equal((2, ""), (status.ExitCode, status.Output));
        Assert.Contains("there is no machine \"a\"", status.Error);
    }

    [Fact]
    public async Task IsSeenThoughThatDriverKnowsLess()
    {
        var plan = await cli.RunAsync("plan");
        Assert.DoesNotContain("unsupported flags", plan.Error);
        Assert.DoesNotContain("Internal error", plan.Error);
    }

    [Fact]
    public async Task SaysWhatItWaitsForWithoutATerminal()
    {
        cli.Write(".croft/lock", "");
        using var other = Tools.FileLock.TryEnter(Path.Combine(cli.Folder, ".croft/lock"));
        var result = await cli.ShellAsync("$croft --timeout 13s destroy --yes -o json 2>said");
        Assert.Equal((3, ""), (result.ExitCode, result.Output));
        Assert.Contains(
            "Still waiting for whoever has ",
            await File.ReadAllTextAsync(Path.Combine(cli.Folder, "said"), TestContext.Current.CancellationToken)
        );
    }

    [Theory]
    [InlineData("{", "is no plan")]
    [InlineData("[]", "is no plan")]
    [InlineData("{ \"farm\": 1, \"machines\": [], \"networks\": [] }", "is no plan")]
    [InlineData("{ \"farm\": \"f\", \"farm\": \"f\", \"machines\": [], \"networks\": [] }", "is no plan")]
    [InlineData("{ \"farm\": \"f\", \"machines\": [ { \"name\": 1 } ], \"networks\": [] }", "is no plan")]
    [InlineData("{ \"farm\": \"f\", \"machines\": [ { \"name\": \"a\", \"layers\": 1 } ], \"networks\": [] }", "is no plan")]
    [InlineData("{ \"farm\": \"f\", \"machines\": [], \"networks\": [ null ] }", "is no plan")]
    [InlineData("{ \"farm\": \"f\", \"machines\": [], \"networks\": [], \"problems\": [ 1 ] }", "is no plan")]
    [InlineData("{ \"farm\": \"g\", \"machines\": [], \"networks\": [] }", "is a plan of farm \"g\", and this is \"f\"")]
    [InlineData(
        "{ \"farm\": \"f\", \"machines\": [], \"networks\": [], \"problems\": [ { \"message\": \"no room\" } ] }",
        "cannot be carried out: no room"
    )]
    [InlineData("{ \"farm\": \"f\", \"machines\": [ { \"name\": \"b\" } ], \"networks\": [] }", "machine \"b\" is in the plan no more")]
    public async Task CarriesOutOnlyPlansThatAreItsOwn(string stored, string said)
    {
        cli.Write("stored", stored);
        var up = await cli.RunAsync("up", "--plan", "stored");
        Assert.Contains(said, up.Error);
        Assert.InRange(up.ExitCode, 2, 3);
        Assert.Equal(2, (await cli.RunAsync("up", "--plan", "stored", "a")).ExitCode);
        Assert.Contains("nowhere cannot be read: it does not exist", (await cli.RunAsync("run", "--plan", "nowhere")).Error);
        Assert.Contains(". cannot be read: it is a folder, not a file", (await cli.RunAsync("run", "--plan", ".")).Error);
    }

    [Fact]
    public async Task HasAnSshConfigThatSshTakes()
    {
        var config = await cli.RunAsync("ssh-config");
        Assert.Equal((0, ""), (config.ExitCode, config.Error));
        cli.Write("config", config.Output);
        var said = await new Tools.Tool("ssh", "-G", "-F", Path.Combine(cli.Folder, "config"), "a").RunCheckedAsync(
            "asking ssh",
            TestContext.Current.CancellationToken
        );
        Assert.Contains($"userknownhostsfile {cli.Folder}/.croft/known_hosts\n", said);
    }
}
