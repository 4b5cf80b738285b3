namespace Croft.Libvirt.Native;

static unsafe partial class Libvirt
{
    const string QemuLibrary = "libvirt-qemu.so.0";

    [LibraryImport(QemuLibrary, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial string? virDomainQemuAgentCommand(DomainHandle domain, string cmd, int timeout, uint flags);

    [LibraryImport(QemuLibrary, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainQemuMonitorCommand(DomainHandle domain, string cmd, out string? result, uint flags);
}
