namespace Croft.Libvirt.Tests;

/// <summary>libvirt's own driver inside the process; its default host is shared by all tests.</summary>
static class TestDriver
{
    // An event that comes while its last callback goes stays in the driver's queue, and those of the next callback wait behind it for ever
    // (libvirt's conf/object_event.c looks at the timer without the lock): this one never goes.
    static readonly LibvirtConnection Listening = LibvirtConnection.Open("test:///default");
    static readonly IDisposable Callback = Listening.SubscribeLifecycle(_ => { });

    internal static LibvirtConnection Open()
    {
        _ = Callback;
        return LibvirtConnection.Open("test:///default");
    }
}
