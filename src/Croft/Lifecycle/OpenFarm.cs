using System.Collections.Concurrent;
using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Images;
using Croft.Phases;
using Croft.Planning;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>
/// What every command works with: a farm, its hypervisors connected, its images and keys. Holds no state of the farm: that is asked each
/// time.
/// </summary>
public sealed partial class OpenFarm : IDisposable
{
    readonly Proofs proofs;
    readonly ConcurrentDictionary<string, IEngine> engines = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, string> silent = new(StringComparer.Ordinal);
    readonly FarmOwner? owner;

    OpenFarm(Farm farm, Settings settings, FarmOwner? owner)
    {
        this.owner = owner;
        Farm = farm;
        Settings = settings;
        proofs = new Proofs(Path.Combine(settings.Cache, "proofs"), settings.Clock, [.. Kernels(farm).Select(i => i.Arch)]);
        Images = new ImageStore(Path.Combine(settings.Cache, "images"), settings.Clock)
        {
            Lock = new ImageLock(Path.Combine(farm.Directory, FarmFile.LockName), settings.IsLocked),
            Tell = settings.Warn,
            GuestfsKernel = settings.GuestfsKernel,
        };
        Ssh = new SshFiles(farm.StateDirectory, settings.UserKey, settings.Runtime)
        {
            Desk = new PasswordDesk(settings.Secrets, settings.Runtime, settings.Program),
        };
    }

    /// <summary>The farm.</summary>
    public Farm Farm { get; }

    /// <summary>What the program said of its settings.</summary>
    public Settings Settings { get; }

    /// <summary>The hypervisors that answered, by name.</summary>
    internal IReadOnlyDictionary<string, IEngine> Engines => engines;

    /// <summary>Why hypervisors did not answer, or do not any more, by name.</summary>
    public IReadOnlyDictionary<string, string> Silent => silent;

    /// <summary>Names of the hypervisors that did not answer, or do not any more, for people.</summary>
    public string SilentNames => string.Join(", ", silent.Keys.Order(StringComparer.Ordinal));

    /// <summary>The local images.</summary>
    public ImageStore Images { get; }

    /// <summary>Where OpenSSH's files are.</summary>
    public SshFiles Ssh { get; }

    ImmutableArray<string> FirmwareFor =>
        [.. Farm.Machines.Where(m => m.Firmware == Firmware.Uefi || m.Tpm).Select(m => m.Arch).Distinct()];

    /// <summary>The farm's owner id; null before its first <c>up</c>, and in a copy of its folder.</summary>
    public string? Owner => owner?.Id;

    /// <summary>
    /// Connects to the farm's hypervisors side by side, each within its time. One that does not answer takes no part, and the user is told.
    /// </summary>
    public static async Task<OpenFarm> OpenAsync(Farm farm, Settings settings, CancellationToken cancel)
    {
        farm = await DomainTemplates.RenderAsync(farm, cancel);
        var openFarm = new OpenFarm(farm, settings, FarmOwner.Read(farm.Directory, settings.HostId));
        var connections = farm
            .Hypervisors.Where(h => h.Machine is null)
            .Select(h => (h.Name, Engine: settings.ConnectAsync(h.Name, h.Uri, h.ConnectionTimeout, cancel)))
            .ToList();
        try
        {
            foreach (var (name, connection) in connections)
            {
                try
                {
                    openFarm.engines[name] = await connection;
                }
                catch (CroftException e)
                {
                    openFarm.Miss(name, e);
                }
            }

            await openFarm.EnterAllAsync(cancel);
            return openFarm;
        }
        catch
        {
            openFarm.Dispose();
            foreach (var (_, connection) in connections.Where(c => !openFarm.engines.ContainsKey(c.Name)))
                _ = connection.ContinueWith(
                    late => late.Result.Dispose(),
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnRanToCompletion,
                    TaskScheduler.Default
                );
            throw;
        }
    }

    /// <summary>A farm whose hypervisors are only what its file declares of them; nobody is contacted.</summary>
    public static OpenFarm Offline(Farm farm, Settings settings) => new(farm, settings, owner: null);

    /// <summary>Asks all hypervisors what exists.</summary>
    public async Task<Observation> ObserveAsync(CancellationToken cancel)
    {
        var states = await Task.WhenAll(
            Farm.Hypervisors.Select(async h =>
                await AskAsync(h.Name, engine => engine.ObserveAsync(FirmwareFor, cancel)) is { } seen
                    ? (h.Machine is null ? await WithOwnAsync(h, seen, cancel) : seen.AsDeclared(h)).At(Settings.Clock.GetUtcNow())
                : h.Machine is null && Silent.TryGetValue(h.Name, out var reason) ? HypervisorState.Silent(h.Name, reason)
                : HypervisorState.Declared(h)
            )
        );
        // Of the others, the farm file is believed.
        var hosts = states.Zip(Farm.Hypervisors).Where(h => h.Second.Machine is null).Select(h => h.First).ToList();
        return new(
            new([.. states.Zip(Farm.Hypervisors, (state, h) => h.Machine is null ? proofs.Apply(state) : state)]),
            new([.. states]),
            [.. from state in hosts from arch in proofs.Missing(state, Proofs.Accelerated) select new Offer(state, arch)],
            [.. from state in hosts from arch in proofs.Missing(state, Proofs.Emulated) select new Offer(state, arch)]
        );
    }

    /// <summary>With what of this host only the farm's own files lead to.</summary>
    async Task<HypervisorState> WithOwnAsync(HypervisorSpec hypervisor, HypervisorState seen, CancellationToken cancel) =>
        seen with
        {
            Sockets = SocketsOf(hypervisor),
            Containers =
                hypervisor.IsLocal && seen.Containers is { } containers
                    ? containers with
                    {
                        Absent = await AbsentThings.OfAsync(Farm, cancel),
                    }
                    : seen.Containers,
        };

    /// <summary>The VDE switches of others' that are on this host; null of another one.</summary>
    ImmutableHashSet<string>? SocketsOf(HypervisorSpec hypervisor) =>
        hypervisor.IsLocal
            ?
            [
                .. Farm
                    .Networks.Where(n => n is { Mode: NetworkMode.Vde, Source: { } socket } && File.Exists(Path.Combine(socket, "ctl")))
                    .Select(n => n.Source!),
            ]
            : null;

    /// <summary>Asks all hypervisors that answer for their machines. Other people's machines are left out.</summary>
    public async Task<IReadOnlyList<ExistingMachine>> ListAsync(CancellationToken cancel)
    {
        var all = await Task.WhenAll(
            Farm.Hypervisors.Select(async h =>
                (
                    h.Name,
                    Machines: await AskAsync(h.Name, async engine => (IReadOnlyList<MachineState>)await engine.ListMachinesAsync(cancel))
                        ?? []
                )
            )
        );
        var machines = (
            from host in all
            from machine in host.Machines
            where machine.Record is not null
            select new ExistingMachine(host.Name, machine)
        ).ToList();
        var counting = machines
            .GroupBy(m => (m.Record.Farm, m.Record.Owner, m.Record.Name))
            .Select(g => g.MaxBy(m => m.Record.Standing)!)
            .ToHashSet();
        return [.. machines.Select(m => m with { IsSuperfluous = !counting.Contains(m) })];
    }

    /// <summary>The machines of the farm's name, without those of which a newer one is elsewhere.</summary>
    internal async Task<IReadOnlyList<ExistingMachine>> ListOwnAsync(CancellationToken cancel) =>
        [.. (await ListAsync(cancel)).Where(m => m.Record.Farm == Farm.Name && !m.IsSuperfluous)];

    /// <summary>Makes the plan of what exists now.</summary>
    public Task<Plan> PlanAsync(CancellationToken cancel) => PlanAsync(explain: null, cancel);

    /// <summary>Makes the plan of what exists now, with the whole decision about one machine.</summary>
    public async Task<Plan> PlanAsync(string? explain, CancellationToken cancel)
    {
        var here = Task.Run(() => ReadAsync(cancel), cancel); // while the hypervisors are asked
        var seen = await ObserveAsync(cancel);
        return PlanOf(seen.Inventory, await here, explain) with { Seen = seen };
    }

    /// <summary>Makes a plan again of the same machines and what exists now.</summary>
    /// <exception cref="CroftException">It is not what the user was promised.</exception>
    internal async Task<Plan> PlanAgainAsync(Plan plan, CancellationToken cancel)
    {
        var again = (await PlanAsync(cancel)).Of(plan.Machines.Select(m => m.Spec.Name)) with { Promised = plan.Promised };
        plan.Promised?.Invoke(again);
        return again;
    }

    Plan PlanOf(Inventory inventory, ThisHost here, string? explain)
    {
        var phases = here.Phases;
        var plan = Planner.Make(
            new(
                Farm,
                inventory,
                Owner,
                phases[Farm.Project.Name],
                here.Images.ToImmutableDictionary(i => i.Key, i => i.Value.Id),
                KeyOf(Farm.Project)
            )
            {
                Further = Farm.Projects.Skip(1).ToImmutableDictionary(p => p.Name, p => (phases[p.Name], KeyOf(p))),
                DiskSizes = here.Images.ToImmutableDictionary(i => i.Key, i => i.Value.DiskSize),
                Explain = explain,
                Agreeing = here.Agreeing,
            }
        );
        plan = plan with { Problems = [.. plan.Problems, .. StepsThatCannotBe(here.Images), .. RootsThatCannotBe(here.Images)] };
        var missing = Farm.Projects.SelectMany(p => ansible.GetValueOrDefault(p.Name)?.Missing(phases[p.Name].Modules) ?? []);
        return plan with
        {
            Problems =
            [
                .. plan.Problems,
                .. Farm
                    .Projects.Where(p => phases[p.Name].HasAnsible)
                    .SelectMany(p => AgentProblems(plan, p, phases[p.Name], ansible[p.Name]))
                    .Distinct(),
            ],
            Notes = [.. plan.Notes, .. Lacks(), .. missing.Distinct()],
        };

        string? KeyOf(ProjectSpec project) => phases[project.Name].HasAnsible ? ansible[project.Name].Key : null;
    }

    /// <summary>Images that are not here and that this host cannot make.</summary>
    IEnumerable<Problem> StepsThatCannotBe(ImmutableDictionary<ImageSpec, StoredImage> known) =>
        from image in Farm.Machines.Select(m => m.Image).OfType<SteppedImage>().Distinct()
        where !known.ContainsKey(image)
        let missing = ImageSteps.Missing(image, Settings.GuestfsKernel)
        where missing is not null
        select new Problem(image.At, "image.steps", $"image \"{image.Name}\": {missing}", ImageSteps.Cure, IsWorld: true);

    /// <summary>Files that are no root file systems, by their beginnings, of containers.</summary>
    IEnumerable<Problem> RootsThatCannotBe(ImmutableDictionary<ImageSpec, StoredImage> known) =>
        from image in Farm.Machines.Select(m => m.Image).OfType<FileImage>().Where(i => i.Container is not null).Distinct()
        where !known.ContainsKey(image)
        let what = ContainerRoot.Refusal(image.File)
        where what is not null
        select new Problem(image.At, "image.file", $"{image.File} is {what}, not a root file system", ContainerRoot.Cure);

    /// <summary>The engine of a hypervisor.</summary>
    /// <exception cref="CroftException">It does not answer.</exception>
    internal IEngine Engine(string hypervisor) =>
        Engines.TryGetValue(hypervisor, out var engine)
            ? engine
            : throw CroftException.World(
                Silent.GetValueOrDefault(hypervisor)
                    ?? (
                        Farm.HostOf(hypervisor) is { } machine
                            ? $"machine \"{machine}\", which is hypervisor \"{hypervisor}\", does not run"
                            : $"the farm has no hypervisor \"{hypervisor}\""
                    )
            );

    /// <summary>The kept states of a machine's hypervisor.</summary>
    /// <exception cref="CroftException">It keeps none, or does not answer.</exception>
    internal IStates StatesOf(ExistingMachine machine) =>
        Engine(machine.Hypervisor).States
        ?? throw CroftException.Usage(
            $"hypervisor \"{machine.Hypervisor}\" keeps no states of machines",
            "croft hypervisors shows what each can"
        );

    /// <summary>Whether a hypervisor answers still. It may be gone before that was noticed, so it is asked.</summary>
    internal async Task<bool> AnswersAsync(string hypervisor, CancellationToken cancel) =>
        await AskAsync(hypervisor, async engine => (object)await engine.ListMachinesAsync(cancel)) is not null;

    /// <summary>Prepares something on a hypervisor. When that goes away over it, what needs the hypervisor will say so.</summary>
    internal async Task PrepareAsync(string hypervisor, Func<Task> prepare, CancellationToken cancel)
    {
        try
        {
            await prepare();
        }
        catch (CroftException)
        {
            if (await AnswersAsync(hypervisor, cancel))
                throw;
        }
    }

    /// <summary>Asks one hypervisor; null when it did not answer, or was lost over this question.</summary>
    internal async Task<T?> AskAsync<T>(string hypervisor, Func<IEngine, Task<T>> question)
        where T : class
    {
        if (Silent.ContainsKey(hypervisor) || !Engines.TryGetValue(hypervisor, out var engine))
            return null;
        try
        {
            return await question(engine);
        }
        catch (CroftException e) when (engine.IsLost)
        {
            Miss(hypervisor, e);
            return null;
        }
        catch (ObjectDisposedException) when (!engines.ContainsKey(hypervisor))
        {
            return null; // left while it was asked
        }
    }

    void Miss(string hypervisor, CroftException why)
    {
        if (silent.TryAdd(hypervisor, why.Message + (why.Hint is null ? "" : "; " + why.Hint)))
            Settings.Warn(silent[hypervisor]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var engine in Engines.Values)
            engine.Dispose();
        Ssh.Desk!.Dispose();
    }

    /// <summary>
    /// Logs in to the hosts that ssh goes through to the guests of a hypervisor: what is wrong there shows before anything starts.
    /// </summary>
    /// <exception cref="CroftException">ssh cannot log in to one of them.</exception>
    internal Task OpenWayAsync(string hypervisor, CancellationToken cancel)
    {
        SshConfig.MakeSockets(Ssh);
        return Farm.Hypervisors.First(h => h.Name == hypervisor) is { Jumps.IsEmpty: false } host
            ? Way.OpenAsync(hypervisor, host.Jumps, Ssh.Sockets, cancel)
            : Task.CompletedTask;
    }

    ImmutableDictionary<ImageSpec, StoredImage> KnownImages()
    {
        var known = ImmutableDictionary.CreateBuilder<ImageSpec, StoredImage>();
        foreach (var image in Farm.Machines.Select(m => m.Image).Distinct())
        {
            if (Images.Find(image) is { } stored)
                known[image] = stored;
        }

        return known.ToImmutable();
    }
}
