using System.Collections.Concurrent;
using System.Collections.Immutable;
using Croft.Engines;
using Croft.Journal;

namespace Croft.Tests.Engines;

/// <summary>
/// The least that an engine must be: machines in memory, made of nothing. It knows no libvirt, and whoever uses it does not miss that.
/// </summary>
sealed class NullEngine(string name) : IEngine
{
    readonly ConcurrentDictionary<MachineId, MachineState> machines = new();
    readonly ConcurrentDictionary<string, NetworkState> networks = new();
    readonly ConcurrentDictionary<MachineId, ImmutableArray<Action<MachineSignal>>> watchers = new();

    public string Name => name;

    public bool IsLost => false;

    public EngineCapabilities Can { get; } = new(StateKind.None, KernelBoot: false, Firmware: false, Pause: false, Console: false);

    public IStates? States => null;

    public Task<HypervisorState> ObserveAsync(ImmutableArray<string> firmwareFor, CancellationToken cancel) => ObserveRoomAsync(cancel);

    public Task<HypervisorState> ObserveRoomAsync(CancellationToken cancel) =>
        Task.FromResult(
            HypervisorState.Silent(name, "") with
            {
                Id = "nowhere",
                Unreachable = null,
                Version = "none 1",
                VirtTypes = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("x86_64", ["kvm"]),
                Vcpus = 16,
                Memory = 64L << 30,
                Machines = [.. machines.Values.OrderBy(m => m.Name)],
                Networks = [.. networks.Values],
                Can = Can,
            }
        );

    public Task<ImmutableArray<MachineState>> ListMachinesAsync(CancellationToken cancel) =>
        Task.FromResult(machines.Values.OrderBy(m => m.Name).ToImmutableArray());

    public Task<MachineState?> FindAsync(MachineId machine, CancellationToken cancel) =>
        Task.FromResult(machines.GetValueOrDefault(machine));

    public Task<ImageFiles> EnsureImageAsync(ImageFiles image, RunJournal journal, IProgress<long>? progress, CancellationToken cancel) =>
        Task.FromResult(image);

    public Task<Func<CancellationToken, Task>> EnsureNetworkAsync(
        PlannedNetwork network,
        string owner,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        var wanted = network.Definition;
        var there = networks.GetOrAdd(wanted.Name, _ => new()
            {
                Name = wanted.Name,
                Farm = wanted.Farm,
                Owner = owner,
                Folder = wanted.Folder,
                Network = wanted.Network,
                Cidr = wanted.Cidr,
                Active = true,
                SpanningTree = false,
                Reservations = [],
            });
        if (there.Owner != owner)
            throw CroftException.World($"network {wanted.Name} is not this farm's");
        networks[wanted.Name] = there with
        {
            Reservations = [.. there.Reservations.Union(wanted.Reservations)],
            Published = [.. there.Reservations.Union(wanted.Reservations)],
        };
        return Task.FromResult<Func<CancellationToken, Task>>(_ => Task.CompletedTask);
    }

    public Task<MachineChange> CreateAsync(MachineDefinition machine, SeedFiles seed, RunJournal journal, CancellationToken cancel) =>
        ChangeAsync(machine, seed, journal, cancel);

    public Task<MachineChange> ChangeAsync(MachineDefinition machine, SeedFiles? seed, RunJournal journal, CancellationToken cancel)
    {
        var (id, before) = (machine.Record.Id, machines.GetValueOrDefault(machine.Record.Id));
        machines[id] = new(id.ToString(), machine.Uuid, PowerState.Off, machine.Spec.Vcpus, machine.Spec.Memory, machine.Record);
        return Task.FromResult(new MachineChange(machine.Record, () =>
            {
                _ = before is null ? machines.TryRemove(id, out _) : (machines[id] = before) is null;
                return Task.CompletedTask;
            }));
    }

    public Task<MachineRecord> SeeAsync(MachineRecord machine, CancellationToken cancel) =>
        Task.FromResult(
            machine with
            {
                Nics = [.. machine.Nics.Select(n => n.IsOutside ? n with { Seen = System.Net.IPAddress.Parse("192.0.2.7") } : n)],
            }
        );

    public Task MarkAsync(MachineRecord record, CancellationToken cancel) => On(record.Id, m => m with { Record = record });

    public Task StartAsync(MachineId machine, CancellationToken cancel) =>
        On(
            machine,
            m => m.IsOn ? throw CroftException.World($"{machine} runs already") : m with { Power = PowerState.Running },
            MachineSignal.Started
        );

    public Task StopAsync(MachineId machine, StopBy how, CancellationToken cancel) =>
        On(
            machine,
            m => how == StopBy.Resetting ? m : m with { Power = PowerState.Off },
            how == StopBy.Resetting ? null : MachineSignal.Stopped
        );

    public Task PauseAsync(MachineId machine, CancellationToken cancel) => throw new NotSupportedException();

    public Task ResumeAsync(MachineId machine, CancellationToken cancel) => throw new NotSupportedException();

    public Task RemoveAsync(MachineRecord machine, CancellationToken cancel) => Task.FromResult(machines.TryRemove(machine.Id, out _));

    public Task<IDisposable> WatchAsync(MachineId machine, Action<MachineSignal> signal, CancellationToken cancel)
    {
        watchers.AddOrUpdate(machine, [signal], (_, all) => all.Add(signal));
        return Task.FromResult<IDisposable>(new Unwatch(() => watchers.AddOrUpdate(machine, [], (_, all) => all.Remove(signal))));
    }

    public Task<byte[]?> ConsoleTextAsync(MachineId machine, int last, CancellationToken cancel) => Task.FromResult<byte[]?>(null);

    public Task<Stream> OpenConsoleAsync(MachineId machine, CancellationToken cancel) => throw new NotSupportedException();

    public Task<(int ExitCode, string Output)?> RunInGuestAsync(
        MachineId machine,
        string script,
        TimeSpan patience,
        CancellationToken cancel
    ) => Task.FromResult<(int, string)?>(null);

    public Task<ImmutableArray<MachineFile>> FilesAsync(string farm, string? machine, CancellationToken cancel) =>
        Task.FromResult(ImmutableArray<MachineFile>.Empty);

    public Task<ImmutableArray<Leftover>> LeftoversAsync(
        string farm,
        string? owner,
        DateTimeOffset before,
        IEnumerable<MachineRecord> superfluous,
        CancellationToken cancel
    ) => Task.FromResult(ImmutableArray<Leftover>.Empty);

    public Task<ImmutableArray<Leftover>> UnusedImagesAsync(
        IReadOnlyCollection<string> own,
        DateTimeOffset before,
        CancellationToken cancel
    ) => Task.FromResult(ImmutableArray<Leftover>.Empty);

    public Task<bool> RemoveAsync(Leftover leftover, CancellationToken cancel) => Task.FromResult(true);

    public Task<ILookup<string, string>> ClearAsync(string farm, string owner, CancellationToken cancel)
    {
        foreach (var network in networks.Values.Where(n => n.Farm == farm && n.Owner == owner))
            networks.TryRemove(network.Name, out _);
        return Task.FromResult(Array.Empty<string>().ToLookup(name => name));
    }

    public Task<TimeSpan?> ProveAsync(string arch, string virtType, ImageFiles image, TimeProvider clock, CancellationToken cancel) =>
        Task.FromResult<TimeSpan?>(TimeSpan.FromSeconds(0.4));

    public void Dispose()
    {
        // What is in it stays, as on any hypervisor.
    }

    Task On(MachineId machine, Func<MachineState, MachineState> change, MachineSignal? signal = null)
    {
        machines[machine] = change(
            machines.GetValueOrDefault(machine) ?? throw CroftException.World($"hypervisor \"{name}\" has no machine {machine}")
        );
        foreach (var watcher in signal is { } heard ? watchers.GetValueOrDefault(machine, []) : [])
            watcher(signal!.Value);
        return Task.CompletedTask;
    }

    sealed class Unwatch(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
