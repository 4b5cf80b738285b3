using System.Collections.Immutable;
using Croft.Engines;
using Croft.Engines.Libvirt;

namespace Croft.Testing;

/// <summary>
/// A connection to a simulated hypervisor. Every operation takes a moment of simulated time, and then happens as a whole or not at all;
/// when the hypervisor falls
/// silent it hangs, as it does with libvirt, until that is noticed.
/// </summary>
sealed partial class SimulatedConnection(
    Simulation simulation,
    SimulatedHost host,
    SortedDictionary<string, SimulatedVolume> volumes,
    SortedDictionary<string, SimulatedMachine> machines,
    SortedDictionary<string, SimulatedNetwork> networks
) : ILibvirtHost
{
    static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(60);

    readonly Dictionary<string, ImmutableArray<Action<MachineSignal>>> watchers = new(StringComparer.Ordinal);
    readonly TaskCompletionSource lost = new();

    public string Name => host.Name;

    public bool IsSession => false;

    public bool IsLost { get; private set; }

    public Task<IDisposable> WatchAsync(string domain, Action<MachineSignal> signal, CancellationToken cancel)
    {
        watchers[domain] = WatchersOf(domain).Add(signal);
        return Task.FromResult<IDisposable>(new Unwatch(() => watchers[domain] = WatchersOf(domain).Remove(signal)));
    }

    ImmutableArray<Action<MachineSignal>> WatchersOf(string domain) => watchers.GetValueOrDefault(domain, []);

    public void Dispose() => host.Disconnect(this);

    /// <summary>Whoever watches the machine hears it on its own, so that all is told in one order.</summary>
    internal void Signal(string machine, MachineSignal signal) => simulation.Clock.After(TimeSpan.Zero, () =>
        {
            foreach (var watcher in WatchersOf(machine))
                watcher(signal);
        });

    internal void Lose()
    {
        IsLost = true;
        simulation.Clock.After(TimeSpan.Zero, lost.SetResult);
        foreach (var machine in watchers.Keys)
            Signal(machine, MachineSignal.HostLost);
    }

    /// <summary>Does something, after which the hypervisor is another.</summary>
    Task<T> CallAsync<T>(string doing, Func<T> act, CancellationToken cancel) =>
        AskAsync(
            doing,
            () =>
            {
                var result = act();
                host.Changed();
                return result;
            },
            cancel
        );

    async Task<T> AskAsync<T>(string doing, Func<T> ask, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        await TravelAsync(doing);
        var fault = simulation.FaultOf(host, doing);
        if (fault == SimulatedFault.HostDies)
        {
            host.Die();
            await TravelAsync(doing);
        }

        if (fault == SimulatedFault.KilledBefore)
            await DieAsync();
        if (fault == SimulatedFault.Refused)
            throw Failure(doing, "it failed on purpose");
        var result = ask();
        if (fault == SimulatedFault.KilledAfter)
            await DieAsync();
        if (fault == SimulatedFault.AnswerLost)
            throw Failure(doing, "its answer was lost on purpose");
        await TravelAsync(doing);
        return result;
    }

    Task CallAsync(string doing, Action act, CancellationToken cancel) =>
        CallAsync(
            doing,
            () =>
            {
                act();
                return true;
            },
            cancel
        );

    Task OnMachineAsync(string doing, string machine, Action<SimulatedMachine> act, CancellationToken cancel) =>
        CallAsync(doing, () => act(Find(machine)), cancel);

    /// <summary>Half of the way of a question and its answer.</summary>
    async Task TravelAsync(string doing)
    {
        await simulation.DelayAsync(simulation.Some(Longest));
        while (!host.Answers && !IsLost)
            await Task.WhenAny(host.Reach.Next, lost.Task);
        if (IsLost)
            throw Failure(doing, "the connection broke");
    }

    async Task DieAsync()
    {
        simulation.Kill();
        await new TaskCompletionSource().Task;
    }

    SimulatedMachine Find(string name) =>
        machines.GetValueOrDefault(name)
        ?? throw CroftException.World($"hypervisor \"{Name}\" has no machine {name}", "croft ls shows what exists");

    CroftException Failure(string doing, string why) => CroftException.World($"{doing} on hypervisor \"{Name}\": {why}");

    sealed class Unwatch(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
