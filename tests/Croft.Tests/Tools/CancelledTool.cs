using System.Diagnostics;
using Croft.Tools;

namespace Croft.Tests.Tools;

public sealed class CancelledTool
{
    [Fact]
    public async Task EndsThoughAnotherProcessKeepsItsOutputOpen()
    {
        using var stop = new CancellationTokenSource();
        var started = new TaskCompletionSource();
        var run = new Tool("sh", "-c", "(setsid sleep 30 &); echo started; wait; sleep 30") { Line = _ => started.TrySetResult() }.RunAsync(
            stop.Token
        );
        await started.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        var clock = Stopwatch.StartNew();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task EndsWhenItsOutputIsRefused()
    {
        var tool = new Tool("sh", "-c", "while :; do echo much; done") { Output = (_, _) => throw new InvalidDataException("no") };

        await Assert.ThrowsAsync<InvalidDataException>(() =>
            tool.RunAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)
        );
    }
}
