namespace Croft.Tools;

/// <summary>
/// The one place that waits by the clock. Everything else waits for events. Who waits long says for what, by <see cref="Waits"/>.
/// </summary>
public static class Poll
{
    /// <summary>Waits for a time.</summary>
    public static Task DelayAsync(TimeSpan time, CancellationToken cancel) => DelayAsync(time, TimeProvider.System, cancel);

    /// <summary>Waits for a time of a clock that a simulation may drive.</summary>
    public static Task DelayAsync(TimeSpan time, TimeProvider clock, CancellationToken cancel)
    {
#pragma warning disable RS0030 // the one home of Task.Delay
        return Task.Delay(time, clock, cancel);
#pragma warning restore RS0030
    }

    /// <summary>Asks until the answer is not null, at once and then every <paramref name="every"/>; null when the time is over.</summary>
    public static Task<T?> UntilAsync<T>(Func<Task<T?>> ask, TimeSpan every, TimeSpan within, CancellationToken cancel)
        where T : class => UntilAsync(ask, every, within, TimeProvider.System, cancel);

    /// <summary>The same by a clock that a simulation may drive.</summary>
    public static async Task<T?> UntilAsync<T>(
        Func<Task<T?>> ask,
        TimeSpan every,
        TimeSpan within,
        TimeProvider clock,
        CancellationToken cancel
    )
        where T : class
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            if (await ask() is { } answer)
                return answer;
            if (clock.GetElapsedTime(start) + every > within)
                return null;
            await DelayAsync(every, clock, cancel);
        }
    }
}
