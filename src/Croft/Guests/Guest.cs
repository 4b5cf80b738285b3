using Croft.Farms;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>
/// The operating system inside a machine, reached by OpenSSH over one shared connection (ControlMaster). The farm's ssh_config must be
/// written
/// (<see cref="SshConfig.Write"/>) before anything is asked of it.
/// </summary>
public sealed class Guest(GuestAccess access, SshFiles files) : IGuest
{
    /// <inheritdoc/>
    public GuestAccess Access => access;

    /// <summary>The longest that its disks may take to be written.</summary>
    internal TimeSpan SyncTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Through which it is reached; null is directly.</summary>
    Way? Way => SshConfig.WayOf(access, files);

    /// <summary>The command that reaches it, for people and for <see cref="Tool.RunOnTerminalAsync"/>.</summary>
    /// <param name="options">Further options of ssh, before the host.</param>
    /// <param name="command">What runs in the guest, as ssh takes it: joined by spaces, read by the guest's shell. Empty is a login
    /// shell.</param>
    public Tool Ssh(IEnumerable<string> options, params IEnumerable<string> command) =>
        new("ssh", ["-F", files.Config, .. options, "--", access.Name, .. command]) { Environment = files.Desk?.Environment(access) ?? [] };

    /// <summary>What a call has besides that nobody watches: nobody is asked at the terminal.</summary>
    public string[] Alone => ["-o", access.Login.Password is null ? "BatchMode=yes" : "BatchMode=no", "-T"];

    /// <inheritdoc/>
    public Task<string> GreetingAsync(Action<string> seen, CancellationToken cancel) =>
        Banner.WaitAsync(Way, access.Address, access.Port, seen, cancel);

    /// <inheritdoc/>
    public Task PortAsync(int port, Action<string> seen, CancellationToken cancel) =>
        port == access.Login.Port ? GreetedAsync(seen, cancel)
        : access.DoorTo(port, access.IsForwarded) is { } door ? Port.WaitAsync(Way, door.Address, door.Port, seen, cancel)
        : throw CroftException.Usage(
            $"nothing leads to port {port} of machine \"{access.Name}\" on its user network",
            $"forwards: [ PORT:{port} ] of its card leads there; or wait: ssh"
        );

    /// <summary>A forwarded port takes connections before anybody listens in the guest: who does must speak.</summary>
    async Task GreetedAsync(Action<string> seen, CancellationToken cancel) =>
        seen("the ssh server greets: " + await GreetingAsync(seen, cancel));

    /// <inheritdoc/>
    public async Task<string?> HostKeyAsync(CancellationToken cancel)
    {
        var met = Path.Combine(files.Folder, $"met-{Guid.NewGuid():n}");
        try
        {
            string[] options =
            [
                "ControlMaster=no",
                "ControlPath=none",
                "StrictHostKeyChecking=accept-new", // into a file of its own, and then the talk is over
                $"UserKnownHostsFile={SshConfig.Quote(met)}",
                "PreferredAuthentications=none",
                "BatchMode=yes",
            ];
            await new Tool(
                "ssh",
                ["-F", files.Config, .. options.SelectMany(o => new[] { "-o", o }), "-T", "--", access.Name, "true"]
            ).RunAsync(cancel);
            return File.Exists(met) && (await File.ReadAllTextAsync(met, cancel)).Trim().Split(' ') is [_, var type, var key, ..]
                ? $"{type} {key}"
                : null;
        }
        finally
        {
            File.Delete(met);
        }
    }

    /// <summary>Why a connection failed, where who answers is not who was known; null where it is, or nobody answers.</summary>
    public async Task<CroftException?> StrangerAsync(CancellationToken cancel)
    {
        var (known, met) = (access.HostKey, await HostKeyAsync(cancel));
        return met is null || met == known || met.Split(' ')[0] != known.Split(' ')[0]
            ? null
            : CroftException.World(
                $"machine \"{access.Name}\" runs, but {Refusal.OfAStranger(access).Reason}",
                Refusal.OfAStranger(access).Cure
            );
    }

    /// <inheritdoc/>
    public async Task<ToolResult> RunAsync(GuestCommand command, CancellationToken cancel)
    {
        if (access.Login.Become is { } become)
            command = Become.Over(command, become.Method, files.Desk is { } desk ? await desk.BecomeAsync(access, cancel) : null);
        return await Answer.RunAsync(
            command,
            (answer, stop) =>
                (Ssh(Alone, answer.Text) with { IsApart = true, Input = answer.Input, Output = answer.ReadAsync }).RunAsync(stop),
            cancel
        );
    }

    /// <inheritdoc/>
    public Task<(IGuestShell? Shell, string? Refusal)> TryOpenAsync(TimeProvider clock, CancellationToken cancel) =>
        ReadyShell.TryOpenAsync(this, clock, cancel);

    /// <inheritdoc/>
    public Task<string?> SyncAsync(CancellationToken cancel) => ((IGuest)this).SyncAsync(SyncTime, cancel);

    /// <inheritdoc/>
    public async Task<bool> IsConnectedAsync(CancellationToken cancel) =>
        File.Exists(SshConfig.SocketOf(access, files))
        && (await new Tool("ssh", "-F", files.Config, "-O", "check", access.Name).RunAsync(cancel)).ExitCode == 0;

    /// <inheritdoc/>
    public async Task CloseAsync(CancellationToken cancel)
    {
        if (!File.Exists(SshConfig.SocketOf(access, files)))
            return;
        await new Tool("ssh", "-F", files.Config, "-O", "exit", access.Name).RunAsync(cancel);
        File.Delete(SshConfig.SocketOf(access, files));
    }
}
