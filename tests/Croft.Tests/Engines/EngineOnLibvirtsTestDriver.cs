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
}
