namespace Croft.Libvirt;

public sealed unsafe partial class LibvirtConnection
{
    readonly EventSource<LifecycleEvent> lifecycle;
    readonly EventSource<AgentEvent> agents;

    LibvirtConnection(ConnectHandle handle)
    {
        this.handle = handle;
        lifecycle = DomainEvents<LifecycleEvent>(LifecycleEventId, (delegate* unmanaged<nint, nint, int, int, nint, int>)&OnLifecycle);
        agents = DomainEvents<AgentEvent>(AgentLifecycleEventId, (delegate* unmanaged<nint, nint, int, int, nint, void>)&OnAgent);
    }

    /// <summary>
    /// Tells what happens to the domains, in order, until disposed. Handlers run on the event thread: they hand on, return, and must not
    /// throw.
    /// </summary>
    public IDisposable SubscribeLifecycle(Action<LifecycleEvent> handler) => lifecycle.Subscribe(handler);

    /// <summary>Tells when guest agents come and go. Handlers run on the event thread: they hand on, return, and must not throw.</summary>
    public IDisposable SubscribeAgent(Action<AgentEvent> handler) => agents.Subscribe(handler);

    EventSource<T> DomainEvents<T>(int eventId, void* callback) =>
        new(
            opaque => virConnectDomainEventRegisterAny(this.handle, 0, eventId, callback, opaque, &Callback.Free),
            id => _ = virConnectDomainEventDeregisterAny(this.handle, id)
        );

    void EndSubscriptions()
    {
        lifecycle.End();
        agents.End();
    }

    [UnmanagedCallersOnly]
    static int OnLifecycle(nint connection, nint domain, int kind, int detail, nint opaque)
    {
        Deliver(opaque, () => new LifecycleEvent(NameOf(domain), UuidOf(domain), (DomainEventKind)kind, detail));
        return 0;
    }

    [UnmanagedCallersOnly]
    static void OnAgent(nint connection, nint domain, int state, int reason, nint opaque) =>
        Deliver(opaque, () => new AgentEvent(NameOf(domain), UuidOf(domain), (AgentState)state, (AgentReason)reason));

    static void Deliver<T>(nint opaque, Func<T> read)
    {
        try
        {
            Callback.Target<EventSource<T>>(opaque).Raise(read());
        }
        catch (LibvirtException)
        {
            // An event of something that libvirt cannot name is nobody's event; it must not reach libvirt's stack.
        }
    }

    static string NameOf(nint domain)
    {
        using var borrowed = DomainHandle.Borrow(domain);
        return Checked(virDomainGetName(borrowed));
    }

    static Guid UuidOf(nint domain)
    {
        using var borrowed = DomainHandle.Borrow(domain);
        return LibvirtDomain.UuidOf(borrowed);
    }
}
