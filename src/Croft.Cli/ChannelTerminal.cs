using Croft.Engines;
using Croft.Guests;

namespace Croft.Cli;

/// <summary>A shell or a command in a guest by its hypervisor's own channel, with this terminal where there is one.</summary>
static class ChannelTerminal
{
    /// <summary>Returns its exit code.</summary>
    /// <param name="command">As ssh takes it: joined by spaces, read by the guest's shell. Empty is a login shell.</param>
    public static async Task<int> RunAsync(IGuestChannel channel, ChannelGuest guest, string[] command, CancellationToken cancel)
    {
        var (input, output) = Terminal.Raw();
        var size = command.Length == 0 ? RawTerminal.Size() : null;
        using var raw = size is null ? null : RawTerminal.Enter();
        var program = new GuestProgram(
            command.Length == 0 ? ["su", "-l", guest.Access.User] : guest.WordsOf(string.Join(' ', command)),
            async (stdin, stop) => await FeedAsync(input, stdin, stop),
            async (stdout, stop) => await stdout.CopyToAsync(output, stop),
            async (stderr, stop) => await stderr.CopyToAsync(Terminal.RawError(), stop)
        )
        {
            Terminal = size,
            Environment = size is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["TERM"] = "xterm-256color" },
        };
        return await channel.ExecAsync(guest.Machine, program, cancel);
    }

    /// <summary>Reading from a terminal cannot be cancelled: the thread is left behind.</summary>
    static async Task FeedAsync(Stream input, Stream stdin, CancellationToken cancel)
    {
        var buffer = new byte[1 << 14];
        while (await Task.Run(() => input.Read(buffer), CancellationToken.None).WaitAsync(cancel) is var count and > 0)
            await stdin.WriteAsync(buffer.AsMemory(0, count), cancel);
    }
}
