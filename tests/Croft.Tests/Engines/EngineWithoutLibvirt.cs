using Croft.Engines;

namespace Croft.Tests.Engines;

public sealed class EngineWithoutLibvirt : EngineContract
{
    private protected override Task OnAsync(Func<IEngine, Task> use) => use(new NullEngine("h"));
}
