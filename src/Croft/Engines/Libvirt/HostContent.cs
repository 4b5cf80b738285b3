using System.Collections.Immutable;
using Croft.Engines.Libvirt.States;

namespace Croft.Engines.Libvirt;

/// <summary>All that is on one hypervisor, as far as it decides what is needed there.</summary>
/// <param name="Machines">All, other people's too.</param>
/// <param name="Files">Of Croft's pool.</param>
/// <param name="Snapshots">Of all farms, layers too.</param>
/// <param name="Used">Files of the pool and networks that any machine's definition names.</param>
/// <param name="Touched">Names on the hypervisor of machines whose disks others had their hands on: all their files stay.</param>
sealed record HostContent(
    string Hypervisor,
    ImmutableArray<MachineState> Machines,
    ImmutableArray<NetworkState> Networks,
    DiskFiles Files,
    ImmutableArray<StoredSnapshot> Snapshots,
    ImmutableHashSet<string> Used,
    ImmutableHashSet<string> Touched
);
