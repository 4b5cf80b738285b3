namespace Croft.Libvirt;

/// <summary>
/// One kind of event of one connection. libvirt takes a callback once per connection ("event callback already tracked"), so it is
/// registered
/// for the first subscriber and stays until the connection ends; subscribers come and go here.
/// </summary>
sealed class EventSource<T>(Func<nint, int> register, Action<int> deregister)
{
    readonly Lock gate = new();
    volatile Subscription[] subscriptions = [];
    int id = -1;

    internal IDisposable Subscribe(Action<T> handler)
    {
        lock (gate)
        {
            if (id < 0)
                Register();
            var subscription = new Subscription(this, handler);
            subscriptions = [.. subscriptions, subscription];
            return subscription;
        }
    }

    internal void End()
    {
        lock (gate)
        {
            subscriptions = [];
            if (id >= 0)
                deregister(id);
            id = -1;
        }
    }

    internal void Raise(T value)
    {
        foreach (var subscription in subscriptions)
            subscription.Tell(value);
    }

    void Register()
    {
        var self = GCHandle.Alloc(this);
        id = register(GCHandle.ToIntPtr(self));
        if (id >= 0)
            return;
        var error = LastError();
        self.Free();
        throw error;
    }

    sealed class Subscription(EventSource<T> source, Action<T> handler) : IDisposable
    {
        /// <summary>What a handler throws must not reach libvirt's stack, nor keep the event from the others.</summary>
        internal void Tell(T value)
        {
            try
            {
                handler(value);
            }
            catch (Exception) { }
        }

        public void Dispose()
        {
            lock (source.gate)
                source.subscriptions = [.. source.subscriptions.Where(each => each != this)];
        }
    }
}
