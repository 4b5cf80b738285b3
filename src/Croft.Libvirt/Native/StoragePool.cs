using System.Runtime.InteropServices.Marshalling;
using Microsoft.Win32.SafeHandles;

namespace Croft.Libvirt.Native;

static unsafe partial class Libvirt
{
    [LibraryImport(Library)]
    internal static partial int virStoragePoolFree(nint pool);

    [LibraryImport(Library)]
    internal static partial int virConnectListAllStoragePools(ConnectHandle conn, out nint* pools, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial PoolHandle virStoragePoolLookupByName(ConnectHandle conn, string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial PoolHandle virStoragePoolDefineXML(ConnectHandle conn, string xml, uint flags);

    [LibraryImport(Library)]
    [return: MarshalUsing(typeof(BorrowedString))]
    internal static partial string? virStoragePoolGetName(PoolHandle pool);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolGetUUID(PoolHandle pool, byte* uuid);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial string? virStoragePoolGetXMLDesc(PoolHandle pool, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolGetInfo(PoolHandle pool, out virStoragePoolInfo info);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolIsActive(PoolHandle pool);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolBuild(PoolHandle pool, PoolBuildFlags flags);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolCreate(PoolHandle pool, PoolStartFlags flags);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolDestroy(PoolHandle pool);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolUndefine(PoolHandle pool);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolDelete(PoolHandle pool, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolRefresh(PoolHandle pool, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolGetAutostart(PoolHandle pool, out int autostart);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolSetAutostart(PoolHandle pool, int autostart);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolListAllVolumes(PoolHandle pool, out nint* vols, uint flags);

    [StructLayout(LayoutKind.Sequential)]
    internal struct virStoragePoolInfo
    {
        internal int state;
        internal ulong capacity,
            allocation,
            available;
    }
}

sealed class PoolHandle() : SafeHandleZeroOrMinusOneIsInvalid(true)
{
    internal static PoolHandle Own(nint pool)
    {
        var owner = new PoolHandle();
        owner.SetHandle(pool);
        return owner;
    }

    protected override bool ReleaseHandle() => virStoragePoolFree(handle) >= 0;
}
