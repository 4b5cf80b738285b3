using System.Collections.Immutable;
using Croft.Journal;

namespace Croft.Engines;

/// <summary>
/// One hypervisor, as the rest of Croft speaks to it: verbs on machines, never on what they are made of. What exists there is asked, never
/// remembered. Before
/// something is made, the journal names it.
/// </summary>
interface IEngine : IDisposable
{
    const string LostHint = "croft hypervisors says which answer";

    const string SpaceHint = "make space in the pool: croft image remove, croft snapshot delete and croft destroy give it back";

    /// <summary>In the farm file.</summary>
    string Name { get; }

    /// <summary>Whether the connection broke.</summary>
    bool IsLost { get; }

    EngineCapabilities Can { get; }

    /// <summary>Null where it can keep none.</summary>
    IStates? States { get; }

    /// <summary>Null where it has no way of its own into guests.</summary>
    IGuestChannel? Channel => null;

    /// <summary>Asks for all that planning needs to know.</summary>
    /// <param name="firmwareFor">The architectures for which UEFI and TPMs are asked about, too, which takes longer.</param>
    Task<HypervisorState> ObserveAsync(ImmutableArray<string> firmwareFor, CancellationToken cancel);

    /// <summary>Asks for its size and its machines only.</summary>
    Task<HypervisorState> ObserveRoomAsync(CancellationToken cancel);

    /// <summary>
    /// A running machine's record with the addresses that its guest is seen to have now, where somebody else decides them.
    /// </summary>
    Task<MachineRecord> SeeAsync(MachineRecord machine, CancellationToken cancel) => Task.FromResult(machine);

    /// <summary>All machines, other people's too.</summary>
    Task<ImmutableArray<MachineState>> ListMachinesAsync(CancellationToken cancel);

    Task<MachineState?> FindAsync(MachineId machine, CancellationToken cancel);

    /// <exception cref="CroftException">There is no such machine of Croft's.</exception>
    async Task<MachineRecord> RecordAsync(MachineId machine, CancellationToken cancel) =>
        (await FindAsync(machine, cancel))?.Record
        ?? throw CroftException.World($"hypervisor \"{Name}\" has no machine {machine} of Croft's", "croft ls shows what exists");

    /// <summary>Has the hypervisor hold a copy of an image. Returns the image as the copy that is there.</summary>
    /// <param name="progress">Bytes sent so far.</param>
    Task<ImageFiles> EnsureImageAsync(ImageFiles image, RunJournal journal, IProgress<long>? progress, CancellationToken cancel);

    /// <summary>Makes a network where it is missing or to be another, otherwise promises the addresses that the plan adds.</summary>
    /// <returns>What is left to do, or to wait for, which takes a while and is best done while guests boot.</returns>
    Task<Func<CancellationToken, Task>> EnsureNetworkAsync(
        PlannedNetwork network,
        string owner,
        RunJournal journal,
        CancellationToken cancel
    );

    /// <summary>Makes and starts a network that is not Croft's, where it is missing or off; it is left alone from then on.</summary>
    /// <param name="definition">In the hypervisor's own words.</param>
    Task DefineNetworkAsync(string name, string definition, RunJournal journal, CancellationToken cancel) =>
        throw CroftException.World($"hypervisor \"{Name}\" cannot make network {name} of a file", "leave define out");

    /// <summary>Makes a machine on fresh disks over its image; does not start it. One of the name must be off.</summary>
    Task<MachineChange> CreateAsync(MachineDefinition machine, SeedFiles seed, RunJournal journal, CancellationToken cancel);

    /// <summary>Gives a machine that is off other hardware and, with a seed, another identity; its disks stay.</summary>
    Task<MachineChange> ChangeAsync(MachineDefinition machine, SeedFiles? seed, RunJournal journal, CancellationToken cancel);

    /// <summary>Writes Croft's record into a machine, running or not.</summary>
    Task MarkAsync(MachineRecord record, CancellationToken cancel);

    Task StartAsync(MachineId machine, CancellationToken cancel);

    Task StopAsync(MachineId machine, StopBy how, CancellationToken cancel);

    /// <summary>Has a machine stand still.</summary>
    Task PauseAsync(MachineId machine, CancellationToken cancel);

    /// <summary>
    /// Lets a machine go on that stands still, and its guest write again, which a snapshot that was killed may have left held.
    /// </summary>
    Task ResumeAsync(MachineId machine, CancellationToken cancel);

    /// <summary>
    /// Removes a machine with all that it used, its addresses too. Disks that machines forked from it stand on stay until the last of those
    /// goes.
    /// </summary>
    Task RemoveAsync(MachineRecord machine, CancellationToken cancel);

    /// <summary>Takes back the addresses that its networks promised to a machine which another engine of its host ran.</summary>
    Task ReleaseAsync(MachineRecord machine, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>
    /// Tells what happens to a machine until disposed, to all who watch it; from a thread of the engine's, so they must return at once. A
    /// signal is a hint: who needs
    /// to know asks.
    /// </summary>
    Task<IDisposable> WatchAsync(MachineId machine, Action<MachineSignal> signal, CancellationToken cancel);

    /// <summary>Writes a machine's root disk, to which nobody may write meanwhile, into a qcow2 of this host that stands alone.</summary>
    /// <exception cref="CroftException">The disk is not on this host.</exception>
    Task CopyDiskAsync(MachineRecord machine, string file, CancellationToken cancel) =>
        throw CroftException.Usage($"hypervisor \"{Name}\" does not give disks away");

    /// <summary>What a machine's console has shown, its last bytes; null when that was not kept.</summary>
    Task<byte[]?> ConsoleTextAsync(MachineId machine, int last, CancellationToken cancel);

    /// <summary>Opens the serial console of a running machine, taking it from whoever has it.</summary>
    Task<Stream> OpenConsoleAsync(MachineId machine, CancellationToken cancel);

    /// <summary>
    /// Runs a shell script in a guest, as root, by a way of the engine's own; null when the guest did not listen in time.
    /// </summary>
    Task<(int ExitCode, string Output)?> RunInGuestAsync(MachineId machine, string script, TimeSpan patience, CancellationToken cancel);

    /// <summary>The agent in a machine's guest; null where the engine knows of none.</summary>
    IGuestAgent? AgentOf(MachineId machine) => null;

    /// <summary>What is kept for a farm's machines, in order.</summary>
    Task<ImmutableArray<MachineFile>> FilesAsync(string farm, string? machine, CancellationToken cancel);

    /// <summary>What belongs to nobody any more. In doubt it stays.</summary>
    /// <param name="before">What changed later is young: somebody may be making it just now.</param>
    /// <param name="superfluous">This farm's machines here of which a newer one is elsewhere.</param>
    Task<ImmutableArray<Leftover>> LeftoversAsync(
        string farm,
        string? owner,
        DateTimeOffset before,
        IEnumerable<MachineRecord> superfluous,
        CancellationToken cancel
    );

    /// <summary>Copies of images of which the user has none, and on which no machine stands, that nobody changed since then.</summary>
    Task<ImmutableArray<Leftover>> UnusedImagesAsync(IReadOnlyCollection<string> own, DateTimeOffset before, CancellationToken cancel);

    /// <summary>
    /// Removes something that is not a machine. False when it stays: copies of an image on which a machine stands by now.
    /// </summary>
    Task<bool> RemoveAsync(Leftover leftover, CancellationToken cancel);

    /// <summary>
    /// Removes a farm's networks, and whatever else carries its name: what an interrupted command left behind. Its machines are gone by
    /// then.
    /// </summary>
    /// <returns>What stays, each with those machines of others that use it.</returns>
    Task<ILookup<string, string>> ClearAsync(string farm, string owner, CancellationToken cancel);

    /// <summary>
    /// Proves that a virtualization type works by booting an image's kernel until it panics for want of an init; a device node that opens
    /// proves nothing. Returns how
    /// long the kernel took; null when its machine was seen to end before that, or to say nothing at all.
    /// </summary>
    /// <exception cref="CroftException">It could not be tried to the end, which proves nothing.</exception>
    Task<TimeSpan?> ProveAsync(string arch, string virtType, ImageFiles image, TimeProvider clock, CancellationToken cancel);
}
