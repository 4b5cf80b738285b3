using System.Collections.Immutable;

namespace Croft.Engines;

/// <summary>What exists on it, and what it can do.</summary>
public partial interface IEngine
{
    /// <summary>Asks for everything that planning needs to know of this hypervisor, all at once.</summary>
    /// <param name="firmwareFor">The architectures for which UEFI and TPMs are asked about, too, which takes longer.</param>
    Task<HypervisorState> ObserveAsync(ImmutableArray<string> firmwareFor, CancellationToken cancel);

    /// <summary>Asks only for what its room follows from: its size and its machines.</summary>
    Task<HypervisorState> ObserveRoomAsync(CancellationToken cancel);

    /// <summary>All machines of the hypervisor, Croft's and others.</summary>
    Task<ImmutableArray<MachineState>> ListMachinesAsync(CancellationToken cancel);

    /// <summary>All networks of the hypervisor.</summary>
    Task<ImmutableArray<NetworkState>> ListNetworksAsync(CancellationToken cancel);

    /// <summary>
    /// Proves that a virtualization type works by booting a kernel until it panics for want of an init; a device node that opens proves nothing.
    /// The machine is transient and leaves nothing behind.
    /// </summary>
    /// <param name="kernel">Volume of a Linux kernel for the architecture.</param>
    /// <returns>How long the kernel took; null when its machine was seen to end before that, or to say nothing at all.</returns>
    /// <exception cref="CroftException">It could not be tried to the end, which proves nothing.</exception>
    Task<TimeSpan?> ProveAsync(string arch, string virtType, string kernel, TimeProvider clock, CancellationToken cancel);
}
