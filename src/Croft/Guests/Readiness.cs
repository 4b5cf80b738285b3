using System.Globalization;
using Croft.Engines;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>
/// Waits until a machine is ready. Events decide when to try (the agent's channel opened, the ssh server greets); one authenticated command
/// decides.
/// </summary>
/// <param name="machine">Its name, for messages.</param>
/// <param name="guest">Null when the machine has no address that Croft knows.</param>
/// <param name="hypervisor">The name of its host, for messages.</param>
/// <param name="note">Takes every signal, for the journal.</param>
/// <param name="console">Reads the last lines of the serial console, for the message when it is late.</param>
public sealed class Readiness(
    string machine,
    IGuest? guest,
    WaitSpec wait,
    string hypervisor,
    TimeProvider clock,
    Action<string> note,
    Func<Task<string>> console
) : IDisposable
{
    const string Unfound = "no address of its guest yet, which others decide";

    /// <summary>
    /// Of the time that a machine has to become ready: a guest that refuses so long was not only about to be given its keys.
    /// </summary>
    const double LastingPart = 0.1;

    /// <summary>A guest that boots says something more often than that.</summary>
    static readonly TimeSpan Silent = TimeSpan.FromSeconds(60);

    static readonly TimeSpan Listen = TimeSpan.FromSeconds(10);

    readonly TaskCompletionSource agent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly CancellationTokenSource stopped = new();
    readonly long start = clock.GetTimestamp();
    volatile bool full;
    volatile bool lost;
    string lastSeen = "nothing yet";
    string silence = "";

    /// <summary>By which it is entered: <c>ssh</c>.</summary>
    readonly string way = (guest?.Access.Login.Connection ?? ConnectionKind.Ssh).ToString().ToLowerInvariant();

    /// <summary>
    /// The shell whose opening decided, which waits for a command; null when something else did. Whoever takes it disposes it.
    /// </summary>
    internal IGuestShell? Shell { get; private set; }

    /// <summary>Finds the guest where somebody else decides its address; null where there is nothing to find.</summary>
    internal Func<CancellationToken, Task<IGuest>>? Find { get; init; }

    /// <summary>Meets a guest whose ssh server greets: whose host key nobody knows; null where it is known.</summary>
    internal Func<IGuest, CancellationToken, Task<IGuest>>? Meet { get; init; }

    /// <summary>Whether its console is read while it is waited for, to say that it is silent.</summary>
    internal bool HearsConsole { get; init; }

    /// <summary>Takes what the hypervisor says of the machine; may be called from any thread.</summary>
    public void Signal(MachineSignal signal)
    {
        if (signal == MachineSignal.AgentConnected && agent.TrySetResult())
            Seen($"the guest agent connected{(Find is null || guest is not null ? "" : ", but " + Unfound)}");
        full |= signal == MachineSignal.Full;
        lost |= signal == MachineSignal.HostLost;
        if (signal is MachineSignal.Stopped or MachineSignal.Full or MachineSignal.HostLost)
            _ = stopped.CancelAsync(); // what that ends takes its time, and this thread has other events to tell
    }

    /// <summary>Waits.</summary>
    /// <param name="running">The guest was restored while running, so it can be tried at once.</param>
    /// <exception cref="CroftException">It was late, or the machine stopped: says what was awaited, what was last seen, how long, and the
    /// console's last lines.</exception>
    public async Task WaitAsync(bool running, TimeSpan timeout, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(timeout, clock);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token, stopped.Token);
        using var told = Waits.For($"{Awaited()} of machine \"{machine}\"", () => lastSeen + silence);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(any.Token);
        var listening = HearsConsole && wait.Kind != WaitKind.None ? ListenAsync(over.Token) : Task.CompletedTask;
        try
        {
            await (
                wait.Kind switch
                {
                    WaitKind.None => Task.CompletedTask,
                    WaitKind.Agent when way != "agent" => running ? Task.CompletedTask : agent.Task.WaitAsync(any.Token),
                    WaitKind.Port => WaitForPortAsync(any.Token),
                    _ => WaitForCommandAsync(running, timeout * LastingPart, any.Token),
                }
            );
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw await LateAsync();
        }
        finally
        {
            await over.CancelAsync();
            await listening;
        }
    }

    async Task<CroftException> LateAsync()
    {
        var elapsed = clock.GetElapsedTime(start).TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
        if (full)
            return CroftException.World(
                $"machine \"{machine}\" stands still after {elapsed} s: No space left in the hypervisor's pool",
                IEngine.SpaceHint
            );
        if (lost)
            return CroftException.World(
                $"hypervisor \"{hypervisor}\" went away after {elapsed} s, before machine \"{machine}\" was ready: last seen: {lastSeen}",
                IEngine.LostHint
            );
        var what = stopped.IsCancellationRequested
            ? $"machine \"{machine}\" stopped after {elapsed} s, before it was ready"
            : $"machine \"{machine}\" was not ready after {elapsed} s";
        return CroftException.World(
            $"{what}: waited for {Awaited()}, last seen: {lastSeen}{await LastLinesAsync()}",
            $"croft console {machine} --log shows its serial log"
        );
    }

    /// <inheritdoc/>
    public void Dispose() => stopped.Dispose();

    async Task<IGuest> ReachableAsync(CancellationToken cancel)
    {
        if (guest is null && Find is not null)
        {
            lastSeen = Unfound;
            guest = await Find(cancel);
            Seen($"its address is {guest.Access.Address}");
        }

        return guest
            ?? throw CroftException.World("the machine has no address that Croft knows", "give it a network with a cidr, or wait: agent");
    }

    async Task WaitForPortAsync(CancellationToken cancel)
    {
        var door = await ReachableAsync(cancel);
        await door.PortAsync(wait.Port, Seen, cancel);
        if (Meet is not null && wait.Port == door.Access.Login.Port)
            await Meet(door, cancel);
    }

    /// <param name="lasting">After how long the same refusal is believed.</param>
    async Task WaitForCommandAsync(bool running, TimeSpan lasting, CancellationToken cancel)
    {
        var found = guest is null; // it was heard of, then
        var door = await ReachableAsync(cancel);
        if (!running && !found)
            await HeardOfAsync(door, cancel);
        if (Meet is not null)
            door = await Meet(door, cancel);
        var (refused, since) = ((Refusal?)null, 0L);
        for (var pause = 0.25; ; pause = Math.Min(pause * 2, 4))
        {
            (Shell, var refusal) = await door.TryOpenAsync(clock, cancel);
            if (refusal is null)
                break;
            Seen($"{way}: {refusal}");
            var now = Refusal.Of(refusal, door.Access);
            if (now != refused)
                (refused, since) = (now, clock.GetTimestamp());
            if (refused is not null && (refused.AtOnce || clock.GetElapsedTime(since) >= lasting))
                throw CroftException.World($"machine \"{door.Access.Name}\" runs, but {refused.Reason}: {refusal}", refused.Cure);
            await Poll.DelayAsync(TimeSpan.FromSeconds(pause), clock, cancel);
        }

        Seen($"{(way == "ssh" ? "an ssh" : $"a {way}")} command returned");
    }

    /// <summary>Returns at the first sign that the guest's ssh server is there.</summary>
    async Task HeardOfAsync(IGuest door, CancellationToken cancel)
    {
        if (agent.Task.IsCompleted)
            return;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var banner = door.GreetingAsync(text => lastSeen = text, enough.Token);
        var first = await Task.WhenAny(banner, agent.Task.WaitAsync(enough.Token));
        cancel.ThrowIfCancellationRequested();
        if (first == banner)
            Seen(way == "ssh" ? "the ssh server greets: " + await banner : await banner);
        await enough.CancelAsync();
    }

    void Seen(string what)
    {
        lastSeen = what;
        note(what);
    }

    string Awaited() =>
        wait.Kind switch
        {
            WaitKind.Agent => "the guest agent",
            WaitKind.Port => $"port {wait.Port}",
            _ when guest is null => "ssh",
            _ when way != "ssh" => $"one command by {way}",
            _ => $"one ssh command as {guest?.Access.User} at {guest?.Access.Address}:{guest?.Access.Port}",
        };

    /// <summary>Says once that the console has been silent for long, and takes it back when it speaks.</summary>
    async Task ListenAsync(CancellationToken cancel)
    {
        try
        {
            for (var (last, since) = ("", clock.GetTimestamp()); ; )
            {
                await Poll.DelayAsync(Listen, clock, cancel);
                if (await console() is var now && now != last)
                    (last, since, silence) = (now, clock.GetTimestamp(), "");
                else if (silence.Length == 0 && clock.GetElapsedTime(since) >= Silent)
                {
                    silence = $"; its console is silent for {Silent.TotalSeconds:0} s{Behind(last)}";
                    note(silence[2..]);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or CroftException)
        {
            // It is ready, or late, which others tell; or its console cannot be read, which costs these words alone.
        }
    }

    static string Behind(string lines) => lines.Length == 0 ? ", and has said nothing" : $", since: {lines.Split('\n')[^1]}";

    async Task<string> LastLinesAsync()
    {
        var text = await console();
        return text.Length == 0 ? "; its console is silent" : "\n  console: " + text.ReplaceLineEndings("\n  console: ");
    }
}
