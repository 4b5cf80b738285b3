namespace Croft.Libvirt;

/// <summary>A snapshot of a domain.</summary>
public sealed unsafe class LibvirtSnapshot : IDisposable
{
    readonly SnapshotHandle handle;

    internal LibvirtSnapshot(SnapshotHandle handle) => this.handle = handle;

    /// <summary>The name.</summary>
    public string Name => Checked(virDomainSnapshotGetName(this.handle));

    /// <summary>Whether the next snapshot is a child of this one.</summary>
    public bool IsCurrent => Checked(virDomainSnapshotIsCurrent(this.handle, 0)) == 1;

    /// <summary>The description, with passwords when secure.</summary>
    public string Xml(bool secure = false) => Checked(virDomainSnapshotGetXMLDesc(this.handle, secure ? 1u : 0));

    /// <summary>The snapshot it was taken on top of, or null.</summary>
    public LibvirtSnapshot? Parent() => OrNull(Found(virDomainSnapshotGetParent(this.handle, 0), LibvirtError.NoDomainSnapshot));

    /// <summary>The snapshots taken right on top of it, unless flags choose.</summary>
    public IReadOnlyList<LibvirtSnapshot> Children(SnapshotListFlags flags = SnapshotListFlags.All)
    {
        var count = Checked(virDomainSnapshotListAllChildren(this.handle, out var snapshots, flags));
        return Taken.List(snapshots, count, snapshot => new LibvirtSnapshot(SnapshotHandle.Own(snapshot)));
    }

    /// <summary>Brings the domain back, with the definition and metadata it had then.</summary>
    public void Revert(SnapshotRevertFlags flags = SnapshotRevertFlags.None) => Checked(virDomainRevertToSnapshot(this.handle, flags));

    /// <summary>Deletes it.</summary>
    public void Delete(SnapshotDeleteFlags flags = SnapshotDeleteFlags.None) => Checked(virDomainSnapshotDelete(this.handle, flags));

    /// <summary>Releases the handle; the snapshot itself stays.</summary>
    public void Dispose() => this.handle.Dispose();

    internal static LibvirtSnapshot? OrNull(SnapshotHandle? handle) => handle is null ? null : new LibvirtSnapshot(handle);
}
