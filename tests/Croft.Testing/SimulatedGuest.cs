using System.Formats.Tar;
using System.Text;
using Croft.Engines;
using Croft.Guests;
using Croft.Tools;

namespace Croft.Testing;

/// <summary>
/// The guest behind an address of a simulated hypervisor, as ssh finds it: whoever answers there must have the host key that Croft decided.
/// </summary>
/// <param name="connections">The shared connections: for each guest by its alias, the machine and the life of it that it leads to.</param>
sealed class SimulatedGuest(
    Simulation simulation,
    SimulatedHost host,
    GuestAccess access,
    Dictionary<string, (SimulatedMachine Machine, int Life)> connections
) : IGuest
{
    const int SshFailed = 255;

    /// <summary>How long ssh takes to log in, and to run a command, at most.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long ssh waits for somebody who does not answer, and how long for somebody who did: as the farm's ssh_config says.
    /// </summary>
    static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(20);
    static readonly TimeSpan AliveTimeout = TimeSpan.FromSeconds(120);

    public GuestAccess Access => access;

    SimulatedMachine? Behind => host.GuestAt(access.Address, access.Port);

    /// <summary>The machine that the shared connection leads to; null when there is none, or it ended.</summary>
    SimulatedMachine? Connected =>
        connections.TryGetValue(access.Alias, out var connection) && Lives(connection) ? connection.Machine : null;

    public async Task<string> GreetingAsync(Action<string> seen, CancellationToken cancel)
    {
        seen("nobody answers at this address");
        while (Behind is null)
            await Task.WhenAny(host.Guests.Next, host.Reach.Next).WaitAsync(cancel);
        return "SSH-2.0-simulated";
    }

    public async Task PortAsync(int port, Action<string> seen, CancellationToken cancel)
    {
        await GreetingAsync(seen, cancel);
        seen($"port {port} accepts connections");
    }

    public async Task<(IGuestShell? Shell, string? Refusal)> TryOpenAsync(TimeProvider clock, CancellationToken cancel) =>
        await RefusalAsync(cancel) is { } refusal ? (null, refusal) : (new Shell(this), null);

    public async Task<ToolResult> RunAsync(GuestCommand command, CancellationToken cancel)
    {
        if (Connected is null && await RefusalAsync(cancel) is { } refusal)
            return new(SshFailed, "", refusal);
        var connection = connections[access.Alias];
        var script = SimulatedScript.Nothing;
        if (command.Input is { } input)
            script = await ReceiveAsync(input, cancel);
        foreach (var (word, argument) in script.Steps)
        {
            switch (word)
            {
                case "echo":
                    command.Said?.Invoke(Encoding.UTF8.GetBytes(argument + "\n"));
                    break;
                case "sleep" when !await StaysAsync(connection, TimeSpan.FromSeconds(double.Parse(argument)), cancel):
                    return Broken;
                case "poweroff":
                    connection.Machine.PressButton();
                    break;
                case "exit":
                    return new(int.Parse(argument), "", "");
            }
        }

        if (!await StaysAsync(connection, simulation.Some(Longest), cancel))
            return Broken;
        if (command.Output is { } output)
        {
            using var empty = new MemoryStream(new byte[1024]); // a tar file of nothing
            await output(empty, cancel);
        }

        return new(0, "", "");
    }

    public Task<bool> IsConnectedAsync(CancellationToken cancel) => Task.FromResult(Connected is not null);

    public Task CloseAsync(CancellationToken cancel)
    {
        connections.Remove(access.Alias);
        return Task.CompletedTask;
    }

    static ToolResult Broken => new(SshFailed, "", "client_loop: send disconnect: Broken pipe");

    /// <summary>Logs in. Null when that worked, otherwise what ssh says.</summary>
    async Task<string?> RefusalAsync(CancellationToken cancel)
    {
        if (Behind is not { } machine)
        {
            await WaitAsync(host.Answers ? simulation.Some(Longest) : ConnectTimeout, cancel);
            return $"ssh: connect to host {access.Address} port {access.Port}: No route to host";
        }

        var life = (machine, machine.Life);
        await WaitAsync(simulation.Some(Longest), cancel);
        if (!Lives(life))
            return "Connection reset by peer";
        if (!machine.Guest!.Seed.Contains(access.HostKey, StringComparison.Ordinal))
            return "Host key verification failed.";
        connections[access.Alias] = life;
        return null;
    }

    static async Task<SimulatedScript> ReceiveAsync(Func<Stream, CancellationToken, Task> send, CancellationToken cancel)
    {
        using var tar = new MemoryStream();
        await send(tar, cancel);
        tar.Position = 0;
        return SimulatedScript.Read(new TarReader(tar));
    }

    /// <summary>Lets time pass. False when the guest was gone meanwhile, which ssh notices late.</summary>
    async Task<bool> StaysAsync((SimulatedMachine Machine, int Life) connection, TimeSpan time, CancellationToken cancel)
    {
        var end = simulation.Clock.Now + time;
        var over = simulation.DelayAsync(time);
        while (simulation.Clock.Now < end && Lives(connection))
            await Task.WhenAny(over, host.Guests.Next, host.Reach.Next).WaitAsync(cancel);
        if (Lives(connection))
            return true;
        // Cut off it may come back; switched off it does not.
        var late = simulation.DelayAsync(AliveTimeout);
        while (!late.IsCompleted && !Lives(connection))
            await Task.WhenAny(late, host.Guests.Next, host.Reach.Next).WaitAsync(cancel);
        return Lives(connection);
    }

    bool Lives((SimulatedMachine Machine, int Life) connection) =>
        host.Answers
        && connection.Machine.Life == connection.Life
        && connection.Machine is { Power: PowerState.Running, Guest: not null, Plugged: true };

    Task WaitAsync(TimeSpan time, CancellationToken cancel) => simulation.DelayAsync(time).WaitAsync(cancel);

    sealed class Shell(SimulatedGuest guest) : IGuestShell
    {
        public Task<ToolResult> RunAsync(GuestCommand command, CancellationToken cancel) => guest.RunAsync(command, cancel);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
