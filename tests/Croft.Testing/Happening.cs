using Croft.Engines;

namespace Croft.Testing;

/// <summary>Something that happens again and again, and that can be waited for.</summary>
sealed class Happening(SimulatedClock clock)
{
    TaskCompletionSource next = new();

    /// <summary>Ends when it happens next.</summary>
    public Task Next => next.Task;

    /// <summary>It happens now. Those who wait go on when what happens is over.</summary>
    public void Happen()
    {
        var now = next;
        next = new();
        clock.After(TimeSpan.Zero, now.SetResult);
    }
}
