namespace Croft.Libvirt;

/// <summary>A pool's state and space, in bytes.</summary>
/// <param name="State">The state.</param>
/// <param name="Capacity">The whole space.</param>
/// <param name="Allocation">What is used.</param>
/// <param name="Available">What is free.</param>
public readonly record struct PoolInfo(PoolState State, ulong Capacity, ulong Allocation, ulong Available);
