using System.Text.RegularExpressions;

namespace Croft.Cli.Tests;

/// <summary>The commands are those that the help itself names.</summary>
public sealed class EveryCommand : IDisposable
{
    readonly Cli cli = new();

    public void Dispose() => cli.Dispose();

    [Fact]
    public async Task HasHelpAndRefusesWhatItDoesNotKnow()
    {
        var seen = 0;
        var open = new Queue<string[]>([
            [],
        ]);
        while (open.TryDequeue(out var command))
        {
            var path = string.Join(' ', command.Prepend("croft"));
            var help = await cli.RunAsync([.. command, "--help"]);
            Assert.Equal((0, ""), (help.ExitCode, help.Error));
            Assert.Contains($"Usage:\n  {path} ", help.Output);
            Assert.DoesNotContain("Croft.Cli", help.Output);
            Assert.DoesNotContain("\e", help.Output);
            var stranger = await cli.RunAsync([.. command, "--no-such-option"]);
            Assert.Equal((2, ""), (stranger.ExitCode, stranger.Output));
            Assert.Matches("^(Error: .*\n)+Hint: .*\n$", stranger.Error);
            foreach (var name in SubCommands(help.Output))
                open.Enqueue([.. command, name]);
            seen++;
        }

        Assert.True(seen > 30, $"only {seen} commands were found");
    }

    static IEnumerable<string> SubCommands(string help) =>
        help.IndexOf("\nCommands:\n", StringComparison.Ordinal) is var at and >= 0
            ? Regex.Matches(help[at..], @"^  (\S+)", RegexOptions.Multiline).Select(m => m.Groups[1].Value)
            : [];
}
