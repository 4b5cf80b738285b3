using Croft.Farms;
using Croft.Images;
using Croft.Journal;
using Croft.Lifecycle;
using Croft.Reports;
using Croft.Testing;
using Croft.Tests.Farms;
using Croft.Tests.Images;

namespace Croft.Tests.Simulated;

/// <summary>A farm on simulated hypervisors, and the commands of the program on it. Its invariants are watched at every moment.</summary>
sealed class SimulatedFarm : IDisposable
{
    /// <summary>More than any run may take.</summary>
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    static readonly Lazy<Task<(string Cache, string Image)>> Store = new(MakeStoreAsync);

    readonly TemporaryFolder folder = new();

    SimulatedFarm(Simulation simulation, Invariants invariants, string cache, string text, IEnumerable<(string File, string Script)> phases)
    {
        Simulation = simulation;
        Invariants = invariants;
        foreach (var (file, script) in phases)
            folder.Write("phases/" + file, script);
        Farm = FarmFile.Read(folder.Write("farm.yaml", text), Reading.Defaults).Require();
        Settings = new(folder.Path, cache, Path.Combine(folder.Path, "run"), "qemu:///system", "", simulation.Clock)
        {
            Backends = new SimulatedBackends(simulation),
        };
    }

    public Simulation Simulation { get; }

    public Invariants Invariants { get; }

    public Farm Farm { get; }

    public Settings Settings { get; }

    /// <summary>For what nobody needs to know of images.</summary>
    public static IProgress<ImageProgress> Silent => Silence.Instance;

    public IEnumerable<SimulatedHost> Hosts => Simulation.Hosts.Values;

    /// <summary>A farm of one simple platform, named by default <c>p</c>.</summary>
    /// <param name="vms">The part below <c>vms:</c>.</param>
    /// <param name="project">Further keys of the project, or the whole <c>projects:</c>.</param>
    /// <param name="hosts">How many hypervisors, <c>h0</c> and so on.</param>
    public static async Task<SimulatedFarm> MakeAsync(
        int seed,
        int hosts,
        string vms,
        IEnumerable<(string File, string Script)>? phases = null,
        int vcpus = 16,
        long memory = 64L << 30,
        string project = ""
    )
    {
        var (cache, image) = await Store.Value;
        var simulation = new Simulation(seed);
        for (var i = 0; i < hosts; i++)
            simulation.Add(new(simulation, $"h{i}") { Vcpus = vcpus, Memory = memory });
        return Make("f", simulation, new(simulation), cache, image, vms, phases, project);
    }

    /// <summary>Another farm on the same hypervisors.</summary>
    public async Task<SimulatedFarm> NeighbourAsync(string name, string vms)
    {
        var (cache, image) = await Store.Value;
        return Make(name, Simulation, Invariants, cache, image, vms, null, "");
    }

    static SimulatedFarm Make(
        string name,
        Simulation simulation,
        Invariants invariants,
        string cache,
        string image,
        string vms,
        IEnumerable<(string File, string Script)>? phases,
        string project
    )
    {
        var text = new System.Text.StringBuilder($"farm: {name}\nhypervisors:\n");
        foreach (var host in simulation.Hosts.Keys)
            text.Append($"  {host}: {{ uri: qemu+tcp://{host}/system, jump: [], overcommit: {{ vcpus: 1 }} }}\n");
        text.Append($"platforms: {{ p: {{ image: {{ file: {image} }} }}, q: {{ image: {{ file: {image} }} }} }}\nvms:\n{vms}\n");
        if (project.StartsWith("projects:", StringComparison.Ordinal))
            text.Append(project);
        else if (phases is not null)
            text.Append($"project: {{ phases: phases{(project.Length == 0 ? "" : ", " + project)} }}\n");
        return new(simulation, invariants, cache, text.ToString(), phases ?? []);
    }

    /// <summary>Runs a program, on connections of its own. False when it was killed.</summary>
    /// <param name="chosen">The farm as the command sees it; null is all of it.</param>
    public async Task<bool> ProgramAsync(Func<OpenFarm, Task> program, Farm? chosen = null)
    {
        var done = await Simulation.Clock.RunAsync(() => WithControllerAsync(program, chosen), Hour);
        Invariants.Check();
        return done;
    }

    public async Task<RunSummary?> UpAsync()
    {
        RunSummary? summary = null;
        await ProgramAsync(async c => summary = await UpAsync(c));
        return summary;
    }

    /// <summary>Brings this farm and another one up at the same time, each by a controller of its own.</summary>
    public async Task<(RunSummary Own, RunSummary Other)> UpTogetherAsync(SimulatedFarm other)
    {
        RunSummary? own = null,
            others = null;
        await Simulation.Clock.RunAsync(
            () =>
                Task.WhenAll(
                    WithControllerAsync(async c => own = await UpAsync(c)),
                    other.WithControllerAsync(async c => others = await UpAsync(c))
                ),
            Hour
        );
        Invariants.Check();
        return (own!, others!);
    }

    /// <summary>Null when it was killed.</summary>
    public async Task<RunSummary?> RunAsync(RunOptions? options = null)
    {
        RunSummary? summary = null;
        await ProgramAsync(async c => summary = await RunAsync(c, await c.PlanAsync(CancellationToken.None), options));
        return summary;
    }

    public static Task<RunSummary> RunAsync(OpenFarm openFarm, Croft.Planning.Plan plan, RunOptions? options = null) =>
        FarmRun.RunAsync(openFarm, plan, options ?? RunOptions.Default, _ => { }, Silence.Instance, null, CancellationToken.None);

    public Task DownAsync() =>
        ProgramAsync(async c =>
            await FarmDown.DownAsync(c, await c.ListAsync(CancellationToken.None), (_, _) => { }, CancellationToken.None)
        );

    public Task<bool> DestroyAsync() =>
        ProgramAsync(async c =>
        {
            var inventory = (await c.ObserveAsync(CancellationToken.None)).Inventory;
            await FarmDown.DestroyAsync(
                c,
                inventory,
                [.. (await c.ListAsync(CancellationToken.None)).Where(m => m.Record.Farm == Farm.Name)],
                everything: true,
                CancellationToken.None
            );
        });

    public async Task<IReadOnlyList<ExistingMachine>> ListAsync()
    {
        IReadOnlyList<ExistingMachine> machines = [];
        await ProgramAsync(async c => machines = await c.ListAsync(CancellationToken.None));
        return machines;
    }

    /// <summary>All hypervisors work again.</summary>
    public void Mend()
    {
        Simulation.Faults = (_, _, _) => SimulatedFault.None;
        foreach (var host in Hosts)
        {
            host.PowerOn();
            host.Mend();
        }
    }

    /// <summary>What is left of the farm, anywhere. Images stay.</summary>
    public IEnumerable<string> Left() =>
        from host in Hosts
        from name in host
            .Machines.Keys.Concat(host.Networks.Keys)
            .Concat(host.Volumes.Keys.Where(v => !v.StartsWith("image.", StringComparison.Ordinal)))
        select $"{host.Name}: {name}";

    public RunFolder LatestRun => RunFolder.All(Farm.StateDirectory)[^1];

    public void Dispose() => folder.Dispose();

    static async Task<RunSummary?> UpAsync(OpenFarm openFarm) =>
        await FarmUp.RunAsync(
            openFarm,
            await openFarm.PlanAsync(CancellationToken.None),
            recreate: false,
            "up",
            _ => { },
            Silence.Instance,
            CancellationToken.None
        );

    async Task WithControllerAsync(Func<OpenFarm, Task> program, Farm? chosen = null)
    {
        using var openFarm = await OpenFarm.OpenAsync(chosen ?? Farm, Settings, CancellationToken.None);
        await program(openFarm);
    }

    /// <summary>One image for all: making it takes programs that only real disks need.</summary>
    static async Task<(string Cache, string Image)> MakeStoreAsync()
    {
        var cache = new TemporaryFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => cache.Dispose();
        var image = Path.Combine(cache.Path, "disk.raw");
        await File.WriteAllBytesAsync(image, RawDisk.Make(4096));
        await new ImageStore(Path.Combine(cache.Path, "images"), TimeProvider.System).EnsureAsync(
            new FileImage("p", image, null, null),
            Silence.Instance,
            CancellationToken.None
        );
        return (cache.Path, image);
    }

    sealed class Silence : IProgress<ImageProgress>
    {
        public static readonly Silence Instance = new();

        public void Report(ImageProgress value) { }
    }
}
