namespace Croft.Machines.Tests;

/// <summary>The same on Incus, in a Debian of its own.</summary>
public sealed class ContainersOnIncus() : ContainersOnAHost("Incus")
{
    public override async ValueTask InitializeAsync()
    {
        Lab.OnlyWithAll();
        await base.InitializeAsync();
    }
}
