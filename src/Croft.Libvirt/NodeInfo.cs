namespace Croft.Libvirt;

/// <summary>A host's processors and memory.</summary>
/// <param name="Model">The processor's architecture, such as x86_64.</param>
/// <param name="MemoryKiB">The whole memory.</param>
/// <param name="Cpus">The processors that are online.</param>
/// <param name="MHz">Their frequency; 0 when not known.</param>
/// <param name="Nodes">NUMA nodes.</param>
/// <param name="Sockets">Sockets of a node.</param>
/// <param name="Cores">Cores of a socket.</param>
/// <param name="Threads">Threads of a core.</param>
public sealed record NodeInfo(string Model, ulong MemoryKiB, int Cpus, int MHz, int Nodes, int Sockets, int Cores, int Threads);
