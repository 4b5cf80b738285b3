using Croft.Journal;
using Croft.Planning;
using Croft.Reports;
using Croft.Testing;

namespace Croft.Tests.Simulated;

/// <summary>
/// Two controllers want more room than there is, at once: what they get is never more than there is, and nearly all of it.
/// </summary>
[Collection(nameof(Apart))]
public sealed class FarmsThatRaceForRoom
{
    const long GiB = 1L << 30;

    static readonly (string, string)[] Phases = [("init.sh", "sleep 10"), ("main.sh", "sleep 30")];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task NeverGetMoreThanThereIs(int seed)
    {
        using var one = await SimulatedFarm.MakeAsync(seed, 4, Machines(24), vcpus: 8, memory: 8 * GiB);
        using var two = await one.NeighbourAsync("g", Machines(24));
        var (first, second) = await one.UpTogetherAsync(two);
        Assert.Equal(48, first.Machines.Length + second.Machines.Length);
        Assert.InRange(first.Machines.Concat(second.Machines).Count(m => m.IsGood), 30, 32);
        Assert.All(first.Machines.Concat(second.Machines).Where(m => !m.IsGood), m => Assert.Contains("room", m.Worst!.Reason!));
        await one.DestroyAsync();
        await two.DestroyAsync();
        Assert.Equal([], one.Left());
    }

    /// <summary>Machines that are off have given their room back, and others may have taken it.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task NeverGetMoreThanThereIsWhenTheirMachinesStartAgain(int seed)
    {
        using var one = await SimulatedFarm.MakeAsync(seed, 1, Machines(6), memory: 8 * GiB);
        using var two = await one.NeighbourAsync("g", Machines(6));
        foreach (var farm in (SimulatedFarm[])[one, two])
        {
            await farm.UpAsync();
            await farm.DownAsync();
        }

        var (first, second) = await one.UpTogetherAsync(two);
        Assert.InRange(first.Machines.Concat(second.Machines).Count(m => m.IsGood), 7, 8);
        Assert.All(first.Machines.Concat(second.Machines).Where(m => !m.IsGood), m => Assert.Contains("room", m.Worst!.Reason!));
        await one.DownAsync();
        Assert.All((await two.UpAsync())!.Machines, m => Assert.True(m.IsGood));
    }

    /// <summary>
    /// A machine that was off, whose start the hypervisor refuses, or whose command is cancelled: it claims no room any more.
    /// </summary>
    [Fact]
    public async Task LeaveTheRoomOfAMachineThatDidNotStart()
    {
        using var one = await SimulatedFarm.MakeAsync(1, 1, Machines(1), memory: GiB);
        await one.UpAsync();
        await one.DownAsync();
        one.Simulation.Faults = (_, _, doing) =>
            doing.StartsWith("starting", StringComparison.Ordinal) ? SimulatedFault.Refused : SimulatedFault.None;
        Assert.False((await one.UpAsync())!.Machines[0].IsGood);
        one.Mend();
        Assert.All(await one.ListAsync(), m => Assert.Null(m.Record.Claim));
        using var two = await one.NeighbourAsync("g", Machines(1));
        Assert.True((await two.UpAsync())!.Machines[0].IsGood);
    }

    [Theory]
    [InlineData(true, "fork init")]
    [InlineData(false, "restore init")]
    public async Task KeepTheLayersOfMachinesThatHaveNoRoomNow(bool share, string step)
    {
        var each = string.Join(", ", "abcdef".Select(name => $"{{ name: {name}, platform: p, memory: 1GiB }}"));
        using var one = await SimulatedFarm.MakeAsync(1, 1, share ? Machines(6) : $"  list: [ {each} ]", Phases, memory: 8 * GiB);
        using var two = await one.NeighbourAsync("g", Machines(4));
        await one.RunAsync();
        await two.UpAsync();
        var crowded = await one.RunAsync();
        Assert.Equal(4, crowded!.Machines.Count(m => m.IsGood));
        Assert.All(crowded.Machines.Where(m => !m.IsGood), m => Assert.Equal((Outcome.Error, step), (m.Outcome, m.Worst!.Name)));
        Assert.All(crowded.Machines.Where(m => !m.IsGood), m => Assert.Contains("farm \"g\"", m.Worst!.Reason!));
        await two.DownAsync();
        Assert.Equal(
            6,
            (await one.RunAsync())!.Machines.Count(m =>
                m.Steps.Any(s => s.Name is "restore init" or "fork init" && s.Outcome == Outcome.Passed)
            )
        );
    }

    /// <summary>Killed between claim and start.</summary>
    [Fact]
    public async Task GetTheRoomThatAKilledOneClaimedAfterAWhile()
    {
        using var one = await SimulatedFarm.MakeAsync(1, 1, Machines(1), memory: GiB);
        using var two = await one.NeighbourAsync("g", Machines(1));
        one.Simulation.Faults = (_, _, doing) =>
            doing.StartsWith("starting", StringComparison.Ordinal) ? SimulatedFault.KilledBefore : SimulatedFault.None;
        Assert.Null(await one.UpAsync());
        one.Mend();
        Assert.Contains("0 MiB of memory free, 1 GiB needed", (await Assert.ThrowsAsync<PlanException>(two.UpAsync)).Message);
        await one.ProgramAsync(_ => one.Simulation.DelayAsync(TimeSpan.FromMinutes(11)));
        Assert.Equal("1 passed", (await two.UpAsync())!.Counts);
        Assert.Contains("farm \"g\"", (await one.UpAsync())!.Machines[0].Worst!.Reason!);
    }

    static string Machines(int count) => $"  list: [ {{ name: a, platform: p, count: {count}, memory: 1GiB }} ]";
}
