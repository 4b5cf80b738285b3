using Croft.Lifecycle;
using Croft.Tests.Farms;

namespace Croft.Tests.Simulated;

[Collection(nameof(Apart))]
public sealed class ImagesOfMachines
{
    /// <summary>The file of a platform may have been renamed; its disk then still has the old name.</summary>
    [Fact]
    public async Task NeverTakeThePlaceOfADiskThatIsThere()
    {
        using var folder = new TemporaryFolder();
        var disk = folder.Write("web.disk", "of another platform");
        using var farm = await SimulatedFarm.MakeAsync(1, 1, "  list: [ { name: a, platform: p } ]");
        await farm.UpAsync();
        Exception? refused = null;
        await farm.ProgramAsync(async openFarm =>
        {
            var machine = Assert.Single(await openFarm.ListAsync(CancellationToken.None));
            refused = await Record.ExceptionAsync(() =>
                MachineImage.CreateAsync(openFarm, machine, "web", folder.Path, _ => { }, CancellationToken.None)
            );
        });
        Assert.Contains($"there is a disk {disk} already", Assert.IsType<CroftException>(refused).Message, StringComparison.Ordinal);
        Assert.Equal("of another platform", await File.ReadAllTextAsync(disk, TestContext.Current.CancellationToken));
    }
}
