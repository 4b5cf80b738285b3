namespace Croft.Libvirt.Native;

static unsafe partial class Libvirt
{
    [LibraryImport(Library)]
    internal static partial int virConnectListAllInterfaces(ConnectHandle conn, out nint* ifaces, uint flags);

    [LibraryImport(Library)]
    internal static partial byte* virInterfaceGetName(nint iface);

    [LibraryImport(Library)]
    internal static partial int virInterfaceFree(nint iface);
}
