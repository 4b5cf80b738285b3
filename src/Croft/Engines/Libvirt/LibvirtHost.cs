using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Xml.Linq;
using Croft.Libvirt;
using Croft.Tools;

namespace Croft.Engines.Libvirt;

/// <summary>
/// One hypervisor, reached through libvirt. The binding is synchronous; every method here blocks a thread of its own for as long as libvirt
/// takes: the
/// pool has too few, and a host that hangs would slow all others. A host that no longer answers is noticed in about 15 s; then all calls
/// fail.
/// Nothing is remembered between calls but the connection and the pool: what exists is asked.
/// </summary>
sealed partial class LibvirtHost : ILibvirtHost
{
    const int KeepAliveSeconds = 3;
    const int KeepAliveCount = 4;

    /// <summary>How long a signal may take that libvirt has sent already.</summary>
    static readonly TimeSpan SignalTime = TimeSpan.FromSeconds(1);

    /// <summary>How often the connection is looked at: libvirt 9.0 does not always say that it is closed.</summary>
    static readonly TimeSpan AlivePause = TimeSpan.FromSeconds(1);

    /// <summary>How long what cleans up may take on a hypervisor that is busy with something that was given up.</summary>
    static readonly TimeSpan CleanUpTime = TimeSpan.FromSeconds(5);

    readonly string uri;
    readonly List<LibvirtConnection> replaced = [];
    readonly TaskCompletionSource broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly PeriodicTimer looks = new(AlivePause);
    readonly ConcurrentDictionary<string, ImmutableArray<Action<MachineSignal>>> watchers = new();
    readonly ConcurrentDictionary<string, TaskCompletionSource> ends = new();
    readonly List<IDisposable> subscriptions = [];
    readonly Lazy<Task> listening; // only for those who watch: it costs four requests
    readonly string sessionPool;

    /// <summary>Where QEMU's own user comes to, too. What is there ends with the host, as the switches do.</summary>
    const string RootsSwitches = "/run/croft-switches";

    readonly UserSwitches? switches;
    readonly Lock poolGate = new();
    LibvirtPool? pool;
    string? poolPath;
    string? lostPool; // empty where no machine has lost it
    volatile LibvirtConnection connection;
    volatile string? busyWith;

    LibvirtHost(string name, string uri, LibvirtConnection connection, string sessionPool)
    {
        Name = name;
        this.uri = uri;
        this.connection = connection;
        this.sessionPool = sessionPool;
        switches =
            !IsHere ? null
            : IsSession ? new(Path.Combine(Path.GetDirectoryName(sessionPool)!, "switches"))
            : new(RootsSwitches);
        listening = new(() => CallAsync("listening to what happens there", Listen, CancellationToken.None));
        KeepAlive();
        _ = LookAsync();
    }

    public string Name { get; }

    /// <summary>Whether it is on this host, however it is called.</summary>
    bool IsHere => !connection.Uri.Contains('+', StringComparison.Ordinal) || connection.Uri.Contains("+unix", StringComparison.Ordinal);

    public bool IsSession => connection.Uri.Contains("/session", StringComparison.Ordinal);

    public bool IsLost => !connection.IsAlive;

    /// <summary>Connects.</summary>
    /// <param name="sessionPool">Folder of the pool on an unprivileged hypervisor.</param>
    /// <param name="within">How long that may take. libvirt cannot be told to give up, so its thread is left behind.</param>
    /// <exception cref="CroftException">It does not answer.</exception>
    public static async Task<LibvirtHost> ConnectAsync(
        string name,
        string uri,
        string sessionPool,
        TimeSpan within,
        CancellationToken cancel
    )
    {
        using var told = Waits.For($"hypervisor \"{name}\" ({uri})");
        var opening = OnThreadAsync(() => new LibvirtHost(name, uri, LibvirtConnection.Open(uri), sessionPool), CancellationToken.None);
        try
        {
            return await opening.WaitAsync(within, cancel);
        }
        catch (LibvirtException e)
        {
            throw CroftException.World($"hypervisor \"{name}\" ({uri}) does not answer: {e.Message}", ConnectHint(uri, e.Message), e);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            _ = opening.ContinueWith(
                late => late.Result.Dispose(),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.LongRunning,
                TaskScheduler.Default
            );
            if (e is OperationCanceledException)
                throw;
            throw CroftException.World(
                $"hypervisor \"{name}\" ({uri}) does not answer: it said nothing for {within.TotalSeconds:0} s",
                "is the host up, and its libvirtd? connection_timeout of the hypervisor gives it longer",
                e
            );
        }
    }

    /// <summary>Begins to load libvirt on a thread of its own.</summary>
    public static void Preload() => LibvirtConnection.Preload();

    /// <summary>Ends all events, for when the program ends: libvirt must do nothing beside what libraries do then.</summary>
    public static void EndEvents() => LibvirtConnection.EndEvents();

    public async Task<IDisposable> WatchAsync(string domain, Action<MachineSignal> signal, CancellationToken cancel)
    {
        await listening.Value.WaitAsync(cancel);
        watchers.AddOrUpdate(domain, [signal], (_, all) => all.Add(signal));
        return new Unwatch(() => watchers.AddOrUpdate(domain, [], (_, all) => all.Remove(signal)));
    }

    public void Dispose()
    {
        looks.Dispose();
        subscriptions.ForEach(s => s.Dispose());
        lock (poolGate)
        {
            pool?.Dispose();
            connection.Dispose();
            replaced.ForEach(c => c.Dispose());
        }
    }

    internal static string ConnectHint(string uri, string words) =>
        words.Contains("received from server too", StringComparison.Ordinal)
            ? "something writes into the connection, such as echo in ~/.bashrc there, or LocalCommand in ~/.ssh/config here: ssh to it with true must print nothing"
        : words.Contains("and remote command", StringComparison.Ordinal)
            ? "RemoteCommand none for that host in ~/.ssh/config, before the line that sets one"
        : uri.Contains("+ssh", StringComparison.Ordinal) ? "try: virsh -c '" + uri + "' version"
        : uri.Contains("/session", StringComparison.Ordinal) ? "XDG_RUNTIME_DIR must be a folder of your own; is libvirtd installed?"
        : "is libvirtd running, and are you root or in the group libvirt?";

    static MachineSignal? LifecycleSignal(LifecycleEvent e) =>
        e.Kind switch
        {
            DomainEventKind.Started => MachineSignal.Started,
            DomainEventKind.Stopped => MachineSignal.Stopped,
            DomainEventKind.Crashed => MachineSignal.Stopped,
            DomainEventKind.Suspended when e.Detail == (int)SuspendedDetail.IOError => MachineSignal.Full,
            _ => null,
        };

    void Listen()
    {
        subscriptions.Add(connection.SubscribeLifecycle(e => Signal(e.Name, LifecycleSignal(e))));
        subscriptions.Add(
            connection.SubscribeAgent(e => Signal(e.Name, e.State == AgentState.Connected ? MachineSignal.AgentConnected : null))
        );
    }

    void Signal(string domain, MachineSignal? signal)
    {
        foreach (var watcher in signal is not null && watchers.TryGetValue(domain, out var all) ? all : [])
            watcher(signal!.Value);
        if (signal == MachineSignal.Stopped && ends.TryGetValue(domain, out var end))
            end.TrySetResult();
    }

    /// <summary>Notices that the connection broke, until it is closed.</summary>
    async Task LookAsync()
    {
        while (await looks.WaitForNextTickAsync())
        {
            if (connection.IsAlive)
                continue;
            Lost();
            return;
        }
    }

    /// <summary>Whoever waits for a machine there, or for an answer, hears that nothing more will be heard.</summary>
    void Lost()
    {
        broken.TrySetResult();
        foreach (var watcher in watchers.Values.SelectMany(all => all))
            watcher(MachineSignal.HostLost);
    }

    void KeepAlive()
    {
        try
        {
            connection.SetKeepAlive(KeepAliveSeconds, KeepAliveCount);
        }
        catch (LibvirtException e) when (e.Code == LibvirtError.NoSupport)
        {
            // A driver inside this process cannot be lost either.
        }
    }

    static Task<T> OnThreadAsync<T>(Func<T> call, CancellationToken cancel) =>
        Task.Factory.StartNew(call, cancel, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);

    /// <summary>
    /// Runs blocking libvirt calls and says what they were for when they fail. A call cannot be ended from here: where the connection
    /// breaks (libvirt 9.0 may not
    /// end it then), or the caller gives up, its thread is left behind a moment later, and the user is told.
    /// </summary>
    /// <param name="left">What a call that was left behind may leave, with the cure.</param>
    async Task<T> CallAsync<T>(string doing, Func<T> call, CancellationToken cancel, string? left = null)
    {
        using var told = Waits.For($"hypervisor \"{Name}\": {doing}");
        var answer = OnThreadAsync(
            () =>
            {
                try
                {
                    return call();
                }
                catch (LibvirtException e)
                {
                    throw CroftException.World($"{doing} on hypervisor \"{Name}\": {e.Message}", HintFor(e), e);
                }
            },
            cancel
        );
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var stop = cancel.Register(enough.SetResult).ConfigureAwait(false);
        var patience = busyWith is null || cancel.CanBeCanceled ? enough.Task : Poll.DelayAsync(CleanUpTime, CancellationToken.None);
        if (
            await Task.WhenAny(answer, broken.Task, patience) == answer
            || await Task.WhenAny(answer, Poll.DelayAsync(SignalTime, CancellationToken.None)) == answer
        )
            return await answer;
        if (broken.Task.IsCompleted)
            throw CroftException.World($"{doing} on hypervisor \"{Name}\": the connection broke", IEngine.LostHint);
        if (busyWith is null)
            _ = OnThreadAsync(Renew, CancellationToken.None);
        busyWith = doing;
        Waits.Left($"Left behind, hypervisor \"{Name}\" goes on with it: {doing}{(left is null ? "" : "; " + left)}");
        throw new OperationCanceledException(cancel);
    }

    /// <summary>
    /// What was left behind takes one of the few requests that libvirtd lets a connection have at once; what cleans up gets a connection of
    /// its own.
    /// </summary>
    bool Renew()
    {
        var fresh = LibvirtConnection.Open(uri);
        lock (poolGate)
        {
            replaced.Add(connection);
            connection = fresh;
            pool = null;
            return true;
        }
    }

    Task CallAsync(string doing, Action call, CancellationToken cancel, string? left = null) =>
        CallAsync(
            doing,
            () =>
            {
                call();
                return true;
            },
            cancel,
            left
        );

    static string? HintFor(LibvirtException e) =>
        e.Message.Contains("No space left", StringComparison.Ordinal) ? IEngine.SpaceHint
        : e.Message.Contains("failed to create listening socket", StringComparison.Ordinal)
            ? "another name server of that host answers at all its addresses: ss -lnp sport = 53 shows which; have it listen at its own only"
        : e.Message.Contains("already in use by interface", StringComparison.Ordinal)
            ? "another device of that host has its subnet: ip -br address shows it; take the address off there, or give the network another cidr"
        : e.Message.Contains("access storage file", StringComparison.Ordinal)
        || e.Message.Contains("of storage file", StringComparison.Ordinal)
            ? e.Message.Contains("Permission denied", StringComparison.Ordinal)
                    ? "QEMU's user may not come there: namei -l with that path, on that host, shows which folder is closed, and chmod o+x opens it"
                : e.Message.Contains("No such file", StringComparison.Ordinal)
                    ? "put the file back; or croft destroy and croft up, which make the machine anew"
                : null
        : e.Message.Contains("host forwarding rule", StringComparison.Ordinal)
            ? "its port was taken a moment ago: run the command again, another one is used"
        : e.Message.Contains("backend 'vde' is not compiled", StringComparison.Ordinal)
            ? "its QEMU was built without VDE, as Ubuntu's is: mode: tap, with a tap device that is in the switch"
        : e.Message.Contains("kvm", StringComparison.OrdinalIgnoreCase)
            ? "KVM does not work there: virt_domain: qemu of the machine has it emulated; dispatch.priority_domains: [qemu] has all of them"
        : e.Message.Contains("closed the monitor", StringComparison.Ordinal) ? null
        : e.Code is LibvirtError.Rpc or LibvirtError.InternalError && e.Message.Contains("closed", StringComparison.Ordinal)
            ? "libvirtd went away: start it, then run the command again"
        : null;

    sealed class Unwatch(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
