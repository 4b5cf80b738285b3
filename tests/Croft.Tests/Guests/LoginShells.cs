using System.Diagnostics;
using System.Text;
using Croft.Guests;
using Croft.Tests.Farms;

namespace Croft.Tests.Guests;

public sealed class LoginShells
{
    const string Odd =
        "a=\"it's\"; if [ 1 != 2 ]; then echo \"$a\" 'a\\\\b' {x,y} \"$0\" '!!' %d é; fi\nfor i in 1 2; do printf '%s\\n' \"$i\"; done >&2; exit 7";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sh")]
    [InlineData("bash")]
    [InlineData("dash")]
    [InlineData("zsh")]
    [InlineData("mksh")]
    [InlineData("tcsh")]
    [InlineData("fish")]
    public async Task RunTheSameTextWhateverTheyAre(string shell)
    {
        if (!File.Exists("/bin/" + shell) && !File.Exists("/usr/bin/" + shell))
            Assert.Skip($"{shell} is not installed");
        var plain = await new GuestOfThisHost(shell).RunAsync(new("a=b; echo $a {x,y} \"$(echo c)\"; exit 3"), Cancel);
        Assert.Equal((3, "b {x,y} c\n", ""), (plain.ExitCode, plain.Output, plain.Error));

        var odd = await new GuestOfThisHost("sh").RunAsync(new(Odd), Cancel);
        var same = await new GuestOfThisHost(shell).RunAsync(new(Odd), Cancel);
        Assert.Contains("it's", odd.Output);
        Assert.Equal((7, odd.Output, "1\n2\n"), (same.ExitCode, same.Output, same.Error));
    }

    /// <summary>A shell begins its complaints with what it takes for its own name.</summary>
    [Fact]
    public async Task ComplainInAFewWords()
    {
        var guest = new GuestOfThisHost("sh");
        Assert.InRange((await guest.RunAsync(new("exec ./croft's"), Cancel)).Error.Length, 1, 200);
        Assert.InRange((await guest.RunAsync(new("echo 'it'; exec ./croft-nothing"), Cancel)).Error.Length, 1, 80);
    }

    [Fact]
    public async Task MayGreetBeforeTheAnswer()
    {
        var guest = new GuestOfThisHost("sh", "printf 'hello croft-begins '; echo mind the gap >&2; ");
        var result = await guest.RunAsync(new("echo out; echo err >&2; exit 2"), Cancel);
        Assert.Equal((2, "out\n", "err\n"), (result.ExitCode, result.Output, result.Error));

        var (shell, refusal) = await guest.TryOpenAsync(TimeProvider.System, Cancel);
        Assert.Null(refusal);
        var said = new StringBuilder();
        Assert.Equal(
            4,
            (
                await shell!.RunAsync(
                    new("read x; echo $x; exit 4")
                    {
                        Input = async (stdin, stop) => await stdin.WriteAsync("given\n"u8.ToArray(), stop),
                        Said = block => said.Append(Encoding.UTF8.GetString(block)),
                    },
                    Cancel
                )
            ).ExitCode
        );
        Assert.Equal("given\n", said.ToString());
        await shell.DisposeAsync();
    }

    [Fact]
    public async Task ThatRunNothingAreAFailureInTheirWords()
    {
        var result = await new GuestOfThisHost("sh", "echo This account is not available.; exit 0; ").RunAsync(new("true"), Cancel);
        Assert.Equal(255, result.ExitCode);
        Assert.Contains("This account is not available.", result.Error);
    }

    /// <summary>A start-up file without a guard, whose shell reads what is meant for the command.</summary>
    [Fact]
    public async Task ThatRunAnotherShellAreGivenNothing()
    {
        using var folder = new TemporaryFolder();
        var guest = new GuestOfThisHost("sh", "exec sh; ") { Patience = TimeSpan.FromMilliseconds(200) };
        var given = new GuestCommand("cat >/dev/null")
        {
            Input = async (stdin, stop) => await stdin.WriteAsync(Encoding.UTF8.GetBytes($"touch '{folder.Path}/run'\n"), stop),
        };
        var result = await guest.RunAsync(given, Cancel);
        Assert.Equal((255, Answer.Mute), (result.ExitCode, result.Error));
        Assert.False(File.Exists($"{folder.Path}/run"));
        var (shell, refusal) = await guest.TryOpenAsync(TimeProvider.System, Cancel);
        Assert.Equal((null, Answer.Mute), (shell, refusal));
    }
}
