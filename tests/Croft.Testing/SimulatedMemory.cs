using Croft.Engines;

namespace Croft.Testing;

/// <summary>What a guest knows: the seed that it was told, with its name, keys and addresses.</summary>
sealed record SimulatedMemory(string Seed);
