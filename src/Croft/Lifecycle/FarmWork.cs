using System.Collections.Concurrent;
using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Images;
using Croft.Journal;
using Croft.Networks;
using Croft.Planning;
using Croft.Snapshots;

namespace Croft.Lifecycle;

/// <summary>
/// One execution of a plan, in the making: what <c>up</c> and <c>run</c> share. Images are at hand, the plan is final, the farm is claimed, networks
/// and addresses exist; machines can be made.
/// </summary>
sealed class FarmWork : IDisposable
{
    const int MostPlaces = 4;
    const string RoomHint = "croft plan --explain tells what room there is; croft hypervisors what takes it";
    const string LostHint = "croft hypervisors says which answer";

    readonly ConcurrentDictionary<string, MachineRecord> records;
    readonly ConcurrentDictionary<string, Lazy<Task<string>>> uploads = new();
    readonly ConcurrentDictionary<string, Lazy<Task>> entering = new();
    readonly ImmutableDictionary<ImageSpec, StoredImage> images;
    readonly ImmutableDictionary<string, Lazy<Task>> publishing;
    readonly Lock sshGate = new();
    readonly SortedDictionary<string, GuestAccess> doors = new(StringComparer.Ordinal);
    int starting;
    readonly string owner;
    readonly string userKey;
    readonly DateTimeOffset began;
    readonly SemaphoreSlim planning = new(1);

    FarmWork(
        Controller controller, Plan plan, RunJournal journal, ImmutableDictionary<ImageSpec, StoredImage> images,
        IReadOnlyDictionary<string, FarmNetworks> networks, string owner, string userKey)
    {
        Controller = controller;
        Plan = plan;
        Inner = new(plan);
        Journal = journal;
        this.images = images;
        publishing = networks.ToImmutableDictionary(n => n.Key, n => new Lazy<Task>(() => n.Value.PublishAsync(CancellationToken.None)));
        starting = plan.Machines.Length;
        this.owner = owner;
        this.userKey = userKey;
        began = Clock.GetUtcNow();
        records = new(plan.Machines.Where(m => m.Existing?.Record is not null).Select(m => KeyValuePair.Create(m.Spec.Name, m.Existing!.Record!)));
    }

    public Controller Controller { get; }

    /// <summary>With every machine where it was placed last.</summary>
    public Plan Plan { get; private set; }

    /// <summary>The hypervisors that are machines of the plan.</summary>
    public InnerHypervisors Inner { get; }

    public RunJournal Journal { get; }

    public TimeProvider Clock => Controller.Surroundings.Clock;

    /// <summary>Prepares everything that machines need before the first of them is made.</summary>
    /// <param name="needsImage">Whether a machine of the first plan needs its image at hand.</param>
    public static async Task<FarmWork> PrepareAsync(
        Controller controller, Plan first, string command, Func<PlannedMachine, bool> needsImage, Action<RunJournal> opened, IProgress<ImageProgress> progress, CancellationToken cancel)
    {
        var owner = controller.Claim();
        var userKey = await controller.Surroundings.World.UserKeyAsync(controller.Surroundings.UserKey, cancel);
        var journal = RunJournal.Create(controller.Farm.StateDirectory, controller.Surroundings.Clock);
        try
        {
            opened(journal);
            journal.RunStart(controller.Farm.Name, command, controller.Farm.Project.Id);
            var images = new ConcurrentDictionary<ImageSpec, StoredImage>();
            if (controller.HasUnproved)
            {
                await EnsureImagesAsync(); // all, before the proof makes the one that it needs
                await controller.ProveAsync(journal, progress, cancel);
                first = (await controller.PlanAsync(cancel)).Of(first.Machines.Select(m => m.Spec.Name));
            }

            first.ThrowIfProblems();
            await EnsureImagesAsync();
            var plan = first.Machines.Any(m => m.Layers.Any(l => l.Key is null))
                ? (await controller.PlanAsync(cancel)).Of(first.Machines.Select(m => m.Spec.Name))
                : first;
            plan.ThrowIfProblems();
            foreach (var machine in plan.Machines)
                journal.Machine(machine.Spec.Name, machine.Spec.Platform, machine.Spec.Target, machine.Spec.Arch, machine.Hypervisor!, machine.Nics.FirstOrDefault()?.Address?.ToString());
            var measuring = controller.MeasureAsync(plan, journal, cancel);
            var later = new InnerHypervisors(plan);
            bool IsHere(string hypervisor) => !later.Has(hypervisor) && (controller.Engines.ContainsKey(hypervisor) || controller.Farm.HostOf(hypervisor) is null);
            var networks = plan.Networks.Select(n => n.Hypervisor).Distinct().Where(IsHere).ToDictionary(h => h, h => new FarmNetworks(controller.Engine(h), journal, controller.Surroundings.Clock));
            await Task.WhenAll(plan.Machines.Select(m => m.Hypervisor!).Distinct().Where(IsHere).Select(host => controller.PrepareAsync(
                host,
                async () =>
                {
                    var way = controller.OpenWayAsync(host, cancel);
                    foreach (var network in plan.Networks.Where(n => n.Hypervisor == host))
                        await networks[host].EnsureAsync(network, owner, cancel);
                    await way;
                },
                cancel)).Append(measuring));
            var work = new FarmWork(controller, plan, journal, images.ToImmutableDictionary(), networks, owner, userKey);
            work.OpenDoors();
            return work;

            Task EnsureImagesAsync() => Parallel.ForEachAsync(
                first.Machines.Where(needsImage).Select(m => m.Spec.Image).Distinct(),
                cancel,
                async (spec, stop) => images[spec] = await controller.Images.EnsureAsync(spec, progress, stop));
        }
        catch (Exception e)
        {
            journal.RunEnd(e is OperationCanceledException ? Outcome.Cancelled : Outcome.Error, e.Message);
            journal.Dispose();
            throw;
        }
    }

    public IEngine EngineOf(PlannedMachine machine) => Controller.Engine(machine.Hypervisor!);

    public MachineMaker MakerFor(PlannedMachine machine) => new(Controller, Plan, EngineOf(machine), Journal, owner, userKey, began);

    public SnapshotStore SnapshotsOf(PlannedMachine machine) => new(EngineOf(machine), Journal, Clock);

    /// <summary>
    /// Makes a machine where it is planned. It is planned again when another controller took its room there, and, where nothing of the user's is missed, when
    /// the hypervisor goes away: then on another one, as often as <c>dispatch.retry</c> says.
    /// </summary>
    /// <param name="make">Makes it as it is planned now; what it began elsewhere is out of reach.</param>
    public async Task PlaceAsync(PlannedMachine machine, bool replaceable, Func<PlannedMachine, Task> make, CancellationToken cancel)
    {
        var name = machine.Spec.Name;
        for (var (taken, lost) = (0, 0); ;)
        {
            try
            {
                await make(machine);
                return;
            }
            catch (NoRoomException e)
            {
                var cause = CroftException.World(e.Message, RoomHint, e);
                if (machine.Existing is not null || ++taken == MostPlaces)
                    throw cause;
                Journal.Note(name, "startup", e.Message);
                machine = await PlanAgainAsync(machine, cause, cancel);
            }
            catch (CroftException e)
            {
                var host = machine.Hypervisor!;
                if (await Controller.AnswersAsync(host, cancel))
                    throw;
                var cause = Lost(host, e);
                if (!replaceable || ++lost > Controller.Farm.Dispatch.Retry)
                    throw cause;
                machine = await PlanAgainAsync(machine, cause, cancel);
                Journal.Note(name, "startup", $"hypervisor \"{host}\" went away; placed again on \"{machine.Hypervisor}\"");
            }
        }
    }

    /// <summary>What went wrong with a machine, told so that its hypervisor is named as the cause.</summary>
    static CroftException Lost(string hypervisor, CroftException e) =>
        e.Message.Contains($"hypervisor \"{hypervisor}\"", StringComparison.Ordinal) ? e : CroftException.World($"hypervisor \"{hypervisor}\" went away: {e.Message}", LostHint, e);

    async Task<PlannedMachine> PlanAgainAsync(PlannedMachine machine, CroftException cause, CancellationToken cancel)
    {
        await planning.WaitAsync(cancel);
        try
        {
            var name = machine.Spec.Name;
            var plan = await Controller.PlanAsync(cancel);
            var again = plan.Machines.First(m => m.Spec.Name == name);
            if (again.Existing is not null)
                throw cause;
            if (again.Hypervisor is not { } host)
                throw CroftException.World($"{cause.Message}; machine \"{name}\" fits no other hypervisor: {again.Reason}", cause.Hint, cause);
            Replan([again], host, plan);
            await Controller.OpenWayAsync(host, cancel);
            var networks = new FarmNetworks(EngineOf(again), Journal, Clock);
            foreach (var network in plan.Networks.Where(n => n.Hypervisor == host))
                await networks.EnsureAsync(network with { Definition = network.Definition with { Reservations = [.. network.Definition.Reservations.Where(r => r.Host == name)] } }, owner, cancel);
            await networks.PublishAsync(cancel);
            return again;
        }
        finally
        {
            planning.Release();
        }
    }

    /// <summary>
    /// Waits for the hypervisor of a machine where that is another machine of the plan. Returns the machine as it is planned by what is there then. It has no
    /// layers: they would go with that machine's next restore.
    /// </summary>
    /// <exception cref="CroftException">The hypervisor did not become ready, or the machine has no place in it.</exception>
    public async Task<PlannedMachine> EnterAsync(PlannedMachine machine, CancellationToken cancel)
    {
        await entering.GetOrAdd(machine.Hypervisor!, name => new(() => EnterAsync(Controller.Farm.Hypervisors.First(h => h.Name == name), cancel))).Value;
        return Plan.Machines.First(m => m.Spec.Name == machine.Spec.Name) is { Hypervisor: not null } there ? there : throw CroftException.World($"machine \"{machine.Spec.Name}\" has no place there", RoomHint);
    }

    async Task EnterAsync(HypervisorSpec inner, CancellationToken cancel)
    {
        if (!await Inner.ReadyAsync(inner.Name, cancel))
            throw CroftException.World($"machine \"{inner.Machine}\", which is its hypervisor, did not become ready");
        var host = Plan.Machines.First(m => m.Spec.Name == inner.Machine);
        var state = host.Existing ?? new(MachineDefinition.DomainNameOf(Controller.Farm.Name, inner.Machine!), host.Uuid, PowerState.Running, host.Spec.Vcpus, host.Spec.Memory, null);
        await Controller.EnterAsync(inner, new(host.Hypervisor!, state with { Record = RecordOf(inner.Machine!) }), host.Spec.ConnectionTimeout, cancel);
        await planning.WaitAsync(cancel);
        try
        {
            var plan = await Controller.PlanAsync(cancel);
            if (!plan.Problems.IsEmpty)
                throw CroftException.World(string.Join("; ", plan.Problems), "croft plan tells all");
            var wanted = Plan.Machines.Where(m => m.Hypervisor == inner.Name).Select(m => m.Spec.Name).ToHashSet(StringComparer.Ordinal);
            Replan([.. plan.Machines.Where(m => wanted.Contains(m.Spec.Name)).Select(m => m with { Layers = [] })], inner.Name, plan);
            var networks = new FarmNetworks(Controller.Engine(inner.Name), Journal, Clock);
            foreach (var network in plan.Networks.Where(n => n.Hypervisor == inner.Name))
                await networks.EnsureAsync(network, owner, cancel);
            await networks.PublishAsync(cancel);
        }
        finally
        {
            planning.Release();
        }
    }

    /// <summary>Takes machines of a later plan over into this one.</summary>
    void Replan(IReadOnlyCollection<PlannedMachine> machines, string hypervisor, Plan later)
    {
        Plan = Plan.With(machines, hypervisor, later);
        foreach (var machine in machines)
        {
            if (machine.Existing?.Record is { } record)
                records[machine.Spec.Name] = record;
            else
                records.TryRemove(machine.Spec.Name, out _);
            if (machine.Hypervisor is not null)
                Journal.Machine(machine.Spec.Name, machine.Spec.Platform, machine.Spec.Target, machine.Spec.Arch, machine.Hypervisor, machine.Nics.FirstOrDefault()?.Address?.ToString());
        }
    }

    /// <summary>The machine's image, as the copy that is in the pool of its hypervisor.</summary>
    public async Task<StoredImage> ImageAsync(PlannedMachine machine, CancellationToken cancel)
    {
        var image = images.TryGetValue(machine.Spec.Image, out var found)
            ? found
            : Controller.Images.Find(machine.Spec.Image) ?? throw CroftException.World($"image {machine.Spec.Image.Name} is not here any more", $"croft image pull {machine.Spec.Image.Name}");
        var copy = await uploads.GetOrAdd(
            machine.Hypervisor + " " + image.Id,
            _ => new(() => new PoolImages(EngineOf(machine), Journal).EnsureAsync(image, null, cancel))).Value;
        return image with { Copy = copy };
    }

    /// <summary>Notes a machine's record as it is now and keeps OpenSSH's files in step with it.</summary>
    public void Know(string hypervisor, MachineRecord record)
    {
        records[record.Name] = record;
        if (Controller.AccessOf(hypervisor, record) is not { } door)
            return;
        lock (sshGate)
        {
            var before = doors.GetValueOrDefault(record.Name);
            if (before == door)
                return;
            doors[record.Name] = door;
            // Of a thousand machines each gets its key once: the files are not written a thousand times for it.
            if (before is { HostKey: "" } && before == door with { HostKey = "" })
                SshConfig.AddKey(door, Controller.Ssh);
            else
                SshConfig.Write([.. doors.Values], Controller.Ssh);
        }
    }

    public MachineRecord? RecordOf(string machine) => records.GetValueOrDefault(machine);

    public IEnumerable<MachineRecord> Records => records.Values;

    /// <summary>A machine of the plan has started. When all have, the running networks learn their names and addresses, while the guests boot.</summary>
    public void Started()
    {
        if (Interlocked.Decrement(ref starting) == 0)
            _ = PublishAsync();
    }

    /// <summary>Returns when the running networks of a hypervisor know all names and addresses.</summary>
    public Task PublishAsync(string hypervisor) => publishing.TryGetValue(hypervisor, out var networks) ? networks.Value : Task.CompletedTask;

    /// <summary>Returns when all running networks know their names and addresses. Those of a hypervisor that was lost do not; its machines say so.</summary>
    public Task PublishAsync() => Task.WhenAll(publishing.Keys.Select(async hypervisor =>
    {
        try
        {
            await PublishAsync(hypervisor);
        }
        catch (CroftException e)
        {
            Journal.Note(null, null, e.Message);
        }
    }));

    public void Dispose()
    {
        planning.Dispose();
        Journal.Dispose();
    }

    /// <summary>Addresses are known before the machines are; their keys are not.</summary>
    void OpenDoors()
    {
        foreach (var machine in Plan.Machines)
        {
            if ((machine.Existing?.Record is { } record ? Controller.AccessOf(machine.Hypervisor!, record) : Controller.AccessOf(machine)) is { } door)
                doors[machine.Spec.Name] = door;
        }

        SshConfig.Write([.. doors.Values], Controller.Ssh);
    }
}
