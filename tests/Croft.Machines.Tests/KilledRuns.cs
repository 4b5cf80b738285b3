using Croft.Testing;

[assembly: AssemblyFixture(typeof(Croft.Machines.Tests.KilledRuns))]

namespace Croft.Machines.Tests;

/// <summary>Before the first test, gives back what test runs left that were killed: names of farms, addresses, memory.</summary>
public sealed class KilledRuns : IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        foreach (var folder in TestFolder.OfKilled(Lab.Prefix))
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
