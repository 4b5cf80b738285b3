using Croft.Engines;
using Croft.Lifecycle;
using Croft.Testing;
using Croft.Tests.Simulated;

namespace Croft.Tests.Engines;

[Collection(nameof(Apart))]
public sealed class EngineOnSimulatedHosts : StatesContract
{
    static Settings Nowhere { get; } = new("/nowhere", "/nowhere", "/nowhere", "", "", TimeProvider.System);

    private protected override async Task OnAsync(Func<IEngine, Task> use)
    {
        var simulation = new Simulation(1);
        simulation.Add(new(simulation, "h"));
        await simulation.Clock.RunAsync(
            async () =>
            {
                using var engine = await new SimulatedBackends(simulation).ConnectAsync("h", "", Nowhere, TimeSpan.FromSeconds(10), Cancel);
                await use(engine);
            },
            TimeSpan.FromHours(1)
        );
    }
}
