namespace Croft.Libvirt.Native;

static unsafe partial class Libvirt
{
    internal const int LifecycleEventId = 0;
    internal const int AgentLifecycleEventId = 18;

    [LibraryImport(Library)]
    internal static partial int virEventRegisterDefaultImpl();

    [LibraryImport(Library)]
    internal static partial int virEventRunDefaultImpl();

    [LibraryImport(Library)]
    internal static partial int virEventAddTimeout(
        int timeout,
        delegate* unmanaged<int, void*, void> cb,
        void* opaque,
        delegate* unmanaged<void*, void> ff
    );

    [LibraryImport(Library)]
    internal static partial int virConnectDomainEventRegisterAny(
        ConnectHandle conn,
        nint dom,
        int eventID,
        void* cb,
        nint opaque,
        delegate* unmanaged<nint, void> freecb
    );

    [LibraryImport(Library)]
    internal static partial int virConnectDomainEventDeregisterAny(ConnectHandle conn, int callbackID);
}
