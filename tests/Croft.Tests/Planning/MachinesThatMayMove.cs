using Croft.Engines;
using Croft.Planning;

namespace Croft.Tests.Planning;

public sealed class MachinesThatMayMove
{
    static readonly string Text =
        "farm: f\n"
        + Lab.Hypervisors("h1", "h2")
        + "vms: { list: [ { name: a, platform: debian_13 }, { name: b, platform: debian_13 } ] }\n";

    [Fact]
    public void HoldNothingThatTheUserWouldMiss()
    {
        var input = Lab.Input(Text, Lab.Host("h1"), Lab.Host("h2"));
        Assert.All(Planner.Make(input).Machines, m => Assert.True(m.IsReplaceable));
        var host = Lab.Done(input, Planner.Make(input))[0];
        bool Replaceable(HypervisorState with) =>
            Planner.Make(input with { Inventory = new([with, Lab.Host("h2")]) }).Machines[0].IsReplaceable;
        HypervisorState Holding(params (string Machine, string State)[] states) =>
            host with
            {
                States = [.. states.Select(s => new StateId(new("f", s.Machine), s.State))],
            };
        Assert.True(Replaceable(host));
        Assert.True(Replaceable(Holding(("a", "layer-0123-4567"), ("b", "snapshot-mine.0"))));
        Assert.False(Replaceable(Holding(("a", "snapshot-mine.0"))));
        Assert.False(
            Replaceable(host with { Machines = [.. host.Machines.Select(m => m with { Record = m.Record! with { InUse = "up" } })] })
        );
    }
}
