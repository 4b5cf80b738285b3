namespace Croft.Tests.Simulated;

/// <summary>Simulated time goes on when the thread pool is at rest, so simulations are alone.</summary>
[CollectionDefinition(nameof(Apart), DisableParallelization = true)]
#pragma warning disable CA1711 // it is what xunit calls a collection
public sealed class Apart;
#pragma warning restore CA1711
