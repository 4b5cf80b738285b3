namespace Croft.Tests.Simulated;

/// <summary>Two controllers want more room than there is, at once: what they get is never more than there is, and nearly all of it.</summary>
[Collection(nameof(Apart))]
public sealed class FarmsThatRaceForRoom
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task NeverGetMoreThanThereIs(int seed)
    {
        using var one = await SimulatedFarm.MakeAsync(seed, 4, Machines, vcpus: 8, memory: 8L << 30);
        using var two = await one.NeighbourAsync("g", Machines);
        var (first, second) = await one.UpTogetherAsync(two);
        Assert.Equal(48, first.Machines.Length + second.Machines.Length);
        Assert.InRange(first.Machines.Concat(second.Machines).Count(m => m.IsGood), 30, 32);
        Assert.All(first.Machines.Concat(second.Machines).Where(m => !m.IsGood), m => Assert.Contains("room", m.Worst!.Reason!));
        await one.DestroyAsync();
        await two.DestroyAsync();
        Assert.Equal([], one.Left());
    }

    static string Machines => "  list: [ { name: a, platform: p, count: 24, memory: 1GiB } ]";
}
