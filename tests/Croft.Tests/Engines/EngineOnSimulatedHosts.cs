using System.Text;
using Croft.Engines;
using Croft.Lifecycle;
using Croft.Testing;
using Croft.Tests.Simulated;

namespace Croft.Tests.Engines;

[Collection(nameof(Apart))]
public sealed class EngineOnSimulatedHosts : StatesContract
{
    static Settings Nowhere { get; } = new("/nowhere", "/nowhere", "/nowhere", "", "", TimeProvider.System);

    SimulatedHost? host;

    /// <summary>Two controllers may be of two versions, and a host may go back to an older one.</summary>
    [Fact]
    public Task KeepsTheFilesOfAStateThatANewerCroftKept() =>
        WithStateAsync(
            async (engine, record) =>
            {
                var state = Assert.Single((await engine.States!.TreeAsync(record, Cancel)).States);
                var manifest = host!.Volume(state.Manifest!)!;
                var text = Encoding.UTF8.GetString(manifest.Content);
                Write("{ \"made\": {}," + text[1..]);
                var before = (await engine.FilesAsync(Farm, null, Cancel)).Select(f => f.Name).ToList();
                await engine.States.TidyAsync(record, Journal, Cancel);
                Assert.Equal(before, (await engine.FilesAsync(Farm, null, Cancel)).Select(f => f.Name));

                Write(text[..^2]); // one that was never written to its end is none
                await engine.States.TidyAsync(record, Journal, Cancel);
                Assert.Null(host.Volume(state.Manifest!));

                void Write(string json)
                {
                    using var content = new MemoryStream(Encoding.UTF8.GetBytes(json));
                    manifest.Write(content, default);
                }
            }
        );

    private protected override async Task OnAsync(Func<IEngine, Task> use)
    {
        var simulation = new Simulation(1);
        simulation.Add(host = new(simulation, "h"));
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
