using Croft.Engines;
using Croft.Engines.Libvirt;

namespace Croft.Testing;

/// <summary>Hypervisors that exist in memory only, on a clock of their own. The same seed gives the same story.</summary>
sealed class Simulation(int seed)
{
    readonly Random random = new(seed);
    readonly List<DomainDefinition> definitions = [];
    readonly SortedDictionary<string, SimulatedHost> hosts = new(StringComparer.Ordinal);

    /// <summary>The clock, on which whatever uses these hypervisors must run.</summary>
    public SimulatedClock Clock { get; } = new();

    /// <summary>The hypervisors by name.</summary>
    public IReadOnlyDictionary<string, SimulatedHost> Hosts => hosts;

    /// <summary>How many operations were asked for so far.</summary>
    public int Operations { get; private set; }

    /// <summary>How long a guest takes from its start until its ssh server greets; null when it never does.</summary>
    public Func<DomainDefinition, TimeSpan?> Boot { get; set; } = _ => TimeSpan.FromSeconds(5);

    /// <summary>Decides what goes wrong: by the number of the operation, its hypervisor and what it does.</summary>
    public Func<int, SimulatedHost, string, SimulatedFault> Faults { get; set; } = (_, _, _) => SimulatedFault.None;

    /// <summary>Called whenever something changed on a hypervisor.</summary>
    public Action<SimulatedHost> Changed { get; set; } = _ => { };

    /// <summary>Adds a hypervisor.</summary>
    public SimulatedHost Add(SimulatedHost host)
    {
        hosts.Add(host.Name, host);
        return host;
    }

    /// <summary>Connects to a hypervisor.</summary>
    /// <exception cref="CroftException">It does not answer in time.</exception>
    public async Task<ILibvirtHost> ConnectAsync(string name, TimeSpan within, CancellationToken cancel)
    {
        var host = hosts.GetValueOrDefault(name) ?? throw CroftException.World($"nobody simulates a hypervisor \"{name}\"");
        var late = DelayAsync(within);
        while (!host.Answers)
        {
            if (await Task.WhenAny(host.Reach.Next, late).WaitAsync(cancel) == late)
                throw CroftException.World($"hypervisor \"{name}\" does not answer: it said nothing for {within.TotalSeconds:0} s");
        }

        await DelayAsync(Some(TimeSpan.FromMilliseconds(100)));
        return host.Connect();
    }

    /// <summary>Kills the program that uses these hypervisors. They go on.</summary>
    public void Kill()
    {
        Clock.Kill();
        foreach (var host in hosts.Values)
            host.Forget();
    }

    /// <summary>A time up to this one.</summary>
    public TimeSpan Some(TimeSpan most) => most * random.NextDouble();

    /// <summary>Waits in the simulated world.</summary>
    public Task DelayAsync(TimeSpan time)
    {
        var over = new TaskCompletionSource();
        Clock.After(time, over.SetResult);
        return over.Task;
    }

    internal SimulatedFault FaultOf(SimulatedHost host, string doing) => Faults(Operations++, host, doing);

    /// <summary>A text that stands for a definition, as an engine hands it out.</summary>
    internal string Write(DomainDefinition definition)
    {
        definitions.Add(definition);
        return $"simulated definition {definitions.Count - 1}";
    }

    /// <summary>The definition that a text stands for.</summary>
    internal DomainDefinition Read(string text) => definitions[int.Parse(text["simulated definition ".Length..])];
}
