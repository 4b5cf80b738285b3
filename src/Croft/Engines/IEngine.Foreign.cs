using System.Collections.Immutable;

namespace Croft.Engines;

/// <summary>Snapshots that libvirt itself keeps of Croft's machines: those of others, and the entries by which virsh shows Croft's.</summary>
public partial interface IEngine
{
    /// <summary>The snapshots that others made of a machine, parents first; none where there is no machine.</summary>
    Task<ImmutableArray<ForeignSnapshot>> ForeignSnapshotsAsync(string domain, CancellationToken cancel);

    /// <summary>Puts a machine back to a snapshot that somebody else made; it runs afterwards if that holds memory.</summary>
    Task RevertAsync(string domain, string snapshot, CancellationToken cancel);

    /// <summary>Deletes a snapshot that somebody else made, with what it keeps inside the machine's disks.</summary>
    Task DeleteForeignAsync(string domain, string snapshot, CancellationToken cancel);

    /// <summary>Has libvirt forget the snapshots that others made of a machine which is made anew: the disks that they are in go.</summary>
    Task ForgetForeignAsync(string domain, CancellationToken cancel);

    /// <summary>Has virsh show one of Croft's snapshots.</summary>
    /// <param name="definition">The machine's.</param>
    Task ShowAsync(string domain, ShownSnapshot snapshot, string definition, CancellationToken cancel);

    /// <summary>Has virsh show these of Croft's snapshots and no others.</summary>
    Task ShowOnlyAsync(string domain, IReadOnlyCollection<ShownSnapshot> snapshots, CancellationToken cancel);
}
