using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Croft.Lxd;
using Croft.Tools;

namespace Croft.Engines.Lxd;

sealed partial class LxdEngine
{
    /// <summary>A guest that was asked has so long; who waits for it asks again, or cuts its power.</summary>
    const int AskingSeconds = 600;

    static readonly TimeSpan EventTime = TimeSpan.FromSeconds(2);

    /// <summary>By when a guest that restarts itself runs again; the service says first that it has shut down.</summary>
    static readonly TimeSpan RestartTime = TimeSpan.FromSeconds(3);

    /// <summary>Instances that this process asked to shut down.</summary>
    readonly ConcurrentDictionary<string, bool> asked = new(StringComparer.Ordinal);

    /// <summary>Instances of which we shall know soon whether they come back.</summary>
    readonly ConcurrentDictionary<string, TaskCompletionSource> leaving = new(StringComparer.Ordinal);

    readonly ConcurrentDictionary<string, ImmutableArray<Action<MachineSignal>>> watchers = new(StringComparer.Ordinal);

    public async Task StartAsync(MachineId machine, CancellationToken cancel)
    {
        var there = await RequireAsync(machine, cancel);
        try
        {
            await ChangeStateAsync(machine, "start", force: false, cancel, there.Location);
        }
        catch (CroftException e)
            when (e.InnerException is LxdException refusal && refusal.Message.Contains(LxdCures.Twice, StringComparison.Ordinal))
        {
            throw CroftException.World(e.Message, await RivalAsync(there, cancel) ?? e.Hint, refusal);
        }

        await SettleAsideAsync(machine, cancel);
    }

    /// <summary>What to do about an instance that has a MAC or an address of another's card, as copies have; null when none has.</summary>
    async Task<string?> RivalAsync(Instance machine, CancellationToken cancel) =>
        (
            from other in await ListInstancesAsync(cancel)
            where other.Name != machine.Name
            from card in other.Devices
            from own in machine.Devices.Values
            let same = ((string[])["hwaddr", "ipv4.address"]).Where(w =>
                own.TryGetValue(w, out var has) && has == card.Value.GetValueOrDefault(w)
            )
            where same.Any()
            select $"instance {other.Name} has it; if that is a copy of the machine, it does as well with another one: "
                + $"{ToolInProject} config device set {other.Name} {card.Key} {string.Join(' ', same.Select(w => w + "="))}"
        ).FirstOrDefault();

    public async Task StopAsync(MachineId machine, StopBy how, CancellationToken cancel)
    {
        var there = await RequireAsync(machine, cancel);
        var isOff = there.Status is "Stopped" or "Error";
        switch (how)
        {
            case StopBy.Cutting when isOff:
                return;
            case StopBy.Cutting:
                await CutAsync(machine, cancel);
                return;
            case StopBy.Resetting:
                await ChangeStateAsync(machine, "restart", force: true, cancel);
                return;
            default:
                if (!isOff)
                    await AskAsync(machine, cancel);
                return;
        }
    }

    public Task PauseAsync(MachineId machine, CancellationToken cancel) => ChangeStateAsync(machine, "freeze", force: false, cancel);

    public async Task ResumeAsync(MachineId machine, CancellationToken cancel)
    {
        if ((await RequireAsync(machine, cancel)).Status == "Frozen")
            await ChangeStateAsync(machine, "unfreeze", force: false, cancel);
    }

    public Task<IDisposable> WatchAsync(MachineId machine, Action<MachineSignal> signal, CancellationToken cancel) =>
        Task.FromResult(Watch(machine, signal));

    IDisposable Watch(MachineId machine, Action<MachineSignal> signal)
    {
        var name = LxdNames.InstanceOf(machine);
        watchers.AddOrUpdate(name, [signal], (_, all) => all.Add(signal));
        _ = client
            .ListenAsync(CancellationToken.None)
            .ContinueWith(failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        if (client.IsLost)
            signal(MachineSignal.HostLost);
        return new Unwatch(() => watchers.AddOrUpdate(name, [], (_, all) => all.Remove(signal)));
    }

    public async Task<byte[]?> ConsoleTextAsync(MachineId machine, int last, CancellationToken cancel)
    {
        try
        {
            using var log = await client.OpenAsync($"1.0/instances/{LxdNames.InstanceOf(machine)}/console", cancel);
            var text = await log.Response.Content.ReadAsByteArrayAsync(cancel);
            return text.Length > last ? text[^last..] : text;
        }
        catch (Exception e) when (e is LxdException or HttpRequestException)
        {
            return null; // it never ran, or its console was not kept
        }
    }

    public Task<Stream> OpenConsoleAsync(MachineId machine, CancellationToken cancel) =>
        CallAsync($"opening the console of {machine}", () => client.ConsoleAsync(LxdNames.InstanceOf(machine), 80, 24, cancel));

    static JsonObject StateChange(string action, bool force, int timeout = -1) =>
        new()
        {
            ["action"] = action,
            ["force"] = force,
            ["timeout"] = timeout,
        };

    Task ChangeStateAsync(MachineId machine, string action, bool force, CancellationToken cancel, string? member = null) =>
        CallAsync($"{action} of {machine}{(IsClustered && member is not null ? $" by member {member}" : "")}", () =>
            client.RunAsync(HttpMethod.Put, $"1.0/instances/{LxdNames.InstanceOf(machine)}/state", StateChange(action, force), cancel)
        );

    /// <summary>Its end has been signalled by the time that this returns.</summary>
    internal async Task CutAsync(MachineId machine, CancellationToken cancel)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watch = Watch(machine, signal => _ = signal == MachineSignal.Stopped && told.TrySetResult());
        try
        {
            await ChangeStateAsync(machine, "stop", force: true, cancel);
        }
        catch (CroftException) when (!IsLost)
        {
            if (await FindInstanceAsync(LxdNames.InstanceOf(machine), cancel) is { Status: not ("Stopped" or "Error") })
                throw; // otherwise it went by itself meanwhile
        }

        if (await Task.WhenAny(told.Task, Poll.DelayAsync(EventTime, cancel)) != told.Task)
            Tell([LxdNames.InstanceOf(machine)], MachineSignal.Stopped);
    }

    /// <summary>Asks its guest to shut down; how that goes is heard as an event.</summary>
    async Task AskAsync(MachineId machine, CancellationToken cancel)
    {
        try
        {
            asked[LxdNames.InstanceOf(machine)] = true;
            await client.BeginAsync(
                HttpMethod.Put,
                $"1.0/instances/{LxdNames.InstanceOf(machine)}/state",
                StateChange("stop", force: false, AskingSeconds),
                cancel
            );
        }
        catch (LxdException e) when (!e.IsLost && e.Message.Contains("busy", StringComparison.OrdinalIgnoreCase))
        {
            // It was asked before, and is at it.
        }
        catch (LxdException e)
        {
            throw Refusal($"asking {machine} to shut down", e);
        }
    }

    void Hear(string action, string instance)
    {
        if (action == "instance-shutdown" && !asked.ContainsKey(instance))
        {
            _ = TellUnlessBackAsync(instance);
            return;
        }

        if (action is "instance-started" or "instance-restarted")
        {
            asked.TryRemove(instance, out _);
            if (leaving.TryRemove(instance, out var back))
                back.TrySetResult();
        }

        foreach (
            var signal in action switch
            {
                "instance-started" or "instance-restarted" => (MachineSignal[])[MachineSignal.Started, MachineSignal.AgentConnected],
                "instance-stopped" or "instance-shutdown" => [MachineSignal.Stopped],
                _ => [],
            }
        )
            Tell([instance], signal);
    }

    async Task TellUnlessBackAsync(string instance)
    {
        var back = leaving.GetOrAdd(instance, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (await Task.WhenAny(back.Task, Poll.DelayAsync(RestartTime, CancellationToken.None)) != back.Task)
            Tell([instance], MachineSignal.Stopped);
    }

    void Tell(IEnumerable<string> instances, MachineSignal signal)
    {
        foreach (var watcher in instances.SelectMany(i => watchers.GetValueOrDefault(i, [])).ToList())
            watcher(signal);
    }

    sealed class Unwatch(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
