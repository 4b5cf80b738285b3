using System.Collections.Concurrent;
using Croft.Tools;

namespace Croft.Tests.Tools;

public sealed class LongWaits
{
    readonly ConcurrentQueue<string> said = new();

    [Fact]
    public void AreToldOfAfterTenSecondsWithWhatWasSeenLast()
    {
        Waits.Tell(said.Enqueue, _ => { });
        using var wait = Waits.For("a test", () => "a sign");
        Waits.Say(In(9));
        Assert.Empty(said);
        Waits.Say(In(11));
        Assert.Equal(["Still waiting for a test (11 s; last seen: a sign)"], said);
    }

    [Fact]
    public void AreToldOfAgainSeldom()
    {
        Waits.Tell(said.Enqueue, _ => { });
        using var wait = Waits.For("a test");
        foreach (var second in new[] { 11, 12, 40, 42, 60, 73 })
            Waits.Say(In(second));
        Assert.Equal(["Still waiting for a test (11 s)", "Still waiting for a test (42 s)", "Still waiting for a test (73 s)"], said);
    }

    [Fact]
    public void InsideAnotherOneAreThatOnes()
    {
        Waits.Tell(said.Enqueue, _ => { });
        using (Waits.For("the outer"))
        {
            using var inner = Waits.For("the inner");
            Waits.Say(In(11));
        }

        Waits.Say(In(99));
        Assert.Equal(["Still waiting for the outer (11 s)"], said);
    }

    [Fact]
    public async Task OfManyMachinesAtOnceAreCounted()
    {
        Waits.Tell(said.Enqueue, _ => { });
        var waits = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => Waits.For($"machine {i}"))));
        Waits.Say(In(11));
        Assert.Equal(4, said.Count);
        Assert.Equal("Still waiting for 17 things more", said.Last());
        foreach (var wait in waits)
            wait.Dispose();
    }

    static long In(double seconds) => TimeProvider.System.GetTimestamp() + (long)(seconds * TimeProvider.System.TimestampFrequency);
}
