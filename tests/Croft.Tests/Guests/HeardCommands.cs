using System.Diagnostics;
using System.Globalization;
using System.Text;
using Croft.Guests;
using Croft.Tests.Simulated;
using Croft.Tools;

namespace Croft.Tests.Guests;

[Collection(nameof(Apart))] // it counts what this process allocates
public sealed class HeardCommands
{
    readonly StringBuilder said = new();
    bool isHeld;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EndWithTheirShellThoughWhatTheyStartedGoesOn()
    {
        var clock = Stopwatch.StartNew();
        var code = await HearAsync("echo $(sh -c 'sleep 3; echo late; echo later; sleep 30' >&2 & echo $!); exit 5");
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.5, 20);
        Assert.Equal((5, true), (code, isHeld));

        var child = int.Parse(said.ToString().Trim(), CultureInfo.InvariantCulture);
        await Poll.DelayAsync(TimeSpan.FromSeconds(4), Cancel); // it has written to its output since
        Assert.True(File.Exists($"/proc/{child}/stat"));
        await new Tool("kill", $"{child}").RunAsync(Cancel);
    }

    [Fact]
    public async Task EndAtOnceWhenNothingHoldsTheirOutput()
    {
        var clock = Stopwatch.StartNew();
        Assert.Equal(0, await HearAsync("(sleep 30 >/dev/null 2>&1 &); echo done"));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 20);
        Assert.Equal(("done\n", false), (said.ToString(), isHeld));
    }

    [Fact]
    public async Task KeepTheOrderOfBothOutputs()
    {
        Assert.Equal(1, await HearAsync("for i in 1 2 3 4 5; do echo o$i; echo e$i >&2; done; printf end; exit 1"));
        Assert.Equal("o1\ne1\no2\ne2\no3\ne3\no4\ne4\no5\ne5\nend", said.ToString());
    }

    [Fact]
    public async Task MaySayWhatLooksLikeTheirEnd()
    {
        Assert.Equal(0, await HearAsync("tr '\\0' ' ' </proc/$PPID/cmdline; echo; echo croft-00 1; printf croft-"));
        Assert.EndsWith("\ncroft-00 1\ncroft-", said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AreHeardWithoutBeingKept()
    {
        var length = 0L;
        var before = GC.GetTotalAllocatedBytes();
        var result = await new GuestOfThisHost().RunAsync(
            new("head -c 200000000 /dev/zero") { Said = block => length += block.Length },
            Cancel
        );
        Assert.Equal((0, 200_000_000), (result.ExitCode, length));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50_000_000);
    }

    async Task<int> HearAsync(string text) =>
        (
            await new GuestOfThisHost().RunAsync(
                new(text) { Said = block => said.Append(Encoding.UTF8.GetString(block)), Held = () => isHeld = true },
                Cancel
            )
        ).ExitCode;
}
