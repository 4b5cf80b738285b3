using System.Globalization;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>
/// The operating system inside a machine, reached by OpenSSH over one shared connection (ControlMaster). The farm's ssh_config must be written
/// (<see cref="SshConfig.Write"/>) before anything is asked of it.
/// </summary>
public sealed class Guest(GuestAccess access, SshFiles files)
{
    /// <summary>
    /// Waits for the first boot of a cloud-init guest, says so, and takes the time that is written to it then: the clock of a restored or paused guest is behind.
    /// </summary>
    const string ReadyCommand =
        """
        if command -v cloud-init >/dev/null 2>&1; then cloud-init status --wait >/dev/null 2>&1; fi
        echo croft-ready; read -r now; s=; [ -w /etc/shadow ] || s='sudo -n'
        $s date -u -s "@$now" >/dev/null 2>&1 || $s date -u -s "@${now%.*}" >/dev/null 2>&1
        :
        """;

    /// <summary>Who and where it is.</summary>
    public GuestAccess Access => access;

    /// <summary>Through which it is reached; null is directly.</summary>
    internal Way? Way => SshConfig.WayOf(access, files);

    /// <summary>The command that reaches it, for people and for <see cref="Tool.RunOnTerminalAsync"/>.</summary>
    /// <param name="options">Further options of ssh, before the host.</param>
    /// <param name="command">What runs in the guest, as ssh takes it: joined by spaces, read by the guest's shell. Empty is a login shell.</param>
    public Tool Ssh(IEnumerable<string> options, params IEnumerable<string> command) =>
        new("ssh", ["-F", files.Config, .. options, "--", access.Name, .. command]);

    /// <summary>Runs a shell command in the guest without a terminal.</summary>
    public Tool Command(string command) => Ssh(["-o", "BatchMode=yes", "-T"], command);

    /// <summary>One authenticated command: it returns when the guest is ready and its clock is right. That connection stays as the shared one.</summary>
    /// <returns>Null when it worked, otherwise what ssh said.</returns>
    public async Task<string?> TryReadyAsync(TimeProvider clock, CancellationToken cancel)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var result = await (Command(ReadyCommand) with
        {
            Line = line =>
            {
                if (line == "croft-ready")
                    ready.TrySetResult();
            },
            Input = async (stdin, stop) =>
            {
                await ready.Task.WaitAsync(stop);
                var now = clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
                await stdin.WriteAsync(System.Text.Encoding.ASCII.GetBytes(now.ToString("F3", CultureInfo.InvariantCulture) + "\n"), stop);
            },
        }).RunAsync(cancel);
        return result.ExitCode == 0 && ready.Task.IsCompleted ? null : result.LastWords is "" ? $"ssh ended with exit code {result.ExitCode}" : result.LastWords;
    }

    /// <summary>Writes what the guest has not written to its disks yet.</summary>
    public Task SyncAsync(CancellationToken cancel) => Command("sync").RunCheckedAsync($"syncing the disks of {access.Name}", cancel);

    /// <summary>Whether the shared connection stands: it ends when the guest goes away.</summary>
    public async Task<bool> IsConnectedAsync(CancellationToken cancel) =>
        File.Exists(SshConfig.SocketOf(access, files)) && (await new Tool("ssh", "-F", files.Config, "-O", "check", access.Name).RunAsync(cancel)).ExitCode == 0;

    /// <summary>Ends the shared connection. Needed before the guest is restored, stopped or reset: what is behind the socket would be a stranger.</summary>
    public async Task CloseAsync(CancellationToken cancel)
    {
        if (File.Exists(SshConfig.SocketOf(access, files)))
            await new Tool("ssh", "-F", files.Config, "-O", "exit", access.Name).RunAsync(cancel);
        File.Delete(SshConfig.SocketOf(access, files));
    }
}
