namespace Croft.Machines.Tests;

/// <summary>Two machines of one network, up for the time of a test class.</summary>
public sealed class UpFarm : IAsyncLifetime
{
    internal Lab Lab { get; } = new("upfarm");

    public async ValueTask InitializeAsync()
    {
        Lab.Write(
            "farm.yaml",
            """
            farm: upfarm
            vms: { list: [ { name: a, platform: debian_12, memory: 256MiB, autostart: true }, { name: b, platform: debian_12, memory: 256MiB } ] }
            """
        );
        await Lab.MustAsync(0, "up");
    }

    public ValueTask DisposeAsync() => Lab.DisposeAsync();
}
