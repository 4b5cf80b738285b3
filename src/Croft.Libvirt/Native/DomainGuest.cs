namespace Croft.Libvirt.Native;

static unsafe partial class Libvirt
{
    [LibraryImport(Library)]
    internal static partial int virDomainFSFreeze(DomainHandle dom, byte** mountpoints, uint nmountpoints, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainFSThaw(DomainHandle dom, byte** mountpoints, uint nmountpoints, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainInterfaceAddresses(
        DomainHandle dom,
        out virDomainInterface** ifaces,
        InterfaceAddressSource source,
        uint flags
    );

    [LibraryImport(Library)]
    internal static partial void virDomainInterfaceFree(virDomainInterface* iface);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainOpenConsole(DomainHandle dom, string? dev_name, StreamHandle st, ConsoleFlags flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainOpenChannel(DomainHandle dom, string? name, StreamHandle st, uint flags);

    [StructLayout(LayoutKind.Sequential)]
    internal struct virDomainInterface
    {
        internal byte* name;
        internal byte* hwaddr;
        internal uint naddrs;
        internal virDomainIPAddress* addrs;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct virDomainIPAddress
    {
        internal int type;
        internal byte* addr;
        internal uint prefix;
    }
}
