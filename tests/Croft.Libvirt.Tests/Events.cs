using System.Collections.Concurrent;

namespace Croft.Libvirt.Tests;

public sealed class Events
{
    readonly string name = Xml.NewName("events");

    [Fact]
    public void ArriveInOrder()
    {
        using var connection = TestDriver.Open();
        var seen = new ConcurrentQueue<LifecycleEvent>();
        using var subscription = connection.SubscribeLifecycle(e =>
        {
            if (e.Name == name)
                seen.Enqueue(e);
        });
        var uuid = LiveOnce(connection);
        Wait.Until(() => seen.Count >= 4, "four events are there");
        Assert.Equal(
            [DomainEventKind.Defined, DomainEventKind.Started, DomainEventKind.Stopped, DomainEventKind.Undefined],
            seen.Select(e => e.Kind)
        );
        Assert.All(seen, e => Assert.Equal(uuid, e.Uuid));
        Assert.Equal((int)StoppedDetail.Destroyed, seen.ElementAt(2).Detail);
    }

    [Fact]
    public void EndWithTheSubscription()
    {
        using var connection = TestDriver.Open();
        int ended = 0,
            going = 0;
        var subscription = connection.SubscribeLifecycle(e => ended += e.Name == name ? 1 : 0);
        using var other = connection.SubscribeLifecycle(e => going += e.Name == name ? 1 : 0);
        subscription.Dispose();
        subscription.Dispose();
        LiveOnce(connection);
        Wait.Until(() => going == 4, "the other subscription has four events");
        Assert.Equal(0, ended);
    }

    [Fact]
    public void SurviveAHandlerThatThrows()
    {
        using var connection = TestDriver.Open();
        var calls = 0;
        using var subscription = connection.SubscribeLifecycle(e =>
        {
            if (e.Name == name)
                calls++;
            throw new InvalidOperationException();
        });
        LiveOnce(connection);
        Wait.Until(() => calls == 4, "the handler was called four times");
    }

    [Fact]
    public void LetTheConnectionCloseFirst()
    {
        var connection = TestDriver.Open();
        var subscription = connection.SubscribeLifecycle(_ => { });
        connection.Dispose();
        subscription.Dispose();
    }

    Guid LiveOnce(LibvirtConnection connection)
    {
        using var domain = connection.DefineDomain(Xml.TestDomain(name));
        domain.Start();
        domain.Destroy();
        domain.Undefine();
        return domain.Uuid;
    }
}
