using System.Text;
using Croft.Journal;
using Croft.Lifecycle;

namespace Croft.Tests.Simulated;

[Collection(nameof(Apart))]
public sealed class RunsThatWaitForNobody
{
    const string One = "  list: [ { name: a, platform: p, wait: none } ]";

    [Fact]
    public async Task KeepTheStateOfAGuestThatIsNotThereYet()
    {
        using var farm = await SimulatedFarm.MakeAsync(1, 1, One, [("main.sh", "sleep 1")]);
        var steps = (await farm.RunAsync())!.Machines[0].Steps;
        Assert.Equal(["startup Passed", "create clean Passed"], steps.Take(2).Select(s => $"{s.Name} {s.Outcome}"));
        Assert.Contains("its disks lack what its guest has not written yet", Written(farm), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LeaveASnapshotOfDisksAndARestoreToWhoeverIsThere()
    {
        using var farm = await SimulatedFarm.MakeAsync(1, 1, One);
        await farm.UpAsync();
        await farm.ProgramAsync(async openFarm =>
        {
            var cancel = CancellationToken.None;
            using var journal = RunJournal.Create(farm.Farm.StateDirectory, farm.Settings.Clock);
            await FarmSnapshots.CreateAsync(openFarm, await openFarm.ListAsync(cancel), "s", new(Keep.Disks), journal, cancel);
            var started = farm.Settings.Clock.GetUtcNow();
            await FarmSnapshots.RestoreAsync(openFarm, await openFarm.ListAsync(cancel), "s", withDefinition: false, journal, cancel);
            Assert.InRange(farm.Settings.Clock.GetUtcNow() - started, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        });
        Assert.Contains("its disks lack what its guest has not written yet", Written(farm), StringComparison.Ordinal);
    }

    static string Written(SimulatedFarm farm) => File.ReadAllText(farm.LatestRun.EventsPath, Encoding.UTF8);
}
