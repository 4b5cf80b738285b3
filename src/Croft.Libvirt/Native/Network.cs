using System.Runtime.InteropServices.Marshalling;
using Microsoft.Win32.SafeHandles;

namespace Croft.Libvirt.Native;

static unsafe partial class Libvirt
{
    [LibraryImport(Library)]
    internal static partial int virNetworkFree(nint network);

    [LibraryImport(Library)]
    internal static partial int virConnectListAllNetworks(ConnectHandle conn, out nint* nets, NetworkListFlags flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial NetworkHandle virNetworkLookupByName(ConnectHandle conn, string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial NetworkHandle virNetworkDefineXML(ConnectHandle conn, string xml);

    [LibraryImport(Library)]
    [return: MarshalUsing(typeof(BorrowedString))]
    internal static partial string? virNetworkGetName(NetworkHandle network);

    [LibraryImport(Library)]
    internal static partial int virNetworkGetUUID(NetworkHandle network, byte* uuid);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial string? virNetworkGetXMLDesc(NetworkHandle network, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial string? virNetworkGetBridgeName(NetworkHandle network);

    [LibraryImport(Library)]
    internal static partial int virNetworkIsActive(NetworkHandle net);

    [LibraryImport(Library)]
    internal static partial int virNetworkIsPersistent(NetworkHandle net);

    [LibraryImport(Library)]
    internal static partial int virNetworkCreate(NetworkHandle network);

    [LibraryImport(Library)]
    internal static partial int virNetworkDestroy(NetworkHandle network);

    [LibraryImport(Library)]
    internal static partial int virNetworkUndefine(NetworkHandle network);

    [LibraryImport(Library)]
    internal static partial int virNetworkGetAutostart(NetworkHandle network, out int autostart);

    [LibraryImport(Library)]
    internal static partial int virNetworkSetAutostart(NetworkHandle network, int autostart);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virNetworkUpdate(
        NetworkHandle network,
        NetworkUpdateCommand command,
        NetworkUpdateSection section,
        int parentIndex,
        string xml,
        AffectFlags flags
    );

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virNetworkGetDHCPLeases(NetworkHandle network, string? mac, out virNetworkDHCPLease** leases, uint flags);

    [LibraryImport(Library)]
    internal static partial void virNetworkDHCPLeaseFree(virNetworkDHCPLease* lease);

    [StructLayout(LayoutKind.Sequential)]
    internal struct virNetworkDHCPLease
    {
        internal byte* iface;
        internal long expirytime;
        internal int type;
        internal byte* mac;
        internal byte* iaid;
        internal byte* ipaddr;
        internal uint prefix;
        internal byte* hostname;
        internal byte* clientid;
    }
}

sealed class NetworkHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public NetworkHandle()
        : base(true) { }

    NetworkHandle(nint network, bool owned)
        : base(owned) => SetHandle(network);

    internal static NetworkHandle Own(nint network) => new(network, true);

    /// <summary>Of an event's network, which libvirt releases after the callback.</summary>
    internal static NetworkHandle Borrow(nint network) => new(network, false);

    protected override bool ReleaseHandle() => virNetworkFree(handle) >= 0;
}
