using System.Collections.Immutable;
using System.Net.NetworkInformation;
using Croft.Lxd;

namespace Croft.Engines.Lxd;

/// <summary>
/// Machines as containers of LXD or Incus. A machine is an instance with its identity, its seed and Croft's record in its configuration; an
/// image is one of the service's, a network one of its bridges. Names and records say whose they are.
/// </summary>
sealed partial class LxdEngine : IEngine
{
    const string LostHint = IEngine.LostHint;
    const int MostWords = 500;
    const string Default = "default";

    /// <summary>Of what is refused to a client whose certificate is.</summary>
    const string Restricted = "restricted";

    /// <summary>So long a change of a network is waited for at the end.</summary>
    static readonly TimeSpan ChangeTime = TimeSpan.FromSeconds(2);

    readonly LxdClient client;
    readonly bool isHere;
    readonly Server server;
    readonly Lazy<Task<Resources>> resources;
    readonly Lazy<Task<string?>> pool;
    bool hidesNetworks;

    LxdEngine(string name, LxdClient client, Server server, bool isHere)
    {
        (Name, this.client, this.server, this.isHere) = (name, client, server, isHere);
        States = new LxdStates(this);
        resources = new(ResourcesAsync);
        pool = new(FindPoolAsync);
        client.Happened += Hear;
        client.Lost += () => Tell(watchers.Keys, MachineSignal.HostLost);
    }

    public string Name { get; }

    internal LxdClient Client => client;

    public bool IsLost => client.IsLost;

    public EngineCapabilities Can =>
        !hidesNetworks
            ? EngineCapabilities.OfContainers
            : EngineCapabilities.OfContainers with
            {
                OwnNetworks = false,
                NetworkLack = "lets this user see no network's configuration, since its certificate is restricted",
                NetworkCure = $"on it: {Tool} config trust edit FINGERPRINT, and restricted: false",
            };

    public IStates States { get; }

    public IGuestChannel Channel => this;

    /// <summary>As its makers call it.</summary>
    internal string Title => server.Environment?.Server == "incus" ? "Incus" : "LXD";

    /// <summary>Its own client, as hints have people type it.</summary>
    string Tool => Title == "Incus" ? "incus" : "lxc";

    /// <summary>The same for what is in the project that this works in.</summary>
    string ToolInProject => Tool + (client.Project is { } project ? $" --project {project}" : "");

    /// <summary>Connects.</summary>
    /// <exception cref="CroftException">Nothing answers there, or it does not let us in.</exception>
    public static async Task<LxdEngine> ConnectAsync(string name, LxdAddress address, TimeSpan within, CancellationToken cancel)
    {
        var client = address.Open(name);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(within);
        try
        {
            var server = await client.GetAsync("1.0", LxdJson.Default.Server, late.Token);
            if (server.Auth != "trusted")
                throw address.Unknown(name);
            var engine = new LxdEngine(name, client, server, address.IsHere);
            await engine.ChooseProjectAsync(late.Token);
            return engine;
        }
        catch (Exception e)
        {
            using var unused = client;
            throw e switch
            {
                LxdException refusal => address.Refused(name, refusal, client),
                OperationCanceledException when !cancel.IsCancellationRequested => CroftException.World(
                    $"hypervisor \"{name}\" ({address}) does not answer within {within.TotalSeconds:0} s",
                    LostHint
                ),
                _ => e,
            };
        }
    }

    /// <summary>The one that the address names; without one, the only one that a client is shown who is restricted to it.</summary>
    async Task ChooseProjectAsync(CancellationToken cancel)
    {
        if (client.Project is { } named)
            await RequireProjectAsync(named, cancel);
        else if (server.MayRestrict)
            client.Project = await OnlyProjectAsync(cancel);
        hidesNetworks = server.Config is null || client.Project is not (null or Default) && await IsRestrictedAsync(cancel);
    }

    /// <summary>Null is the service's own choice.</summary>
    async Task<string?> OnlyProjectAsync(CancellationToken cancel)
    {
        var paths = await client.GetAsync("1.0/projects", LxdJson.Default.StringArray, cancel);
        string[] shown = [.. paths.Select(LxdClient.NameIn)];
        return shown.Contains(Default) ? null
            : shown is [var only] ? only
            : throw CroftException.World(
                $"hypervisor \"{Name}\" lets this user into {(shown.Length == 0 ? "no project" : $"the projects {string.Join(", ", shown)}")}",
                shown.Length == 0
                    ? $"on it: {Tool} config trust edit FINGERPRINT, and projects"
                    : "project: NAME of the hypervisor says which"
            );
    }

    /// <summary>Incus shows a client who is restricted no list of pools, and networks of its own project alone as they are.</summary>
    async Task<bool> IsRestrictedAsync(CancellationToken cancel)
    {
        try
        {
            await client.GetAsync("1.0/storage-pools", LxdJson.Default.StringArray, cancel);
            return false;
        }
        catch (LxdException e) when (e.Message.Contains(Restricted, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }
    }

    async Task RequireProjectAsync(string project, CancellationToken cancel)
    {
        try
        {
            await client.GetAsync($"1.0/projects/{Uri.EscapeDataString(project)}", LxdJson.Default.Profile, cancel);
        }
        catch (LxdException e) when (e.IsNotFound)
        {
            throw CroftException.World(
                $"hypervisor \"{Name}\" has no project \"{project}\"",
                $"on it: {Tool} project create {project} -c features.images=false -c features.profiles=false"
            );
        }
    }

    bool IsClustered => server.Environment?.ServerClustered == true;

    async Task<Member[]> MembersAsync(CancellationToken cancel) =>
        IsClustered ? await client.GetAsync("1.0/cluster/members?recursion=1", LxdJson.Default.MemberArray, cancel) : [];

    /// <summary>Of a cluster, those of all members that answer.</summary>
    async Task<Resources> ResourcesAsync()
    {
        if (isHere && !IsClustered && LocalHost.Size() is (var processors, var memory))
            return new(new(processors), new(memory)); // the service looks through all hardware for an answer
        if (!IsClustered)
            return await client.GetAsync("1.0/resources", LxdJson.Default.Resources, CancellationToken.None);
        var all = await Task.WhenAll((await MembersAsync(CancellationToken.None)).Where(m => m.IsOnline).Select(ResourcesAsync));
        return new(new(all.Sum(r => r.Cpu?.Total ?? 0)), new(all.Sum(r => r.Memory?.Total ?? 0)));
    }

    /// <summary>Nothing of a member that does not answer: the cluster takes its time to see that.</summary>
    async Task<Resources> ResourcesAsync(Member member)
    {
        try
        {
            var path = $"1.0/resources?target={Uri.EscapeDataString(member.ServerName)}";
            return await client.GetAsync(path, LxdJson.Default.Resources, CancellationToken.None);
        }
        catch (LxdException e) when (IsOfLostMember(e.Message))
        {
            gone.TryAdd(member.ServerName, true);
            return new(null, null);
        }
    }

    public async Task<HypervisorState> ObserveAsync(ImmutableArray<string> firmwareFor, CancellationToken cancel)
    {
        _ = resources.Value;
        var containers = ObserveContainersAsync(cancel);
        var members = CallAsync("listing members", () => MembersAsync(cancel));
        var instances = await ListInstancesAsync(cancel);
        var networks = ObserveNetworksAsync(instances, cancel);
        var room = ObserveRoomAsync(instances);
        var states = StatesOfAsync(instances, cancel);
        var store = await CallAsync("looking for its storage", () => pool.Value);
        return await room with
        {
            Machines = await SeeAsync((await room).Machines, cancel),
            Unreachable = store is null ? $"has no storage pool: {Tool} storage create default dir" : null,
            Networks = await networks,
            States = await states,
            Containers = await containers,
            Members = IsClustered ? (await members).ToImmutableSortedDictionary(m => m.ServerName, LabelsOf, StringComparer.Ordinal) : null,
            Addresses = isHere ? LocalHost.Addresses() : [],
            Routes = isHere ? LocalHost.Routes() : [],
            Devices = isHere ? [.. NetworkInterface.GetAllNetworkInterfaces().Select(d => d.Name)] : null,
        };
    }

    async Task<ImmutableHashSet<StateId>> StatesOfAsync(IEnumerable<Instance> instances, CancellationToken cancel)
    {
        var own = instances.Where(i => !i.IsLost).Select(i => (i.Name, LxdRecord.Of(i)?.Id)).Where(i => i.Id is not null);
        var found = await Task.WhenAll(
            own.Select(async i => (await SnapshotNamesAsync(i.Name, cancel)).Select(s => LxdNames.StateOf(i.Id!.Value, s)))
        );
        return [.. found.SelectMany(s => s)];
    }

    public async Task<HypervisorState> ObserveRoomAsync(CancellationToken cancel) =>
        await ObserveRoomAsync(await ListInstancesAsync(cancel));

    async Task<HypervisorState> ObserveRoomAsync(IReadOnlyList<Instance> instances)
    {
        var size = await CallAsync("asking for its size", () => resources.Value);
        var environment = server.Environment;
        return HypervisorState.Silent(Name, "") with
        {
            Id = environment?.CertificateFingerprint ?? "",
            Unreachable = null,
            Version = $"{Title} {environment?.ServerVersion}",
            VirtTypes = (environment?.Architectures ?? []).ToImmutableSortedDictionary(
                a => a,
                _ => ImmutableArray.Create(Farms.DispatchRules.Container),
                StringComparer.Ordinal
            ),
            Vcpus = size.Cpu?.Total ?? 0,
            Memory = size.Memory?.Total ?? 0,
            Machines = MachinesOf(instances),
            Can = Can,
        };
    }

    /// <summary>A network that is changed at the moment is not left in the middle of it.</summary>
    public void Dispose()
    {
        changing.Wait(ChangeTime);
        client.Dispose();
        changing.Dispose();
        choosing.Dispose();
    }

    /// <summary>The pool of the default profile's root disk, or the first that is there; null when there is none.</summary>
    async Task<string?> FindPoolAsync()
    {
        var profiles = await client.GetAsync("1.0/profiles?recursion=1", LxdJson.Default.ProfileArray, CancellationToken.None);
        var root = profiles
            .Where(p => p.Name == "default")
            .SelectMany(p => p.Devices.Values)
            .FirstOrDefault(d => d.GetValueOrDefault("path") == "/")
            ?.GetValueOrDefault("pool");
        return root ?? (await PoolsAsync(CancellationToken.None)).FirstOrDefault(p => p.Status is null or "Created")?.Name;
    }

    async Task<string> PoolAsync() =>
        await pool.Value
        ?? throw CroftException.World($"hypervisor \"{Name}\" has no storage pool", $"on it: {Tool} storage create default dir");

    /// <summary>Whether an instance's pool keeps once what several have.</summary>
    internal async Task<Func<Instance, bool>> AreSharedAsync(CancellationToken cancel)
    {
        var pools = await CallAsync("listing storage pools", () => PoolsAsync(cancel));
        var copying = pools.Where(p => p.Driver is "dir" or "cephfs").Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        return instance => !copying.Contains(instance.ExpandedDevices.GetValueOrDefault("root")?.GetValueOrDefault("pool") ?? "");
    }

    /// <summary>Calls the service, and tells what goes wrong as people can act on it.</summary>
    internal async Task<T> CallAsync<T>(string doing, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (LxdException e)
        {
            throw Refusal(doing, e);
        }
    }

    internal Task CallAsync(string doing, Func<Task> call) => CallAsync(doing, async () =>
        {
            await call();
            return true;
        });

    /// <summary>The service hands on all that its tools wrote.</summary>
    static string WordsOf(LxdException e) =>
        PlainText.Line(e.Message) is { Length: > MostWords } all ? all[..MostWords].TrimEnd() + "…" : PlainText.Line(e.Message);

    CroftException Refusal(string doing, LxdException e) =>
        e.IsLost
            ? CroftException.World($"hypervisor \"{Name}\" went away while {doing}: {e.Message}", LostHint, e)
            : CroftException.World(
                $"{doing} on hypervisor \"{Name}\": {WordsOf(e)}",
                IsClustered && IsOfLostMember(e.Message)
                    ? $"{Tool} cluster list shows its members; when it is back, run the command again; if it is gone for good: {Tool} cluster remove --force NAME"
                    : LxdCures.Of(e.Message, Tool, ToolInProject),
                e
            );
}
