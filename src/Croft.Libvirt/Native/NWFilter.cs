namespace Croft.Libvirt.Native;

static unsafe partial class Libvirt
{
    [LibraryImport(Library)]
    internal static partial int virConnectListAllNWFilters(ConnectHandle conn, out nint* filters, uint flags);

    [LibraryImport(Library)]
    internal static partial byte* virNWFilterGetName(nint filter);

    [LibraryImport(Library)]
    internal static partial int virNWFilterFree(nint filter);
}
