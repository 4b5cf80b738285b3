using Croft.Engines;

namespace Croft.Testing;

/// <summary>
/// Time of a simulation: it stands while anything is left to do and jumps to the next moment at which something happens. What runs on it
/// runs on one
/// thread, one piece after another in one order. Each run is like a process: when it ends, or is killed, everything that it still waited
/// for is forgotten.
/// </summary>
sealed partial class SimulatedClock : TimeProvider
{
    static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    readonly PriorityQueue<(Action Ring, Loop? Of), (long At, long Number)> alarms = new();
    readonly Lock gate = new();
    Loop? loop;
    long now;
    long count;

    /// <summary>How much time has passed.</summary>
    public TimeSpan Now => new(Volatile.Read(ref now));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref now);

    public override DateTimeOffset GetUtcNow() => Beginning + Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Has something happen in the simulated world, whoever runs then.</summary>
    public void After(TimeSpan time, Action happen) => Set(time, happen, null);

    /// <summary>Runs a program on this clock. False when it was killed.</summary>
    /// <param name="within">More time than that it must not take.</param>
    /// <exception cref="TimeoutException">It took longer, or waits for what never happens.</exception>
    public Task<bool> RunAsync(Func<Task> program, TimeSpan within)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                done.SetResult(Run(program, within));
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        {
            IsBackground = true,
        }.Start();
        return done.Task;
    }

    /// <summary>Ends the program that runs, at once and without a word to it.</summary>
    public void Kill() => loop?.Kill();

    bool Run(Func<Task> program, TimeSpan within)
    {
        var own = loop = new Loop();
        SynchronizationContext.SetSynchronizationContext(own);
        var latest = Now + within;
        try
        {
            var running = program();
            while (!running.IsCompleted)
            {
                if (own.IsKilled)
                    return false;
                if (!own.TryStep() && !Advance(own) && !own.TryStepLate())
                    throw new TimeoutException($"after {Now} the program waits for what never happens");
                if (Now > latest)
                    throw new TimeoutException($"the program was not done after {within}");
            }

            running.GetAwaiter().GetResult();
            return true;
        }
        finally
        {
            own.End();
        }
    }

    /// <summary>Goes on to the next moment at which something happens. False when there is none.</summary>
    bool Advance(Loop own)
    {
        Action? ring = null;
        lock (gate)
        {
            while (ring is null && alarms.TryDequeue(out var alarm, out var key))
            {
                if (alarm.Of is not null && alarm.Of != own)
                    continue;
                Volatile.Write(ref now, Math.Max(now, key.At));
                ring = alarm.Ring;
            }
        }

        ring?.Invoke();
        return ring is not null;
    }

    void Set(TimeSpan time, Action ring, Loop? of)
    {
        lock (gate)
            alarms.Enqueue((ring, of), (now + Math.Max(0, time.Ticks), count++));
    }

    sealed class Timer(SimulatedClock clock, Action ring) : ITimer
    {
        int version;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var mine = Interlocked.Increment(ref version);
            if (dueTime != Timeout.InfiniteTimeSpan)
                clock.Set(dueTime, () => Ring(mine, period), clock.loop);
            return true;
        }

        public void Dispose() => Interlocked.Increment(ref version);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        void Ring(int set, TimeSpan period)
        {
            if (set != version)
                return;
            if (period > TimeSpan.Zero)
                Change(period, period);
            ring();
        }
    }
}
