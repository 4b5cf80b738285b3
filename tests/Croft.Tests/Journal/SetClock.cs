namespace Croft.Tests.Journal;

/// <summary>A clock that stands still until it is moved.</summary>
public sealed class SetClock : TimeProvider
{
    public DateTimeOffset Time { get; set; } = new(2026, 3, 1, 9, 30, 5, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Time;
}
