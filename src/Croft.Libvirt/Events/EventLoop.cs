namespace Croft.Libvirt;

/// <summary>The process's one event thread; it runs callbacks, keepalives and non-blocking streams, until the process ends.</summary>
static class EventLoop
{
    internal static void Start() => new Thread(Run) { IsBackground = true, Name = "libvirt events" }.Start();

    static void Run()
    {
        // Without handles and timers the loop sleeps; what another thread adds wakes it. It fails only when poll does.
        while (virEventRunDefaultImpl() >= 0)
        {
        }
    }
}
