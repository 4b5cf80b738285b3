using Croft.Planning;

namespace Croft.Lifecycle;

/// <summary>
/// The hypervisors that are machines of a plan. What is in such a machine waits until it is ready; the machine stays until nothing is left
/// that it is needed for.
/// </summary>
sealed class InnerHypervisors
{
    readonly Dictionary<string, Host> hosts = new(StringComparer.Ordinal);

    public InnerHypervisors(Plan plan)
    {
        var machines = plan.Machines.Select(m => m.Spec.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var inner in plan.Farm.InnerHypervisors.Where(h => machines.Contains(h.Machine!)))
            hosts[inner.Name] = new(inner.Machine!, plan.Machines.Count(m => m.Hypervisor == inner.Name));
    }

    /// <summary>Whether a hypervisor is there only once a machine of the plan is ready.</summary>
    public bool Has(string? hypervisor) => hypervisor is not null && hosts.ContainsKey(hypervisor);

    /// <summary>A machine is ready, or will never be; only the first word counts.</summary>
    public void Say(string machine, bool ready)
    {
        foreach (var host in hosts.Values.Where(h => h.Machine == machine))
            host.Ready.TrySetResult(ready);
    }

    /// <summary>Waits for the machine that a hypervisor is. False when it will never be ready.</summary>
    public Task<bool> ReadyAsync(string hypervisor, CancellationToken cancel) => hosts[hypervisor].Ready.Task.WaitAsync(cancel);

    /// <summary>A machine needs its hypervisor no more.</summary>
    public void End(PlannedMachine machine)
    {
        if (machine.Hypervisor is { } name && hosts.TryGetValue(name, out var host))
            host.End();
    }

    /// <summary>Waits until no machine of the plan needs a machine any more.</summary>
    public Task LeftAsync(string machine) => Task.WhenAll(hosts.Values.Where(h => h.Machine == machine).Select(h => h.Left));

    sealed class Host
    {
        readonly TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int inside;

        public Host(string machine, int inside)
        {
            (Machine, this.inside) = (machine, inside);
            if (inside == 0)
                left.SetResult();
        }

        public string Machine { get; }

        public TaskCompletionSource<bool> Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Left => left.Task;

        public void End()
        {
            if (Interlocked.Decrement(ref inside) == 0)
                left.SetResult();
        }
    }
}
