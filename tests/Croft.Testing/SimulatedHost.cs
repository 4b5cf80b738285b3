using System.Collections.Immutable;
using System.Net;
using Croft.Engines;
using Croft.Engines.Libvirt;

namespace Croft.Testing;

/// <summary>A hypervisor in memory: what stands on its disks, what runs, and whether anybody can reach it.</summary>
sealed class SimulatedHost(Simulation simulation, string name)
{
    /// <summary>How long it may be silent until those connected to it give up; the same as libvirt's keepalive.</summary>
    static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    readonly SortedDictionary<string, SimulatedVolume> volumes = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, SimulatedMachine> machines = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, SimulatedNetwork> networks = new(StringComparer.Ordinal);
    readonly List<SimulatedConnection> connections = [];
    bool powered = true;
    bool cut;
    int silences;

    public string Name => name;

    public SimulatedClock Clock => simulation.Clock;

    public int Vcpus { get; init; } = 16;

    public long Memory { get; init; } = 64L << 30;

    /// <summary>Bytes of its pool.</summary>
    public long PoolSize { get; set; } = 1L << 40;

    public ImmutableSortedDictionary<string, ImmutableArray<string>> VirtTypes { get; init; } =
        ImmutableSortedDictionary.Create<string, ImmutableArray<string>>(StringComparer.Ordinal).Add("x86_64", ["kvm", "qemu"]);

    public IReadOnlyDictionary<string, SimulatedMachine> Machines => machines;

    public IReadOnlyDictionary<string, SimulatedNetwork> Networks => networks;

    public IReadOnlyDictionary<string, SimulatedVolume> Volumes => volumes;

    /// <summary>Whether it can be reached.</summary>
    public bool Answers => powered && !cut;

    /// <summary>Happens when it can be reached, or not any more.</summary>
    public Happening Reach { get; } = new(simulation.Clock);

    /// <summary>Happens when a guest answers, or not any more.</summary>
    public Happening Guests { get; } = new(simulation.Clock);

    public HypervisorState State =>
        new()
        {
            Name = name,
            Id = $"simulated-{name}",
            Version = "simulated 1",
            VirtTypes = VirtTypes,
            Vcpus = Vcpus,
            Memory = Memory,
            Machines = [.. machines.Values.Select(m => m.State)],
            Networks =
            [
                .. networks.Values.Select(n =>
                    n.StateWith(
                        machines.Values.Count(m => m.State.IsOn && m.State.Record!.Nics.Any(nic => nic.Bridge == n.Definition.Name))
                    )
                ),
            ],
            States = [.. volumes.Keys.Select(Croft.Engines.Libvirt.Volumes.StateOf).OfType<StateId>()],
            Addresses = [],
            BusyPorts = [],
        };

    /// <summary>It loses its power. Its machines are off then, what stands on its disks stays.</summary>
    public void Die()
    {
        if (!powered)
            return;
        powered = false;
        foreach (var machine in machines.Values)
            machine.TurnOff();
        FallSilent();
    }

    /// <summary>It has power again. Who was connected hears that the connection broke.</summary>
    public void PowerOn()
    {
        if (powered)
            return;
        powered = true;
        LoseConnections();
        Reach.Happen();
    }

    /// <summary>Its network is cut; its machines go on.</summary>
    public void Cut()
    {
        if (cut)
            return;
        cut = true;
        FallSilent();
    }

    /// <summary>Its network works again.</summary>
    public void Mend()
    {
        cut = false;
        Reach.Happen();
    }

    public SimulatedVolume? Volume(string volume) => volumes.GetValueOrDefault(volume);

    public TimeSpan? BootOf(DomainDefinition machine) => simulation.Boot(machine);

    public bool HasSpace(long bytes) => volumes.Values.Sum(v => v.Allocation) + bytes <= PoolSize;

    public void Changed() => simulation.Changed(this);

    /// <summary>As QEMU and libvirt refuse to start.</summary>
    public void CheckStart(SimulatedMachine machine)
    {
        var record = machine.Defined.Record;
        if (machine.IsOn)
            throw Refusal($"domain {machine.Name} is already running");
        foreach (var volume in record.Disks.Select(d => d.Volume).Append(record.Seed))
        {
            for (var file = volume; file is not null; file = Volume(file)!.Backing)
            {
                if (Volume(file) is null)
                    throw Refusal($"{machine.Name} cannot be started: there is no {file}");
            }
        }

        var taken = machines
            .Values.Where(m => m.IsOn)
            .SelectMany(m => m.Live!.Record.Disks)
            .Select(d => d.Volume)
            .ToHashSet(StringComparer.Ordinal);
        if (record.Disks.FirstOrDefault(d => taken.Contains(d.Volume)) is { } locked)
            throw Refusal($"failed to get the write lock of {locked.Volume}");
        if (record.Nics.FirstOrDefault(n => n.Bridge is not null && !networks.ContainsKey(n.Bridge)) is { } lost)
            throw Refusal($"there is no network {lost.Bridge}");
    }

    /// <summary>
    /// The machine whose guest is behind an address, or behind a port of the host's loopback; null when nobody answers there.
    /// </summary>
    public SimulatedMachine? GuestAt(IPAddress address, int port) =>
        !Answers
            ? null
            : machines.Values.FirstOrDefault(m =>
                m is { Power: PowerState.Running, Plugged: true, Guest: { } guest }
                && m.Live!.Record.Nics.Any(n =>
                    n.Port is { } forwarded
                        ? forwarded == port
                        : n.Address is not null
                            && n.Address.Equals(address)
                            && guest.Seed.Contains(address.ToString(), StringComparison.Ordinal)
                )
            );

    internal SimulatedConnection Connect()
    {
        var engine = new SimulatedConnection(simulation, this, volumes, machines, networks);
        connections.Add(engine);
        return engine;
    }

    internal void Disconnect(SimulatedConnection engine) => connections.Remove(engine);

    /// <summary>Nobody is connected any more.</summary>
    internal void Forget() => connections.Clear();

    /// <summary>Tells those who are connected, when they can be told.</summary>
    internal void Signal(string machine, MachineSignal signal)
    {
        if (!Answers)
            return;
        foreach (var connection in connections.ToList())
            connection.Signal(machine, signal);
    }

    internal CroftException Refusal(string message) => CroftException.World($"hypervisor \"{name}\": {message}");

    void FallSilent()
    {
        var silence = ++silences;
        Reach.Happen();
        Guests.Happen();
        Clock.After(KeepAlive, () =>
        {
            if (!Answers && silence == silences)
                LoseConnections();
        });
    }

    void LoseConnections()
    {
        foreach (var connection in connections.ToList())
            connection.Lose();
        connections.Clear();
    }
}
