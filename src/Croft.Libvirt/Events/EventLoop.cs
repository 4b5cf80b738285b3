namespace Croft.Libvirt;

/// <summary>The process's one event thread; it runs callbacks, keepalives and non-blocking streams.</summary>
static unsafe class EventLoop
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    static readonly Thread Thread = new(Run) { IsBackground = true, Name = "libvirt events" };
    static volatile bool ends;

    internal static void Start() => Thread.Start();

    /// <summary>Ends it, so that it does not run beside what libraries do when the process ends.</summary>
    internal static void Stop()
    {
        if (!Thread.IsAlive)
            return;
        ends = true;
        if (virEventAddTimeout(0, &Wake, null, null) >= 0)
            Thread.Join(Patience);
    }

    static void Run()
    {
        // Without handles and timers the loop sleeps; what another thread adds wakes it. It fails only when poll does.
        while (!ends && virEventRunDefaultImpl() >= 0) { }
    }

    [UnmanagedCallersOnly]
    static void Wake(int timer, void* opaque) { }
}
