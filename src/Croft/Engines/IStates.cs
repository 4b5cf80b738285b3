using Croft.Journal;

namespace Croft.Engines;

enum StateUse
{
    /// <summary>The machine leaves it.</summary>
    Leave,
    KeepDisks,

    /// <summary>The machine's disks become larger under it.</summary>
    Grow,
    KeepMemory,

    /// <summary>Another machine goes on from one that was kept.</summary>
    Fork,

    /// <summary>Another machine goes on from where this one is.</summary>
    ForkNow,
}

/// <summary>A state to be kept.</summary>
/// <param name="Name">The user's name, or the layer's.</param>
/// <param name="Key">Of a layer: everything that went into it; null when the user asked for it.</param>
/// <param name="Id">Null takes the next one for the name.</param>
sealed record NewState(string Name, string? Key = null, StateId? Id = null);

/// <summary>The kept states of a hypervisor's machines. Nobody writes to a state that is kept: machines go on from it.</summary>
interface IStates
{
    /// <summary>Refuses what would be lost or could not be kept whole, before anything is touched.</summary>
    Task CheckAsync(MachineId machine, StateUse use, CancellationToken cancel);

    /// <summary>All of a machine, layers too, and how they stand on each other.</summary>
    Task<StateTree> TreeAsync(MachineRecord machine, CancellationToken cancel);

    /// <summary>Whether the user has one of that name; quicker than all.</summary>
    Task<bool> HasAsync(MachineId machine, string name, CancellationToken cancel);

    /// <summary>
    /// Makes all ready to keep a machine's present state, so that the freezing takes no longer than it must. Memory needs a machine that
    /// runs.
    /// </summary>
    Task<IPendingState> PrepareAsync(MachineRecord machine, NewState state, bool memory, RunJournal journal, CancellationToken cancel);

    /// <summary>Keeps a machine's present state; the machine goes on as it was. Returns its record as it is then.</summary>
    async Task<MachineRecord> TakeAsync(MachineRecord machine, NewState state, bool memory, RunJournal journal, CancellationToken cancel)
    {
        var pending = await PrepareAsync(machine, state, memory, journal, cancel);
        await pending.FreezeAsync(cancel);
        return await pending.FinishAsync();
    }

    /// <summary>Opens a state; null when it is not there, or damaged.</summary>
    Task<IKeptState?> FindAsync(StateId state, RunJournal journal, CancellationToken cancel);

    async Task<IKeptState> OpenAsync(StateId state, RunJournal journal, CancellationToken cancel) =>
        await FindAsync(state, journal, cancel) ?? throw CroftException.World($"state {state} is damaged");

    /// <summary>A running machine's present state for others to go on from, until it is disposed; the machine goes on.</summary>
    Task<IKeptState> ForkNowAsync(MachineRecord machine, RunJournal journal, CancellationToken cancel);

    /// <summary>What a machine's definition has become since a state was kept, as lines that went (<c>-</c>) and came (<c>+</c>).</summary>
    Task<IReadOnlyList<string>> DifferencesAsync(MachineId machine, StateId state, CancellationToken cancel);

    /// <summary>Forgets a state; what nobody needs then goes with the next <see cref="TidyAsync"/>.</summary>
    Task DropAsync(StateId state, RunJournal journal, CancellationToken cancel);

    /// <summary>
    /// Removes what neither a machine nor its states need. Where others had their hands on the machine's disks, all stays.
    /// </summary>
    Task TidyAsync(MachineRecord machine, RunJournal journal, CancellationToken cancel);

    /// <summary>Tidies up, and checks all that is left.</summary>
    Task SettleAsync(MachineRecord machine, RunJournal journal, CancellationToken cancel);

    /// <summary>Notes that a layer is used now.</summary>
    Task UseAsync(StateId layer, CancellationToken cancel);

    /// <summary>
    /// Drops a farm's layers, those first that were not used for the longest time, until the rest takes no more than <paramref
    /// name="keep"/> bytes.
    /// </summary>
    /// <param name="needed">Asked, if anything may have to go, for those that stay.</param>
    Task EvictAsync(string farm, long keep, Func<Task<IReadOnlySet<StateId>>> needed, RunJournal journal, CancellationToken cancel);
}

/// <summary>
/// A state on its way. Until it is finished there is none; whatever ends it before then leaves the machine as it was. Those that belong
/// together are frozen when
/// all are ready.
/// </summary>
interface IPendingState
{
    bool CanHoldWrites { get; }

    /// <summary>Whether it must stand still while its disks are frozen.</summary>
    bool MustStandStill { get; }

    Task HoldWritesAsync(CancellationToken cancel);

    Task StandStillAsync();

    /// <summary>The instant that the state is of. A guest that can holds all writes meanwhile.</summary>
    Task FreezeAsync(CancellationToken cancel);

    Task GoOnAsync();

    Task ReleaseWritesAsync();

    /// <summary>Now there is a state. Returns the machine's record as it is now.</summary>
    Task<MachineRecord> FinishAsync();

    Task AbandonAsync();
}

/// <summary>A state that machines can go on from.</summary>
interface IKeptState : IAsyncDisposable
{
    bool HasMemory { get; }

    /// <summary>The machine as it was.</summary>
    MachineRecord Record { get; }

    /// <summary>Puts a machine that is off on it, defined anew.</summary>
    Task<MachineChange> PutAsync(MachineDefinition machine, CancellationToken cancel);

    /// <summary>Switches its machine off, and puts it on it, defined as now. Returns the record as it was written.</summary>
    /// <param name="withDefinition">Bring back the definition of then instead.</param>
    Task<MachineRecord> PutBackAsync(MachineRecord record, bool withDefinition, CancellationToken cancel);

    /// <summary>Defines another machine on it, with an identity of its own.</summary>
    Task<MachineChange> ForkAsync(MachineRecord record, Guid uuid, SeedFiles seed, CancellationToken cancel);

    /// <summary>Has a machine that was put on it go on in its memory.</summary>
    Task StartAsync(MachineRecord record, CancellationToken cancel);

    /// <summary>Has a fork go on in a copy of its memory.</summary>
    /// <param name="identify">Tells the guest who it is now. Until then it is cut off from all networks.</param>
    Task StartForkAsync(MachineRecord record, Guid uuid, Func<Task> identify, CancellationToken cancel);
}
