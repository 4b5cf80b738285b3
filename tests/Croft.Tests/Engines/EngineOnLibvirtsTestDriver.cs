using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Libvirt;
using Croft.Tests.Simulated;

namespace Croft.Tests.Engines;

[Collection(nameof(Apart))]
public sealed class EngineOnLibvirtsTestDriver : EngineContract
{
    /// <summary>It takes no content of volumes, and undefines without flags only.</summary>
    static readonly string[] Beyond = [nameof(UndoesWhatItMade), nameof(ForgetsAMachineThatIsRemoved)];

    private protected override string VirtType => "test";

    private protected override async Task<MachineRecord> MakeAsync(IEngine engine, MachineDefinition machine)
    {
        var libvirt = (LibvirtEngine)engine;
        var disk = Volumes.Disk(machine.Record.Id, "root", 0);
        await libvirt.Host.CreateDiskAsync(disk, 1 << 20, Cancel);
        var record = machine.Record with { Disks = [new("root", disk)], Seed = Volumes.Seed(machine.Record.Id, 0) };
        return (await libvirt.DefineAsync(machine with { Record = record }, () => Task.CompletedTask, Cancel)).Record;
    }

    private protected override async Task OnAsync(Func<IEngine, Task> use)
    {
        using var engine = new LibvirtEngine(
            await LibvirtHost.ConnectAsync("h", "test:///default", "/croft", TimeSpan.FromSeconds(10), Cancel),
            (_, _, _) => Task.CompletedTask
        );
        try
        {
            await use(engine);
        }
        catch (Exception e)
            when (e is CroftException { InnerException: LibvirtException } && Beyond.Contains(TestContext.Current.TestMethod?.MethodName))
        {
            Assert.Skip($"libvirt's test driver cannot do it: {e.Message}");
        }
    }

    [Fact]
    public async Task HasThePoolMadeAgainThatMachinesHaveLost()
    {
        using var others = LibvirtConnection.Open("test:///default");
        await OnAsync(engine => MakeAsync(engine, Machine()));
        using (var pool = others.FindPool("croft")!)
        {
            pool.Destroy();
            pool.Undefine();
        }

        await OnAsync(engine => ((LibvirtEngine)engine).Host.ListVolumesAsync(Cancel));
        using var again = others.FindPool("croft");
        Assert.Contains("<path>/var/lib/libvirt/croft</path>", again!.Xml());
    }

    [Theory]
    [InlineData("image.1.root.qcow2", "0400")]
    [InlineData("f.a.root.0.qcow2", "0600")]
    public async Task HasImagesThatQemuMayNotWrite(string name, string mode)
    {
        using var others = LibvirtConnection.Open("test:///default");
        await OnAsync(engine => ((LibvirtEngine)engine).Host.CreateFileAsync(name, 1 << 20, Cancel));
        using var pool = others.FindPool("croft");
        using var volume = pool!.FindVolume(name);
        Assert.Contains($"<mode>{mode}</mode>", volume!.Xml());
    }
}
