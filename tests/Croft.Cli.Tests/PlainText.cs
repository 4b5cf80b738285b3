using System.Text.RegularExpressions;

namespace Croft.Cli.Tests;

/// <summary>Colour is for terminals, and for those only that want it.</summary>
public sealed class PlainText : IDisposable
{
    const string Red = "\e[1;31mError:";

    readonly Cli cli = new();

    public void Dispose() => cli.Dispose();

    [Fact]
    public async Task IsWhatAPipeGets()
    {
        cli.Environment["FORCE_COLOR"] = "1";
        Assert.DoesNotContain("\e", (await cli.RunAsync("plan")).Error);
        cli.Write(
            "farm.yaml",
            "farm: f\nhypervisors: { h: { uri: qemu+ssh://h/system, capabilities: { x86_64: [kvm] } } }\nvms: { list: [ { platform: debian_13 } ] }"
        );
        Assert.DoesNotContain("\e", (await cli.RunAsync("plan", "--offline")).Output);
        Assert.DoesNotContain("\e", (await cli.RunAsync("plan", "--offline", "-o", "yaml")).Output);
    }

    [Theory]
    [InlineData("", "", "", true)]
    [InlineData("1", "", "", false)]
    [InlineData("", "dumb", "", false)]
    [InlineData("", "", "--no-color", false)]
    public async Task IsWhatATerminalGetsWhenItAsks(string noColor, string term, string option, bool isRed)
    {
        cli.Environment["NO_COLOR"] = noColor;
        if (term.Length > 0)
            cli.Environment["TERM"] = term;
        var result = await cli.OnTerminalAsync(["plan", .. option.Length == 0 ? Array.Empty<string>() : [option]]);
        Assert.Equal(2, result.ExitCode);
        Assert.Equal(isRed, result.Output.Contains(Red, StringComparison.Ordinal));
        Assert.Equal(isRed, Regex.IsMatch(result.Output, "\e\\[[0-9;]*m"));
        Assert.Contains("there is no farm.yaml here", result.Output);
    }
}
