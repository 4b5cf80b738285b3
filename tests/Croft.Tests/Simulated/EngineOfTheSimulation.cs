using Croft.Engines;
using Croft.Testing;

namespace Croft.Tests.Simulated;

[Collection(nameof(Apart))]
public sealed class EngineOfTheSimulation : EngineContract
{
    protected override string VirtType => "kvm";

    protected override async Task OnAsync(Func<IEngine, Task> use)
    {
        var simulation = new Simulation(1);
        simulation.Add(new(simulation, "h"));
        await simulation.Clock.RunAsync(
            async () =>
            {
                using var engine = await simulation.ConnectAsync("h", TimeSpan.FromSeconds(10), CancellationToken.None);
                await use(engine);
            },
            TimeSpan.FromHours(1));
    }
}
