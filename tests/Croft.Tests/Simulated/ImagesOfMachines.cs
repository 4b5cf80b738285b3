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
            foreach (var taken in (string[])["debian_13", "d12", "f43"])
                Assert.Contains(
                    $"\"{taken}\" is a platform of the catalogue",
                    (
                        await Assert.ThrowsAsync<CroftException>(() =>
                            MachineImage.CreateAsync(openFarm, machine, taken, folder.Path, _ => { }, CancellationToken.None)
                        )
                    ).Message
                );
            refused = await Record.ExceptionAsync(() =>
                MachineImage.CreateAsync(openFarm, machine, "web", folder.Path, _ => { }, CancellationToken.None)
            );
        });
        Assert.Contains($"there is a disk {disk} already", Assert.IsType<CroftException>(refused).Message, StringComparison.Ordinal);
        Assert.Equal("of another platform", await File.ReadAllTextAsync(disk, TestContext.Current.CancellationToken));
    }
}
