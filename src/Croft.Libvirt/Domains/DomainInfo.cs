namespace Croft.Libvirt;

/// <summary>What a domain uses.</summary>
/// <param name="State">The state.</param>
/// <param name="MaxMemoryKiB">The most memory it may have.</param>
/// <param name="MemoryKiB">The memory it has.</param>
/// <param name="Vcpus">Its processors.</param>
/// <param name="CpuTimeNanoseconds">The processor time it used.</param>
public readonly record struct DomainInfo(DomainState State, ulong MaxMemoryKiB, ulong MemoryKiB, int Vcpus, ulong CpuTimeNanoseconds);
