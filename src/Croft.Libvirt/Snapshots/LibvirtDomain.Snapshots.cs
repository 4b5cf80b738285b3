namespace Croft.Libvirt;

public sealed unsafe partial class LibvirtDomain
{
    /// <summary>Takes a snapshot.</summary>
    public LibvirtSnapshot CreateSnapshot(string xml, SnapshotCreateFlags flags = SnapshotCreateFlags.None) =>
        new(Checked(virDomainSnapshotCreateXML(handle, xml, flags)));

    /// <summary>The snapshots, all unless flags choose.</summary>
    public IReadOnlyList<LibvirtSnapshot> Snapshots(SnapshotListFlags flags = SnapshotListFlags.All)
    {
        var count = Checked(virDomainListAllSnapshots(handle, out var snapshots, flags));
        return Taken.List(snapshots, count, snapshot => new LibvirtSnapshot(SnapshotHandle.Own(snapshot)));
    }

    /// <summary>The snapshot of that name, or null.</summary>
    public LibvirtSnapshot? FindSnapshot(string name) =>
        LibvirtSnapshot.OrNull(Found(virDomainSnapshotLookupByName(handle, name, 0), LibvirtError.NoDomainSnapshot));

    /// <summary>The snapshot that the next one is a child of, or null.</summary>
    public LibvirtSnapshot? CurrentSnapshot() =>
        LibvirtSnapshot.OrNull(Found(virDomainSnapshotCurrent(handle, 0), LibvirtError.NoDomainSnapshot));
}
