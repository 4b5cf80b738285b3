using System.Runtime.InteropServices.Marshalling;
using Microsoft.Win32.SafeHandles;

namespace Croft.Libvirt.Native;

static unsafe partial class Libvirt
{
    [LibraryImport(Library)]
    internal static partial int virDomainSnapshotFree(nint snapshot);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SnapshotHandle virDomainSnapshotCreateXML(DomainHandle domain, string xmlDesc, SnapshotCreateFlags flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SnapshotHandle virDomainSnapshotLookupByName(DomainHandle domain, string name, uint flags);

    [LibraryImport(Library)]
    internal static partial SnapshotHandle virDomainSnapshotCurrent(DomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainListAllSnapshots(DomainHandle domain, out nint* snaps, SnapshotListFlags flags);

    [LibraryImport(Library)]
    internal static partial int virDomainSnapshotListAllChildren(SnapshotHandle snapshot, out nint* snaps, SnapshotListFlags flags);

    [LibraryImport(Library)]
    [return: MarshalUsing(typeof(BorrowedString))]
    internal static partial string? virDomainSnapshotGetName(SnapshotHandle snapshot);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial string? virDomainSnapshotGetXMLDesc(SnapshotHandle snapshot, uint flags);

    [LibraryImport(Library)]
    internal static partial SnapshotHandle virDomainSnapshotGetParent(SnapshotHandle snapshot, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainSnapshotIsCurrent(SnapshotHandle snapshot, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainRevertToSnapshot(SnapshotHandle snapshot, SnapshotRevertFlags flags);

    [LibraryImport(Library)]
    internal static partial int virDomainSnapshotDelete(SnapshotHandle snapshot, SnapshotDeleteFlags flags);
}

sealed class SnapshotHandle() : SafeHandleZeroOrMinusOneIsInvalid(true)
{
    internal static SnapshotHandle Own(nint snapshot)
    {
        var owner = new SnapshotHandle();
        owner.SetHandle(snapshot);
        return owner;
    }

    protected override bool ReleaseHandle() => virDomainSnapshotFree(handle) >= 0;
}
