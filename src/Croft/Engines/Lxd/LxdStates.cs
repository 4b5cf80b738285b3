using System.Collections.Immutable;
using System.Globalization;
using Croft.Journal;
using Croft.Lxd;

namespace Croft.Engines.Lxd;

/// <summary>
/// Kept states as the service's own snapshots. A machine that goes on from one is a copy of it; what the machine was before stands aside
/// with its snapshots, as a keeper of them.
/// </summary>
sealed class LxdStates(LxdEngine engine) : IStates
{
    static readonly TimeSpan CountingTime = TimeSpan.FromSeconds(2);

    public Task CheckAsync(MachineId machine, StateUse use, CancellationToken cancel) =>
        use == StateUse.KeepMemory ? throw NoMemory(machine) : Task.CompletedTask;

    public async Task<StateTree> TreeAsync(MachineRecord machine, CancellationToken cancel)
    {
        var (main, snapshots) = await FindAllAsync(machine.Id, cancel);
        var parents = ParentsOf(snapshots);
        var standing = main is null ? [] : LxdStanding.Of(main.Config)?.Path ?? [];
        var current = standing.FirstOrDefault(n => snapshots.Any(s => s.Snapshot.Name == n));
        var shared = await engine.AreSharedAsync(cancel);
        var states = snapshots.ToDictionary(
            s => s,
            s => ToState(s, parents[s], s.Snapshot.Name == current) with { Size = s.SizeOver(parents[s], shared(s.Holder)) }
        );
        return new([.. snapshots.Select(s => states[s])], [], [], snapshots.ToLookup(s => parents[s]?.Id, s => states[s]));
    }

    /// <summary>The nearest that is still there of what each stood on.</summary>
    static Dictionary<LxdSnapshot, LxdSnapshot?> ParentsOf(IReadOnlyCollection<LxdSnapshot> snapshots)
    {
        var byName = snapshots.ToDictionary(s => s.Snapshot.Name, StringComparer.Ordinal);
        return snapshots.ToDictionary(
            s => s,
            s => s.Below.Where(b => b != s.Snapshot.Name).Select(b => byName.GetValueOrDefault(b)).FirstOrDefault(p => p is not null)
        );
    }

    public async Task<bool> HasAsync(MachineId machine, string name, CancellationToken cancel) =>
        (await FindAllAsync(machine, cancel)).Snapshots.Any(s => s.Key is null && s.Name == name);

    public async Task<IPendingState> PrepareAsync(
        MachineRecord machine,
        NewState state,
        bool memory,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        if (memory)
            throw NoMemory(machine.Id);
        var bytes = CountAsync(machine.Id, cancel);
        var (main, snapshots) = await FindAllAsync(machine.Id, cancel);
        main ??= await engine.RequireAsync(machine.Id, cancel);
        var id = state.Id ?? NextOf(machine.Id, state.Name, snapshots);
        if (snapshots.Any(s => s.Id == id))
            await DropAsync(id, journal, cancel);
        var below = LxdStanding.Of(main.Config)?.Path ?? [];
        var name = LxdNames.SnapshotOf(id);
        journal.Intent("create", "snapshot", $"{main.Name}/{name}", engine.Name, machine.Name);
        return new LxdPendingState(engine, machine, main, new(name, state.Name, state.Key, below.Remove(name)) { Bytes = await bytes });
    }

    /// <summary>What a guest's file system holds; null where it cannot say so soon.</summary>
    async Task<long?> CountAsync(MachineId machine, CancellationToken cancel)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(CountingTime);
        try
        {
            var said = await engine.RunInGuestAsync(machine, "du -skx / 2>/dev/null | tail -n 1", CountingTime, late.Token);
            return long.TryParse(said?.Output.Split('\t')[0], out var kib) ? kib << 10 : null;
        }
        catch (Exception e) when (e is CroftException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            return null; // it does not run, or has too many files
        }
    }

    public async Task<IKeptState?> FindAsync(StateId state, RunJournal journal, CancellationToken cancel) =>
        (await FindAllAsync(state.Machine, cancel)).Snapshots.FirstOrDefault(s => s.Id == state) is { } found
        && LxdRecord.Read(found.Snapshot.Config) is { } record
            ? new LxdKeptState(engine, found.Source, found.Snapshot.Config, found.Snapshot.Devices, record, found.ToStand, journal)
            : null;

    /// <summary>A copy of a container that runs is as good as one of a snapshot.</summary>
    public async Task<IKeptState> ForkNowAsync(MachineRecord machine, RunJournal journal, CancellationToken cancel)
    {
        var main = await engine.RequireAsync(machine.Id, cancel);
        return new LxdKeptState(engine, main.Name, main.Config, main.Devices, machine, LxdStanding.Of(main.Config), journal);
    }

    public async Task<IReadOnlyList<string>> DifferencesAsync(MachineId machine, StateId state, CancellationToken cancel)
    {
        var (main, snapshots) = await FindAllAsync(machine, cancel);
        if (main is null || snapshots.FirstOrDefault(s => s.Id == state) is not { Snapshot: var kept })
            return [];
        var then = LxdSnapshot.Lines(kept.Config, kept.Devices).ToList();
        var now = LxdSnapshot.Lines(main.Config, main.Devices).ToList();
        return [.. then.Except(now).Select(l => "- " + l), .. now.Except(then).Select(l => "+ " + l)];
    }

    public async Task DropAsync(StateId state, RunJournal journal, CancellationToken cancel)
    {
        foreach (var found in await AllAsync(state.Machine, cancel))
        {
            if (found.Id != state)
                continue;
            journal.Intent("remove", "snapshot", found.Source, engine.Name, state.Machine.Name);
            await engine.CallAsync($"removing snapshot {found.Source}", () => RemoveAsync(found, cancel));
        }
    }

    /// <summary>Keepers that keep nothing, and what stood aside of a machine that goes on.</summary>
    public async Task TidyAsync(MachineRecord machine, RunJournal journal, CancellationToken cancel)
    {
        var own = LxdNames.InstanceOf(machine.Id);
        var holders = await engine.HoldersAsync(machine.Id, cancel);
        if (holders.FirstOrDefault(h => h.Name == own) is { } main && LxdRecord.Read(main.Config)?.Claim is not null)
            return; // whoever claims may still give up, and then what stands aside comes back
        foreach (var holder in holders.Where(h => h.Name != own))
        {
            if ((await engine.SnapshotNamesAsync(holder.Name, cancel)).Any())
                continue;
            journal.Intent("remove", "instance", holder.Name, engine.Name, machine.Name);
            await engine.DeleteAsync(holder.Name, cancel);
        }

        await engine.SettleAsideAsync(machine.Id, cancel);
    }

    /// <summary>The service itself sees to it that its snapshots are whole.</summary>
    public Task SettleAsync(MachineRecord machine, RunJournal journal, CancellationToken cancel) => TidyAsync(machine, journal, cancel);

    /// <summary>One at a time: each is a change of the whole configuration.</summary>
    public Task UseAsync(StateId layer, CancellationToken cancel) =>
        engine.AloneAsync(
            async () =>
            {
                if ((await FindAllAsync(layer.Machine, cancel)).Snapshots.FirstOrDefault(s => s.Id == layer) is { } found)
                    await engine.ConfigureAsync(
                        found.Holder.Name,
                        new()
                        {
                            [LxdNames.Used + found.Snapshot.Name] = TimeProvider
                                .System.GetUtcNow()
                                .ToString("O", CultureInfo.InvariantCulture),
                        },
                        cancel
                    );
            },
            cancel
        );

    public async Task EvictAsync(
        string farm,
        long keep,
        Func<Task<IReadOnlySet<StateId>>> needed,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        var layers = await LayersAsync(farm, cancel);
        var all = layers.Sum(l => l.Bytes);
        if (all <= keep)
            return;
        var stay = await needed();
        foreach (var (layer, bytes) in layers.Where(l => !stay.Contains(l.Layer.Id)))
        {
            if (all <= keep)
                break;
            journal.Note(
                layer.Machine.Name,
                null,
                $"layer {layer.Name} of {layer.Snapshot.CreatedAt:yyyy-MM-dd HH:mm} is evicted, {bytes >> 20} MiB: the farm's layers take more than cache.keep"
            );
            await DropAsync(layer.Id, journal, cancel);
            all -= bytes;
        }
    }

    /// <summary>A farm's layers, those first that were not used for the longest time.</summary>
    async Task<IReadOnlyList<(LxdSnapshot Layer, long Bytes)>> LayersAsync(string farm, CancellationToken cancel)
    {
        var shared = await engine.AreSharedAsync(cancel);
        var machines = (await engine.FilesAsync(farm, null, cancel)).Select(f => new MachineId(farm, f.Machine)).Distinct();
        var snapshots = await Task.WhenAll(machines.Select(async m => (await FindAllAsync(m, cancel)).Snapshots));
        return
        [
            .. from own in snapshots
            from pair in ParentsOf(own)
            where pair.Key.Key is not null
            orderby pair.Key.Used
            select (pair.Key, pair.Key.SizeOver(pair.Value, shared(pair.Key.Holder)) ?? 0),
        ];
    }

    async Task RemoveAsync(LxdSnapshot snapshot, CancellationToken cancel)
    {
        try
        {
            await engine.Client.RunAsync(HttpMethod.Delete, snapshot.Path, null, cancel);
        }
        catch (LxdException e) when (e.IsNotFound)
        {
            // Somebody was faster.
        }
    }

    /// <summary>The machine's own instance, and its snapshots, oldest first; of two of one name the newer.</summary>
    async Task<(Instance? Main, ImmutableArray<LxdSnapshot> Snapshots)> FindAllAsync(MachineId machine, CancellationToken cancel)
    {
        var holders = await engine.HoldersAsync(machine, cancel);
        return (
            holders.FirstOrDefault(h => h.Name == LxdNames.InstanceOf(machine)),
            [
                .. (await AllAsync(machine, holders, cancel))
                    .GroupBy(s => s.Snapshot.Name)
                    .Select(same => same.MaxBy(s => s.Snapshot.CreatedAt)!)
                    .OrderBy(s => s.Snapshot.CreatedAt),
            ]
        );
    }

    async Task<IEnumerable<LxdSnapshot>> AllAsync(MachineId machine, CancellationToken cancel) =>
        await AllAsync(machine, await engine.HoldersAsync(machine, cancel), cancel);

    async Task<IEnumerable<LxdSnapshot>> AllAsync(MachineId machine, IEnumerable<Instance> holders, CancellationToken cancel) =>
        (
            await Task.WhenAll(holders.Select(async h => (await ListAsync(h, cancel)).Select(s => new LxdSnapshot(machine, h, s))))
        ).SelectMany(s => s);

    Task<Snapshot[]> ListAsync(Instance holder, CancellationToken cancel) =>
        engine.CallAsync($"listing snapshots of {holder.Name}", () =>
            engine.Client.GetAsync($"1.0/instances/{holder.Name}/snapshots?recursion=1", LxdJson.Default.SnapshotArray, cancel)
        );

    static KeptState ToState(LxdSnapshot snapshot, LxdSnapshot? parent, bool isCurrent) =>
        new(snapshot.Id, snapshot.Name, snapshot.Snapshot.Stateful, snapshot.Snapshot.CreatedAt.ToUniversalTime())
        {
            Key = snapshot.Key,
            Parent = parent?.Name,
            IsCurrent = isCurrent,
            Run = LxdRecord.Read(snapshot.Snapshot.Config)?.Run ?? "",
            Files = [snapshot.Source],
            Manifest = snapshot.Source,
            Definition = string.Join('\n', LxdSnapshot.Lines(snapshot.Snapshot.Config, snapshot.Snapshot.Devices)),
            Record = LxdRecord.Read(snapshot.Snapshot.Config),
        };

    /// <summary>The user's name is the service's, too, unless another one has it for the moment.</summary>
    static StateId NextOf(MachineId machine, string name, IEnumerable<LxdSnapshot> present)
    {
        var taken = present.Select(s => s.Id).ToHashSet();
        return Enumerable
            .Range(1, int.MaxValue)
            .Select(n => new StateId(machine, StateId.UsersOf(n == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}.{n}"))))
            .First(id => !taken.Contains(id));
    }

    CroftException NoMemory(MachineId machine) =>
        CroftException.Usage(
            $"machine \"{machine.Name}\" is a container: its memory is its host's, and {engine.Title} keeps its disk alone",
            $"croft snapshot create NAME --disk {machine.Name}"
        );
}
