using Croft.Journal;
using Croft.Testing;

namespace Croft.Tests.Simulated;

[Collection(nameof(Apart))]
public sealed class RunsThatMustEnd
{
    static readonly (string, string)[] Phases = [("init.sh", "sleep 10"), ("main.sh", "sleep 30")];

    [Fact]
    public async Task ReportAndLeaveNoMachineOnWhenALayerDoesNotLoadAndItsHostDoesNotSayWhatIsThere()
    {
        using var farm = await SimulatedFarm.MakeAsync(1, 1, "  list: [ { name: a, platform: p, count: 2 } ]", Phases);
        await farm.RunAsync();
        var refused = false;
        farm.Simulation.Faults = (_, _, doing) =>
        {
            var now = doing.StartsWith("restoring", StringComparison.Ordinal) || (refused && doing == "listing machines");
            refused |= now;
            return now ? SimulatedFault.Refused : SimulatedFault.None;
        };
        var summary = await farm.RunAsync();

        Assert.NotNull(summary);
        Assert.False(summary.Interrupted);
        Assert.Equal(Outcome.Error, summary.Outcome);
        farm.Mend();
        Assert.All(await farm.ListAsync(), m => Assert.Equal(Croft.Engines.PowerState.Off, m.State.Power));
    }
}
