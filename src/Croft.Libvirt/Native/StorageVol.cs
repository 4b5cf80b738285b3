using System.Runtime.InteropServices.Marshalling;
using Microsoft.Win32.SafeHandles;

namespace Croft.Libvirt.Native;

static unsafe partial class Libvirt
{
    [LibraryImport(Library)]
    internal static partial int virStorageVolFree(nint vol);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial VolumeHandle virStorageVolLookupByName(PoolHandle pool, string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial VolumeHandle virStorageVolLookupByPath(ConnectHandle conn, string path);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial VolumeHandle virStorageVolCreateXML(PoolHandle pool, string xmlDesc, VolumeCreateFlags flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial VolumeHandle virStorageVolCreateXMLFrom(
        PoolHandle pool,
        string xmlDesc,
        VolumeHandle clonevol,
        VolumeCreateFlags flags
    );

    [LibraryImport(Library)]
    internal static partial PoolHandle virStoragePoolLookupByVolume(VolumeHandle vol);

    [LibraryImport(Library)]
    [return: MarshalUsing(typeof(BorrowedString))]
    internal static partial string? virStorageVolGetName(VolumeHandle vol);

    [LibraryImport(Library)]
    [return: MarshalUsing(typeof(BorrowedString))]
    internal static partial string? virStorageVolGetKey(VolumeHandle vol);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial string? virStorageVolGetPath(VolumeHandle vol);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial string? virStorageVolGetXMLDesc(VolumeHandle vol, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStorageVolGetInfo(VolumeHandle vol, out virStorageVolInfo info);

    [LibraryImport(Library)]
    internal static partial int virStorageVolDelete(VolumeHandle vol, VolumeDeleteFlags flags);

    [LibraryImport(Library)]
    internal static partial int virStorageVolResize(VolumeHandle vol, ulong capacity, VolumeResizeFlags flags);

    [LibraryImport(Library)]
    internal static partial int virStorageVolWipe(VolumeHandle vol, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStorageVolUpload(VolumeHandle vol, StreamHandle stream, ulong offset, ulong length, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStorageVolDownload(VolumeHandle vol, StreamHandle stream, ulong offset, ulong length, uint flags);

    [StructLayout(LayoutKind.Sequential)]
    internal struct virStorageVolInfo
    {
        internal int type;
        internal ulong capacity,
            allocation;
    }
}

sealed class VolumeHandle() : SafeHandleZeroOrMinusOneIsInvalid(true)
{
    internal static VolumeHandle Own(nint volume)
    {
        var owner = new VolumeHandle();
        owner.SetHandle(volume);
        return owner;
    }

    protected override bool ReleaseHandle() => virStorageVolFree(handle) >= 0;
}
