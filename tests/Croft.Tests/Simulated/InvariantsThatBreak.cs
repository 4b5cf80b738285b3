using Croft.Engines;
using Croft.Engines.Libvirt;

namespace Croft.Tests.Simulated;

/// <summary>The watch over simulations sees what it is there for.</summary>
[Collection(nameof(Apart))]
public sealed class InvariantsThatBreak
{
    [Fact]
    public Task OfMemoryAreSeen() => BreakAsync("more memory is given away than there is", async (farm, engine) =>
        {
            var machine = farm.Hosts.First().Machines["f.a"];
            await engine.PowerOffAsync("f.a", CancellationToken.None);
            await engine.DefineAsync(
                machine.Defined with
                {
                    Spec = machine.Defined.Spec with { Memory = 1L << 40 },
                },
                CancellationToken.None
            );
            await engine.StartAsync("f.a", CancellationToken.None);
        });

    [Fact]
    public Task OfAddressesAreSeen() => BreakAsync("two machines have", async (farm, engine) =>
        {
            var (a, b) = (farm.Hosts.First().Machines["f.a"].Defined, farm.Hosts.First().Machines["f.b"].Defined);
            await engine.PowerOffAsync("f.b", CancellationToken.None);
            await engine.DefineAsync(b with { Record = b.Record with { Nics = a.Record.Nics } }, CancellationToken.None);
            await engine.StartAsync("f.b", CancellationToken.None);
        });

    [Fact]
    public Task OfDisksAreSeen() =>
        BreakAsync("f.a.root.0.qcow2 of f.a is gone", async (_, engine) =>
            await engine.DeleteVolumeAsync("f.a.root.0.qcow2", CancellationToken.None)
        );

    static async Task BreakAsync(string fault, Func<SimulatedFarm, ILibvirtHost, Task> act)
    {
        using var farm = await SimulatedFarm.MakeAsync(1, 1, "  list: [ { name: a, platform: p }, { name: b, platform: p } ]");
        await farm.UpAsync();
        var broken = await Assert.ThrowsAnyAsync<Exception>(() => farm.ProgramAsync(c => act(farm, ((LibvirtEngine)c.Engine("h0")).Host)));
        Assert.Contains(fault, broken.Message);
    }
}
