using System.Diagnostics;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>A machine whose QEMU stands still, so that libvirt's calls about it do not return.</summary>
public sealed class AMachineThatHangs : IAsyncLifetime
{
    readonly Lab lab = new("hangs");

    public async ValueTask InitializeAsync()
    {
        lab.Write(
            "farm.yaml",
            "farm: hangs\nproject: { retry_delay: 20s }\nvms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }\n"
        );
        await lab.SucceedsAsync("up");
    }

    public async ValueTask DisposeAsync()
    {
        await SignalAsync("CONT");
        await lab.DisposeAsync();
    }

    [Fact]
    public async Task CostsACommandNoMoreThanItsTimeAndAPausedOneShutsDown()
    {
        await SignalAsync("STOP");
        var clock = Stopwatch.StartNew();
        var result = await lab.Tool("--timeout", "12s", "pause", "a").RunAsync(TestContext.Current.CancellationToken);
        Assert.InRange(clock.Elapsed.TotalSeconds, 12, 60);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains($"Still waiting for hypervisor \"local\": pausing {lab.Farm}.a (1", result.Error);
        Assert.Contains($"Left behind, hypervisor \"local\" goes on with it: pausing {lab.Farm}.a", result.Error);
        Assert.Contains("croft pause was not done within --timeout 12 s", result.Error);

        await SignalAsync("CONT");
        Assert.NotNull(
            await Poll.UntilAsync(
                async () => await lab.StateAsync("a") == "paused" ? "" : null,
                TimeSpan.FromSeconds(1),
                TimeSpan.FromSeconds(60),
                TestContext.Current.CancellationToken
            )
        );
        Assert.DoesNotContain("the power is cut", (await lab.MustAsync(0, "down")).Error);
        Assert.Equal("off", await lab.StateAsync("a"));
    }

    Task SignalAsync(string signal) => new Tool("pkill", $"-{signal}", "-f", $"guest={lab.Farm}.a,").RunAsync(CancellationToken.None);
}
