using System.Collections.Concurrent;
using Croft.Tests.Simulated;
using Croft.Tools;

namespace Croft.Tests.Tools;

[Collection(nameof(Apart))]
public sealed class LongWaits
{
    readonly ConcurrentQueue<string> said = new();

    public LongWaits() => Waits.Tell(said.Enqueue, _ => { });

    /// <summary>Without what programs wait for that a simulation killed in the middle, in this process.</summary>
    IEnumerable<string> Own => said.Where(line => line.Contains("a test", StringComparison.Ordinal) || line.Contains("the outer", StringComparison.Ordinal) || line.Contains("the inner", StringComparison.Ordinal));

    [Fact]
    public void AreToldOfAfterTenSecondsWithWhatWasSeenLast()
    {
        using var wait = Waits.For("a test", () => "a sign");
        Waits.Say(In(9));
        Assert.Empty(Own);
        Waits.Say(In(11));
        Assert.Equal(["Still waiting for a test (11 s; last seen: a sign)"], Own);
    }

    [Fact]
    public void AreToldOfAgainSeldom()
    {
        using var wait = Waits.For("a test");
        foreach (var second in new[] { 11, 12, 40, 42, 60, 73 })
            Waits.Say(In(second));
        Assert.Equal(["Still waiting for a test (11 s)", "Still waiting for a test (42 s)", "Still waiting for a test (73 s)"], Own);
    }

    [Fact]
    public void InsideAnotherOneAreThatOnes()
    {
        using (Waits.For("the outer"))
        {
            using var inner = Waits.For("the inner");
            Waits.Say(In(11));
        }

        Waits.Say(In(99));
        Assert.Equal(["Still waiting for the outer (11 s)"], Own);
    }

    [Fact]
    public async Task OfManyMachinesAtOnceAreCounted()
    {
        var waits = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => Waits.For($"machine {i}"))));
        Waits.Say(In(11));
        Assert.Equal(4, said.Count);
        Assert.Matches(@"^Still waiting for (1[7-9]|[2-9]\d) things more$", said.Last());
        foreach (var wait in waits)
            wait.Dispose();
    }

    static long In(double seconds) => TimeProvider.System.GetTimestamp() + (long)(seconds * TimeProvider.System.TimestampFrequency);
}
