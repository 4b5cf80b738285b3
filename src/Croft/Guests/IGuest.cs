using Croft.Farms;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>The operating system inside a machine, as the lifecycle reaches it.</summary>
public interface IGuest
{
    /// <summary>The exit code of a command when the connection failed, or could not be made: OpenSSH's.</summary>
    const int ConnectionFailed = 255;

    /// <summary>What is said where nobody could ask it to write to its disks.</summary>
    internal const string Unwritten = "its disks lack what its guest has not written yet, since that cannot be asked";

    /// <summary>Who and where it is.</summary>
    GuestAccess Access { get; }

    /// <summary>What can be done with it by this way in.</summary>
    WayCapabilities Can => Access.Login.Can;

    /// <summary>Waits until its ssh server greets, and returns the greeting.</summary>
    /// <param name="seen">Called with what each try saw.</param>
    Task<string> GreetingAsync(Action<string> seen, CancellationToken cancel);

    /// <summary>Waits until one of its TCP ports accepts a connection.</summary>
    /// <param name="seen">Called with what each try saw.</param>
    Task PortAsync(int port, Action<string> seen, CancellationToken cancel);

    /// <summary>The host key of whoever answers, one OpenSSH line without comment; nobody logs in. Null when nobody shows one.</summary>
    Task<string?> HostKeyAsync(CancellationToken cancel) => Task.FromResult<string?>(null);

    /// <summary>
    /// Opens a shell by one authenticated command: it is open when the guest is ready and its clock is right. That connection stays as the
    /// shared one.
    /// </summary>
    /// <returns>The shell, or what ssh said instead.</returns>
    Task<(IGuestShell? Shell, string? Refusal)> TryOpenAsync(TimeProvider clock, CancellationToken cancel);

    /// <summary>The same; nothing more is run in that shell.</summary>
    /// <returns>Null when it worked, otherwise what ssh said.</returns>
    async Task<string?> TryReadyAsync(TimeProvider clock, CancellationToken cancel)
    {
        var (shell, refusal) = await TryOpenAsync(clock, cancel);
        if (shell is not null)
            await shell.DisposeAsync();
        return refusal;
    }

    /// <summary>Runs a shell command in it without a terminal. The exit code is <see cref="ConnectionFailed"/> when the connection failed.</summary>
    Task<ToolResult> RunAsync(GuestCommand command, CancellationToken cancel);

    /// <summary>Writes what the guest has not written to its disks yet.</summary>
    /// <returns>Null when it did, otherwise why nobody could ask it.</returns>
    /// <exception cref="CroftException">It was asked, and failed or did not end.</exception>
    Task<string?> SyncAsync(CancellationToken cancel) => SyncAsync(TimeSpan.FromMinutes(10), cancel);

    /// <summary>The same within a time.</summary>
    async Task<string?> SyncAsync(TimeSpan within, CancellationToken cancel)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(within);
        try
        {
            var result = await RunAsync(new("sync"), late.Token);
            return result.ExitCode switch
            {
                0 => null,
                ConnectionFailed => result.LastWords,
                var code => throw CroftException.World($"syncing the disks of {Access.Name}: exit code {code}: {result.LastWords}"),
            };
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw CroftException.World(
                $"syncing the disks of {Access.Name}: sync has not ended after {within.TotalSeconds:0} s",
                $"croft console {Access.Name} --log shows its serial log"
            );
        }
    }

    /// <summary>Whether the shared connection stands: it ends when the guest goes away.</summary>
    Task<bool> IsConnectedAsync(CancellationToken cancel);

    /// <summary>
    /// Ends the shared connection. Needed before the guest is restored, stopped or reset: what is behind it would be a stranger.
    /// </summary>
    Task CloseAsync(CancellationToken cancel);
}
