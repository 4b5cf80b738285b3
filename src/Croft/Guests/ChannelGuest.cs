using System.Text;
using Croft.Engines;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>The operating system inside a machine, reached by its hypervisor's own channel: without ssh, and without a network.</summary>
sealed class ChannelGuest(IGuestChannel channel, MachineId machine, GuestAccess access) : IGuest
{
    const int MostError = 64 << 10;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public GuestAccess Access => access;

    public MachineId Machine => machine;

    /// <summary>It listens as soon as the machine has processes.</summary>
    public async Task<string> GreetingAsync(Action<string> seen, CancellationToken cancel)
    {
        while (true)
        {
            var result = await RunAsync(new("exit 0"), cancel);
            if (result.ExitCode == 0)
                return "its hypervisor runs commands in it";
            seen(result.LastWords);
            await Poll.DelayAsync(Pause, cancel);
        }
    }

    public Task PortAsync(int port, Action<string> seen, CancellationToken cancel) =>
        Port.WaitAsync(null, access.Address, port, seen, cancel);

    public Task<(IGuestShell? Shell, string? Refusal)> TryOpenAsync(TimeProvider clock, CancellationToken cancel) =>
        ReadyShell.TryOpenAsync(this, clock, cancel);

    public async Task<ToolResult> RunAsync(GuestCommand command, CancellationToken cancel)
    {
        var error = new Tail<byte>(MostError);
        try
        {
            return await Answer.RunAsync(
                command,
                async (answer, stop) =>
                    new(
                        await channel.ExecAsync(
                            machine,
                            new(WordsOf(answer.Text), answer.Input, answer.ReadAsync, (stream, end) => KeepAsync(stream, error, end)),
                            stop
                        ),
                        "",
                        Encoding.UTF8.GetString(error.Kept)
                    ),
                cancel
            );
        }
        catch (CroftException e)
        {
            return new(IGuest.ConnectionFailed, "", e.Message);
        }
    }

    /// <summary>Runs a command as it is, with what goes in and comes out.</summary>
    /// <exception cref="CroftException">It could not be started.</exception>
    public Task<int> ExecAsync(
        string text,
        Func<Stream, CancellationToken, Task> input,
        Func<Stream, CancellationToken, Task> output,
        Func<Stream, CancellationToken, Task> error,
        CancellationToken cancel
    ) => channel.ExecAsync(machine, new(WordsOf(text), input, output, error), cancel);

    public async Task<bool> IsConnectedAsync(CancellationToken cancel) => (await RunAsync(new("exit 0"), cancel)).ExitCode == 0;

    public Task CloseAsync(CancellationToken cancel) => Task.CompletedTask; // nothing is held open

    /// <summary>The channel is root's; everybody else logs in by it.</summary>
    public IReadOnlyList<string> WordsOf(string text) =>
        access.User == "root" ? ["/bin/sh", "-c", text] : ["su", "-l", access.User, "-c", text];

    static async Task KeepAsync(Stream stream, Tail<byte> last, CancellationToken cancel)
    {
        var buffer = new byte[1 << 12];
        while (await stream.ReadAsync(buffer, cancel) is var count and > 0)
            last.Add(buffer.AsSpan(0, count));
    }
}
