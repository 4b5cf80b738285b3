using Croft.Planning;
using Croft.Reports;
using Croft.Testing;

namespace Croft.Tests.Simulated;

/// <summary>
/// A small farm, and one fault at one operation of a command: each operation by turn, each kind of fault. Afterwards the same command,
/// plainly given again, does
/// its work, and nothing is left when the farm is destroyed.
/// </summary>
[Collection(nameof(Apart))]
public sealed class FaultsAtEveryOperation
{
    static readonly (string, string)[] Phases = [("init.sh", "sleep 10"), ("main.sh", "sleep 30")];

    static readonly SimulatedFault[] Faults =
    [
        SimulatedFault.Refused,
        SimulatedFault.AnswerLost,
        SimulatedFault.KilledBefore,
        SimulatedFault.KilledAfter,
        SimulatedFault.HostDies,
    ];

    /// <summary>Every how manieth of all cases is tried.</summary>
    static int Stride => Environment.GetEnvironmentVariable("CROFT_TEST_ALL") == "1" ? 1 : 61;

    [Fact]
    public Task OfTheFirstRunAreOvercome() => TryAsync("run", _ => Task.CompletedTask, farm => farm.RunAsync());

    [Fact]
    public Task OfARunFromLayersAreOvercome() => TryAsync("cached run", farm => farm.RunAsync(), farm => farm.RunAsync());

    [Fact]
    public Task OfUpAreOvercome() => TryAsync("up", _ => Task.CompletedTask, farm => farm.UpAsync());

    [Fact]
    public Task OfDestroyAreOvercome() =>
        TryAsync(
            "destroy",
            farm => farm.RunAsync(),
            async farm =>
            {
                await farm.DestroyAsync();
                return null;
            }
        );

    static async Task TryAsync(string command, Func<SimulatedFarm, Task> before, Func<SimulatedFarm, Task<RunSummary?>> act)
    {
        var operations = await CountAsync(before, act);
        var failures = new List<string>();
        for (var i = 0; i < operations * Faults.Length; i += Stride)
        {
            var (operation, fault) = (i / Faults.Length, Faults[i % Faults.Length]);
            using var farm = await MakeAsync();
            await before(farm);
            var (first, what) = (farm.Simulation.Operations, "");
            farm.Simulation.Faults = (n, host, doing) =>
            {
                if (n != first + operation)
                    return SimulatedFault.None;
                what = $"{doing} on {host.Name}";
                return fault;
            };
            try
            {
                await FinallyAsync(farm, act);
            }
            catch (Exception e)
            {
                failures.Add($"{command}: {fault} at operation {operation}, {what}: {e.Message.ReplaceLineEndings(" ")}");
            }
        }

        Assert.True(failures.Count == 0, string.Join("\n", failures.Take(20)));
    }

    static async Task FinallyAsync(SimulatedFarm farm, Func<SimulatedFarm, Task<RunSummary?>> act)
    {
        try
        {
            await act(farm);
        }
        catch (Exception e) when (e is CroftException or PlanException)
        {
            // The command says so, and ends.
        }

        farm.Mend();
        if (await act(farm) is { } summary)
            Assert.Equal(3, summary.Machines.Count(m => m.IsGood));
        Assert.All(farm.Hosts.SelectMany(h => h.Networks.Values).Select(n => n.StateWith(0)), n =>
            Assert.Equal(n.Reservations, n.Published)
        );
        await farm.DestroyAsync();
        Assert.Equal([], farm.Left());
    }

    static async Task<int> CountAsync(Func<SimulatedFarm, Task> before, Func<SimulatedFarm, Task<RunSummary?>> act)
    {
        using var farm = await MakeAsync();
        await before(farm);
        var first = farm.Simulation.Operations;
        await act(farm);
        return farm.Simulation.Operations - first;
    }

    static Task<SimulatedFarm> MakeAsync() =>
        SimulatedFarm.MakeAsync(
            1,
            2,
            "  list: [ { name: a, platform: p, count: 2, hypervisor: h0 }, { name: b, platform: p, hypervisor: h1 } ]",
            Phases
        );
}
