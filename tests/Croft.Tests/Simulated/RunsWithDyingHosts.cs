using System.Xml.Linq;
using Croft.Journal;

namespace Croft.Tests.Simulated;

/// <summary>
/// Large farms whose hypervisors die, freeze and come back at moments that a seed decides: every machine is accounted for, in bounded time.
/// </summary>
[Collection(nameof(Apart))]
public sealed class RunsWithDyingHosts
{
    static readonly (string, string)[] Phases =
    [
        ("dependencies.sh", "sleep 40"),
        ("init.sh", "sleep 15"),
        ("main.sh", "sleep 60"),
        ("terminate.sh", "sleep 1"),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public Task OfAHundredMachinesAccountForEach(int seed) => RunAsync(seed, machines: 100, hosts: 10, dying: 4);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task OfAThousandMachinesAccountForEach(int seed)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("CROFT_TEST_ALL") == "1", "CROFT_TEST_ALL=1 runs it");
        await RunAsync(seed, machines: 1000, hosts: 50, dying: 12);
    }

    static async Task RunAsync(int seed, int machines, int hosts, int dying)
    {
        var random = new Random(seed);
        var share = machines / hosts;
        using var farm = await SimulatedFarm.MakeAsync(
            seed,
            hosts,
            $"  list: [ {string.Join(", ", Enumerable.Range(0, machines).Select(i => $"{{ name: m{i}, platform: p, memory: 1GiB }}"))} ]",
            Phases,
            vcpus: share,
            memory: (share + 1L) << 30,
            project: "connection_timeout: 90s"
        );
        farm.Simulation.Boot = machine => random.Next(200) == 0 ? null : TimeSpan.FromSeconds(4 + random.Next(20));
        var unlucky = farm.Hosts.OrderBy(_ => random.Next()).Take(dying).ToList();
        foreach (var host in unlucky)
        {
            var when = TimeSpan.FromSeconds(random.NextDouble() * 240);
            var back = TimeSpan.FromSeconds(1 + random.Next(random.Next(2) == 0 ? 14 : 200));
            var returns = random.Next(3) > 0;
            if (random.Next(2) == 0)
                Twice(host.Die, host.PowerOn);
            else
                Twice(host.Cut, host.Mend);

            void Twice(Action fall, Action rise)
            {
                farm.Simulation.Clock.After(when, fall);
                if (returns)
                    farm.Simulation.Clock.After(when + back, rise);
            }
        }

        var summary = (await farm.RunAsync())!;
        Assert.False(summary.Interrupted);
        Assert.InRange(summary.Duration.TotalMinutes, 2, 20);
        Assert.Equal(machines, summary.Machines.Length);
        var mute = summary
            .Machines.Where(m => m.Worst!.Reason?.Contains("was not ready after 9", StringComparison.Ordinal) is true)
            .ToList();
        Assert.InRange(mute.Count, 0, machines / 20);
        var names = unlucky.Select(h => h.Name).ToHashSet();
        Assert.All(summary.Machines.Except(mute).Where(m => !names.Contains(m.Hypervisor)), m => Assert.Equal(Outcome.Passed, m.Outcome));
        Assert.All(summary.Machines.Where(m => !m.IsGood), m => Assert.DoesNotContain("a bug in Croft", m.Worst!.Reason!));
        Assert.All(summary.Machines.SelectMany(m => m.Steps), s => Assert.NotEqual(Outcome.Cancelled, s.Outcome));
        Assert.Equal(machines, XDocument.Load(farm.LatestRun.JUnitPath).Descendants("testsuite").Count());
        await CheckListingAsync(farm);
        farm.Mend();
        await CheckListingAsync(farm);
        await farm.DestroyAsync();
        Assert.Equal([], farm.Left().Take(10));
    }

    /// <summary>What hypervisors that answer have is what <c>ls</c> says, and nothing there is unknown to the records.</summary>
    static async Task CheckListingAsync(SimulatedFarm farm)
    {
        var there =
            from host in farm.Hosts
            where host.Answers
            from machine in host.Machines.Values
            select (host.Name, Machine: machine.Defined.Record.Name, machine.Power);
        Assert.Equal(there.Order(), (await farm.ListAsync()).Select(m => (m.Hypervisor, m.Record.Name, m.State.Power)).Order());
        var declared = farm.Farm.Machines.Select(m => m.Name).ToHashSet();
        foreach (var host in farm.Hosts.Where(h => h.Answers))
        {
            Assert.Equal(
                [],
                host.Volumes.Keys.Where(v => !v.StartsWith("image.", StringComparison.Ordinal) && !declared.Contains(v.Split('.')[1]))
            );
            Assert.Equal([], host.Networks.Values.SelectMany(n => n.Reservations).Select(r => r.Host).Where(h => !declared.Contains(h)));
        }
    }
}
