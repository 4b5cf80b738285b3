using System.Runtime.InteropServices.Marshalling;
using Microsoft.Win32.SafeHandles;

namespace Croft.Libvirt.Native;

static unsafe partial class Libvirt
{
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ConnectHandle virConnectOpenAuth(string name, virConnectAuth* auth, ConnectFlags flags);

    [LibraryImport(Library)]
    internal static partial int virConnectClose(nint conn);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial string? virConnectGetURI(ConnectHandle conn);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial string? virConnectGetHostname(ConnectHandle conn);

    [LibraryImport(Library)]
    [return: MarshalUsing(typeof(BorrowedString))]
    internal static partial string? virConnectGetType(ConnectHandle conn);

    [LibraryImport(Library)]
    internal static partial int virConnectGetLibVersion(ConnectHandle conn, out CULong libVer);

    [LibraryImport(Library)]
    internal static partial int virConnectGetVersion(ConnectHandle conn, out CULong hvVer);

    [LibraryImport(Library)]
    internal static partial int virConnectIsAlive(ConnectHandle conn);

    [LibraryImport(Library)]
    internal static partial int virConnectSetKeepAlive(ConnectHandle conn, int interval, uint count);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial string? virConnectGetCapabilities(ConnectHandle conn);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial string? virConnectGetDomainCapabilities(
        ConnectHandle conn,
        string? emulatorbin,
        string? arch,
        string? machine,
        string? virttype,
        uint flags
    );

    [LibraryImport(Library)]
    internal static partial int virNodeGetInfo(ConnectHandle conn, out virNodeInfo info);

    [LibraryImport(Library)]
    internal static partial ulong virNodeGetFreeMemory(ConnectHandle conn);

    [StructLayout(LayoutKind.Sequential)]
    internal struct virConnectAuth
    {
        internal int* credtype;
        internal uint ncredtype;
        internal delegate* unmanaged<void*, uint, void*, int> cb;
        internal void* cbdata;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct virNodeInfo
    {
        internal fixed byte model[32];
        internal CULong memory;
        internal uint cpus,
            mhz,
            nodes,
            sockets,
            cores,
            threads;
    }
}

sealed class ConnectHandle() : SafeHandleZeroOrMinusOneIsInvalid(true)
{
    // The count of references that are left: domains and events keep the connection alive.
    protected override bool ReleaseHandle() => virConnectClose(handle) >= 0;
}
