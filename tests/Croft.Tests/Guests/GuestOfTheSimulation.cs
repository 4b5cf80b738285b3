using Croft.Engines;
using Croft.Guests;
using Croft.Tests.Simulated;

namespace Croft.Tests.Guests;

[Collection(nameof(Apart))]
public sealed class GuestOfTheSimulation : GuestContract
{
    TimeProvider? clock;

    protected override TimeProvider Clock => clock!;

    protected override async Task OnAsync(Func<IGuest, Func<Task>, Task> use)
    {
        using var farm = await SimulatedFarm.MakeAsync(1, 1, "  list: [ { name: a, platform: p } ]");
        clock = farm.Simulation.Clock;
        await farm.UpAsync();
        await farm.ProgramAsync(async c =>
        {
            var machine = (await c.ListAsync(CancellationToken.None)).Single();
            await use(c.GuestOf(machine)!, () =>
                c.Engine(machine.Hypervisor).StopAsync(machine.Record.Id, StopBy.Cutting, CancellationToken.None)
            );
        });
    }
}
