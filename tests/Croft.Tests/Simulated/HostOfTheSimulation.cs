using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Testing;

namespace Croft.Tests.Simulated;

[Collection(nameof(Apart))]
public sealed class HostOfTheSimulation : LibvirtHostContract
{
    protected override string VirtType => "kvm";

    private protected override async Task OnAsync(Func<ILibvirtHost, Task> use)
    {
        var simulation = new Simulation(1);
        simulation.Add(new(simulation, "h"));
        await simulation.Clock.RunAsync(
            async () =>
            {
                using var host = await simulation.ConnectAsync("h", TimeSpan.FromSeconds(10), CancellationToken.None);
                await use(host);
            },
            TimeSpan.FromHours(1)
        );
    }
}
