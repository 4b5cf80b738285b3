using System.Collections.Concurrent;
using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Images;
using Croft.Journal;
using Croft.Phases;
using Croft.Planning;

namespace Croft.Lifecycle;

/// <summary>
/// One execution of a plan, in the making: what <c>up</c> and <c>run</c> share. Images are at hand, the plan is final, the farm is claimed,
/// networks
/// and addresses exist; machines can be made.
/// </summary>
sealed partial class Execution : IExecution, IDisposable
{
    readonly ConcurrentDictionary<string, MachineRecord> records;
    readonly ConcurrentDictionary<string, Lazy<Task<ImageFiles>>> uploads = new();
    readonly ImmutableDictionary<ImageSpec, StoredImage> images;
    readonly ImmutableDictionary<string, Lazy<Task>> publishing;
    readonly Lock sshGate = new();
    readonly SortedDictionary<string, GuestAccess> doors = new(StringComparer.Ordinal);
    int starting;
    readonly string owner;
    readonly string userKey;
    readonly DateTimeOffset began;

    Execution(
        OpenFarm openFarm,
        Plan plan,
        RunJournal journal,
        ImmutableDictionary<ImageSpec, StoredImage> images,
        IReadOnlyDictionary<string, List<Func<CancellationToken, Task>>> networks,
        InnerHypervisors inner,
        string owner,
        string userKey
    )
    {
        OpenFarm = openFarm;
        Plan = plan;
        Inner = inner;
        Journal = journal;
        this.images = images;
        publishing = networks.ToImmutableDictionary(n => n.Key, n => new Lazy<Task>(() => PublishAsync(n.Value, CancellationToken.None)));
        starting = plan.Machines.Length;
        this.owner = owner;
        this.userKey = userKey;
        began = Clock.GetUtcNow();
        records = new(
            plan.Machines.Where(m => m.Existing?.Record is not null).Select(m => KeyValuePair.Create(m.Spec.Name, m.Existing!.Record!))
        );
    }

    public OpenFarm OpenFarm { get; }

    /// <summary>With every machine where it was placed last.</summary>
    public Plan Plan { get; private set; }

    /// <summary>The hypervisors that are machines of the plan.</summary>
    public InnerHypervisors Inner { get; }

    public RunJournal Journal { get; }

    public Farm Farm => OpenFarm.Farm;

    public SshFiles Ssh => OpenFarm.Ssh;

    public TimeProvider Clock => OpenFarm.Settings.Clock;

    public HostAnsible Ansible => OpenFarm.AnsibleOf(Farm.Project.Name);

    /// <summary>Prepares everything that machines need before the first of them is made.</summary>
    /// <param name="needsImage">Whether a machine of the first plan needs its image at hand.</param>
    public static async Task<Execution> PrepareAsync(
        OpenFarm openFarm,
        Plan first,
        string command,
        Func<PlannedMachine, bool> needsImage,
        Action<RunJournal> opened,
        IProgress<ImageProgress> progress,
        CancellationToken cancel
    )
    {
        await openFarm.PreparePasswordsAsync(first.Machines, m => m.Action is MachineAction.Create or MachineAction.Recreate, cancel);
        var owner = openFarm.EnsureOwner();
        var userKey = await openFarm.Settings.Backends.UserKeyAsync(openFarm.Settings.UserKey, cancel);
        var journal = RunJournal.Create(openFarm.Farm.StateDirectory, openFarm.Settings.Clock);
        try
        {
            opened(journal);
            journal.RunStart(openFarm.Farm.Name, command, ProjectsOf(openFarm.Farm, first));
            var images = new ConcurrentDictionary<ImageSpec, StoredImage>();
            var plan = await FinalPlanAsync(openFarm, first, EnsureImagesAsync, journal, progress, cancel);
            foreach (var machine in plan.Machines)
                journal.Machine(
                    machine.Spec.Name,
                    machine.Spec.Platform,
                    machine.Spec.Target,
                    machine.Spec.Arch,
                    machine.Hypervisor!,
                    machine.Nics.FirstOrDefault()?.Address?.ToString(),
                    ProjectsOf(openFarm.Farm, machine)
                );
            var there = openFarm.ListOwnAsync(cancel);
            var measuring = openFarm.MeasureAsync(plan, journal, cancel);
            var inner = new InnerHypervisors(plan);
            var networks = await PrepareNetworksAsync(openFarm, plan, inner, owner, journal, measuring, cancel);
            var execution = new Execution(openFarm, plan, journal, images.ToImmutableDictionary(), networks, inner, owner, userKey);
            execution.OpenDoors(await there);
            return execution;

            Task EnsureImagesAsync(Plan of) =>
                Parallel.ForEachAsync(of.Machines.Where(needsImage).SelectMany(m => m.Spec.Images).Distinct(), cancel, async (spec, stop) =>
                    images[spec] = await openFarm.Images.EnsureAsync(spec, progress, stop)
                );
        }
        catch (Exception e)
        {
            journal.RunEnd(e is OperationCanceledException ? Outcome.Cancelled : Outcome.Error, e.Message);
            journal.Dispose();
            throw;
        }
    }

    /// <summary>The ids of the projects that machines of a plan take part in.</summary>
    static string ProjectsOf(Farm farm, Plan plan) =>
        farm.Projects is [var one]
            ? one.Id
            : string.Join(
                ", ",
                farm.Projects.Where(p => plan.Machines.Any(m => m.Spec.Parts.Any(part => part.Project == p.Name))).Select(p => p.Id)
            );

    /// <summary>The ids of a machine's projects; null where the farm has one without a name.</summary>
    static string? ProjectsOf(Farm farm, PlannedMachine machine) =>
        farm.Project.Name.Length == 0
            ? null
            : string.Join(", ", machine.Spec.Parts.Select(part => farm.Projects.First(p => p.Name == part.Project).Id));

    /// <summary>Has at hand what a plan needs of this host, and makes the plan again where that told something new.</summary>
    static async Task<Plan> FinalPlanAsync(
        OpenFarm openFarm,
        Plan first,
        Func<Plan, Task> ensureImages,
        RunJournal journal,
        IProgress<ImageProgress> progress,
        CancellationToken cancel
    )
    {
        await ensureImages(first);
        var unproved = first.Seen!.Unproved;
        await openFarm.ProveAsync(unproved, journal, progress, cancel);
        var plan =
            unproved.IsEmpty
            && first.Machines.All(m =>
                m.Layers.All(l => l.Key is not null) && ((m.Spec.DiskSize is null && !m.Layers.IsEmpty) || m.Image is not null)
            )
                ? first
                : await openFarm.PlanAgainAsync(first, cancel);
        plan.ThrowIfProblems();
        await ensureImages(plan);
        return plan;
    }

    /// <summary>
    /// Makes the networks of the hypervisors that are there already. Returns what is left to do for each, while guests boot.
    /// </summary>
    /// <param name="beside">What is waited for, too.</param>
    static async Task<Dictionary<string, List<Func<CancellationToken, Task>>>> PrepareNetworksAsync(
        OpenFarm openFarm,
        Plan plan,
        InnerHypervisors inner,
        string owner,
        RunJournal journal,
        Task beside,
        CancellationToken cancel
    )
    {
        var networks = plan
            .Networks.Select(n => n.Hypervisor)
            .Distinct()
            .Where(IsHere)
            .ToDictionary(h => h, h => new List<Func<CancellationToken, Task>>());
        await Task.WhenAll(
            plan.Machines.Select(m => m.Hypervisor!)
                .Concat(networks.Keys)
                .Distinct()
                .Where(IsHere)
                .Select(host => openFarm.PrepareAsync(host, () => MakeAsync(host), cancel))
                .Append(beside)
        );
        return networks;

        bool IsHere(string hypervisor) =>
            !inner.Has(hypervisor) && (openFarm.Engines.ContainsKey(hypervisor) || openFarm.Farm.HostOf(hypervisor) is null);

        async Task MakeAsync(string host)
        {
            var way = openFarm.OpenWayAsync(host, cancel);
            foreach (var network in plan.Defined.Where(n => n.Hypervisor == host))
                await openFarm.Engine(host).DefineNetworkAsync(network.Name, network.Definition.Text, journal, cancel);
            foreach (var network in plan.Networks.Where(n => n.Hypervisor == host))
                networks[host].Add(await openFarm.Engine(host).EnsureNetworkAsync(network, owner, journal, cancel));
            await way;
        }
    }

    public IEngine EngineOf(PlannedMachine machine) => OpenFarm.Engine(machine.Hypervisor!);

    public MachineMaker MakerFor(PlannedMachine machine) => new(OpenFarm, Plan, EngineOf(machine), Journal, owner, userKey, began);

    /// <summary>The machine's image, with its CD, as the copies that its hypervisor has.</summary>
    public async Task<ImageFiles> ImageAsync(PlannedMachine machine, CancellationToken cancel)
    {
        var image = await CopyAsync(machine, machine.Spec.Image, cancel);
        return machine.Spec.Disc is { } disc ? image with { Disc = await CopyAsync(machine, disc, cancel) } : image;
    }

    Task<ImageFiles> CopyAsync(PlannedMachine machine, ImageSpec spec, CancellationToken cancel)
    {
        var image = images.TryGetValue(spec, out var found)
            ? found
            : OpenFarm.Images.Find(spec)
                ?? throw CroftException.World($"image {spec.Name} is not here any more", $"croft image pull {machine.Spec.Platform}");
        return uploads
            .GetOrAdd(machine.Hypervisor + " " + image.Id, _ =>
                new(() => EngineOf(machine).EnsureImageAsync(image.ForEngines, Journal, null, cancel))
            )
            .Value;
    }

    /// <summary>Notes a machine's record as it is now and keeps OpenSSH's files in step with it.</summary>
    public void Know(string hypervisor, MachineRecord record)
    {
        records[record.Name] = OpenFarm.Seen(record);
        if (OpenFarm.AccessOf(hypervisor, record) is not { } door)
            return;
        lock (sshGate)
        {
            var before = doors.GetValueOrDefault(record.Name);
            if (before == door)
                return;
            doors[record.Name] = door;
            // Of a thousand machines each gets its key once: the files are not written a thousand times for it.
            if (before is { HostKey: "" } && before == door with { HostKey = "" })
                SshConfig.AddKey(door, OpenFarm.Ssh);
            else
                SshConfig.Write([.. doors.Values], OpenFarm.Ssh);
        }
    }

    public MachineRecord? RecordOf(string machine) => records.GetValueOrDefault(machine);

    public IReadOnlyDictionary<string, MachineRecord> Records => records;

    /// <summary>Null also of one that was never made.</summary>
    public IGuest? GuestOf(PlannedMachine machine) =>
        (records.GetValueOrDefault(machine.Spec.Name) ?? machine.Existing?.Record) is { } record
            ? OpenFarm.GuestOf(machine.Hypervisor!, record)
            : null;

    public Task<bool> AnswersAsync(string hypervisor, CancellationToken cancel) => OpenFarm.AnswersAsync(hypervisor, cancel);

    /// <summary>
    /// A machine of the plan has started. When all have, the running networks learn their names and addresses, while the guests boot.
    /// </summary>
    public void Started()
    {
        if (Interlocked.Decrement(ref starting) == 0)
            _ = PublishAsync();
    }

    /// <summary>Returns when the running networks of a hypervisor know all names and addresses.</summary>
    public Task PublishAsync(string hypervisor) =>
        publishing.TryGetValue(hypervisor, out var networks) ? networks.Value : Task.CompletedTask;

    /// <summary>One after another: each holds up who starts a machine on the network.</summary>
    static async Task PublishAsync(IEnumerable<Func<CancellationToken, Task>> rest, CancellationToken cancel)
    {
        foreach (var publish in rest)
            await publish(cancel);
    }

    /// <summary>
    /// Returns when all running networks know their names and addresses. Those of a hypervisor that was lost do not; its machines say so.
    /// </summary>
    public Task PublishAsync() =>
        Task.WhenAll(
            publishing.Keys.Select(async hypervisor =>
            {
                try
                {
                    await PublishAsync(hypervisor);
                }
                catch (CroftException e)
                {
                    Journal.Note(null, null, e.Message);
                }
            })
        );

    public void Dispose()
    {
        planning.Dispose();
        Journal.Dispose();
    }

    /// <summary>Addresses are known before the machines are; their keys are not. The farm's other machines are reached as before.</summary>
    void OpenDoors(IEnumerable<ExistingMachine> there)
    {
        foreach (var machine in there)
        {
            if (OpenFarm.AccessOf(machine.Hypervisor, machine.Record) is { } door)
                doors[machine.Record.Name] = door;
        }

        foreach (var machine in Plan.Machines)
        {
            if (
                (machine.Existing?.Record is { } record ? OpenFarm.AccessOf(machine.Hypervisor!, record) : OpenFarm.AccessOf(machine)) is
                { } door
            )
                doors[machine.Spec.Name] = door;
        }

        SshConfig.Write([.. doors.Values], OpenFarm.Ssh);
    }
}
