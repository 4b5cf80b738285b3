using System.Diagnostics;

[assembly: AssemblyFixture(typeof(Croft.Machines.Tests.KilledRuns))]

namespace Croft.Machines.Tests;

/// <summary>Before the first test, gives back what test runs left that were killed: names of farms, addresses, memory.</summary>
public sealed class KilledRuns : IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        using var own = Process.GetCurrentProcess();
        var alive = Process.GetProcessesByName(own.ProcessName).Select(p => $"{p.Id}").ToHashSet();
        foreach (
            var folder in Directory
                .EnumerateDirectories(Path.GetTempPath(), Lab.Prefix + "*")
                .Where(f => !alive.Contains(Path.GetFileName(f).Split('-')[2]))
        )
            await GiveBackAsync(folder);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    static async Task GiveBackAsync(string folder)
    {
        try
        {
            await new Lab("", folder).DisposeAsync();
        }
        catch (IOException)
        {
            // Another test run gives it back at the same time.
        }
    }
}
