using Croft.Engines;
using Croft.Planning;

namespace Croft.Tests.Planning;

/// <summary>A hypervisor was silent when its machine was made again elsewhere, and answers now.</summary>
public sealed class MachinesOfOneName
{
    static readonly DateTimeOffset Day = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    static readonly string Text =
        "farm: f\n"
        + Lab.Hypervisors("h1", "h2")
        + "networks: { lan: { cidr: 10.9.0.0/24 } }\nvms: { list: [ { name: a, platform: debian_13 }, { name: b, platform: debian_13, hypervisor: h2 } ] }\n";

    [Theory]
    [InlineData(1, 2, false, "h2", "h1")]
    [InlineData(2, 1, false, "h1", "h2")]
    [InlineData(0, 1, false, "h2", "h1")] // made before that was written down
    [InlineData(1, 2, true, "h1", "h2")] // the later one has never run
    public void TheLaterOneThatHasRunCounts(int first, int second, bool claims, string counts, string superfluous)
    {
        var plan = Planner.Make(Twice(first, second, claims));
        var a = plan.Machines[0];
        Assert.Equal((counts, MachineAction.None), (a.Hypervisor, a.Action));
        Assert.Equal([new("a", superfluous, counts)], plan.Superfluous);
        Assert.Empty(plan.Problems);
    }

    [Fact]
    public void TheOneThatCountsKeepsItsAddressWhateverIsReservedWhereItWas()
    {
        var input = Twice(2, 1, claims: false);
        var other = input.Inventory.Hypervisors[1];
        var stale = other with
        {
            Networks =
            [
                .. other.Networks.Select(n =>
                    n with
                    {
                        Reservations = [new(System.Net.IPAddress.Parse("10.9.0.77"), "52:54:00:00:00:01", "a")],
                    }
                ),
            ],
        };
        var a = Planner.Make(input with { Inventory = new([input.Inventory.Hypervisors[0], stale]) }).Machines[0];
        Assert.Equal((MachineAction.None, "10.9.0.10"), (a.Action, $"{a.Nics[0].Address}"));
    }

    /// <summary>Machine a on both hosts, made at these hours; none is unknown.</summary>
    static PlanInput Twice(int first, int second, bool claims)
    {
        var input = Lab.Input(Text, Lab.Host("h1"), Lab.Host("h2"));
        var one = Lab.Done(input, Planner.Make(input).Of(["a", "b"]));
        HypervisorState With(HypervisorState host, MachineState a, int hour, bool claims) =>
            host with
            {
                Machines =
                [
                    .. host.Machines.Where(m => m.Name != a.Name),
                    a with
                    {
                        Record = a.Record! with
                        {
                            Made = hour == 0 ? null : Day.AddHours(hour),
                            Claim = claims ? new(Day, Day, IsFirst: true) : null,
                        },
                    },
                ],
            };
        var a = one[0].Machines.Single(m => m.Name == "f.a");
        return input with { Inventory = new([With(one[0], a, first, false), With(one[1], a, second, claims)]) };
    }
}
