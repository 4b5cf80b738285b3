using System.IO.Pipelines;
using System.Text;
using Croft.Engines;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>
/// The operating system inside a machine, entered by its guest agent as root: no network is needed. The agent hands over pieces, so what
/// is to
/// be heard while it is said goes through a file in the guest.
/// </summary>
sealed class AgentGuest(GuestAccess access, IGuestAgent agent) : IGuest
{
    /// <summary>Where what a command says and reads stands.</summary>
    const string Usual = "/var/tmp/";

    /// <summary>Where what it says stands when that is full or nobody may write there: memory, on Linux.</summary>
    const string Spare = "/run/";

    /// <summary>What becomes a message.</summary>
    const int LongestError = 1 << 16;

    static readonly TimeSpan AbsentPause = TimeSpan.FromSeconds(0.5);
    static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    /// <summary>How long an agent may say nothing that has begun something.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    volatile bool broken;

    /// <inheritdoc/>
    public GuestAccess Access => access;

    /// <inheritdoc/>
    public async Task<string> GreetingAsync(Action<string> seen, CancellationToken cancel)
    {
        while (await agent.RefusalAsync(cancel) is { } refusal && !refusal.StartsWith(IGuestAgent.Forbids, StringComparison.Ordinal))
        {
            seen(refusal);
            await Poll.DelayAsync(AbsentPause, cancel);
        }

        return "the guest agent answers";
    }

    /// <inheritdoc/>
    public async Task PortAsync(int port, Action<string> seen, CancellationToken cancel)
    {
        await GreetingAsync(seen, cancel);
        await Port.WaitInsideAsync(this, port, AbsentPause, seen, cancel);
    }

    /// <inheritdoc/>
    public async Task<(IGuestShell? Shell, string? Refusal)> TryOpenAsync(TimeProvider clock, CancellationToken cancel)
    {
        if (await agent.RefusalAsync(cancel) is { } refusal)
            return (null, refusal);
        broken = false;
        var ready = await RunAsync(new($"{ReadyShell.FirstBoot}; date +%s; {ReadyShell.Complain}"), cancel);
        if (ready.ExitCode != 0)
            return (null, ready.LastWords is "" ? $"the guest agent's command ended with exit code {ready.ExitCode}" : ready.LastWords);
        var now = clock.GetUtcNow();
        var said = ready.Output.Split('\n', 2);
        if (!long.TryParse(said[0].Trim(), out var there) || Math.Abs(there - now.ToUnixTimeSeconds()) > 1)
            await RunAsync(new($"date -u -s @{now.ToUnixTimeSeconds()} >/dev/null 2>&1; :"), cancel);
        return (new PlainShell(this, said is [_, var complaint] ? complaint : ""), null);
    }

    /// <inheritdoc/>
    public async Task<ToolResult> RunAsync(GuestCommand command, CancellationToken cancel)
    {
        using var told = Waits.For($"the guest agent of {access.Alias}");
        var name = $"croft-agent-{Guid.NewGuid():n}"; // nobody can have made it before
        var begun = false;
        try
        {
            await using var input = new AgentInput(agent, Usual + name, () => begun = true);
            if (command.Input is not null)
                await command.Input(input, cancel);
            var stdin = await input.EndAsync(cancel);
            begun |= command is { Output: not null } or { Said: not null };
            return await RunAsync(command, name, stdin, input.File, cancel);
        }
        catch (CroftException e)
        {
            broken = !e.Message.Contains("No space left", StringComparison.Ordinal); // else it answered
            var words = IGuestAgent.IsForbidden(e) ? $"{IGuestAgent.Forbids} guest-exec: {IGuestAgent.Cure}" : e.Message;
            return new(IGuest.ConnectionFailed, "", words);
        }
        finally
        {
            if (begun && !broken)
                await QuietlyAsync(() => agent.StartAsync($"rm -rf {Usual}{name} {Spare}{name}", default, CancellationToken.None));
        }
    }

    async Task<ToolResult> RunAsync(GuestCommand command, string name, ReadOnlyMemory<byte> stdin, string? file, CancellationToken cancel)
    {
        var heard = command is { Output: not null } or { Said: not null };
        var text = new StringBuilder("cd; umask 077; ");
        if (heard)
            text.Append(Heard(name));
        if (command.Said is not null)
            text.Append("exec 2>&1; ");
        if (stdin.IsEmpty)
            text.Append("exec <").Append(file ?? "/dev/null").Append("; ");
        text.Append("umask 022; ");
        var process = await agent.StartAsync(text.Append('(').Append(command.Text).Append("\n)").ToString(), stdin, cancel);
        try
        {
            if (!heard)
            {
                var exit = await EndAsync(process, () => Task.CompletedTask, cancel);
                return Result(exit, Encoding.UTF8.GetString(exit.Output));
            }

            return command.Said is { } said
                ? await HearAsync(process, name, Say, command.Held, cancel)
                : await TakeAsync(process, name, command.Output!, cancel);

            Task Say(ReadOnlyMemory<byte> piece)
            {
                said(piece.Span);
                return Task.CompletedTask;
            }
        }
        catch (OperationCanceledException)
        {
            await QuietlyAsync(() => agent.StartAsync(Kill(process), default, CancellationToken.None));
            throw;
        }
    }

    /// <summary>Hands its output on as a stream; whoever takes it and fails ends it.</summary>
    async Task<ToolResult> TakeAsync(long process, string name, Func<Stream, CancellationToken, Task> output, CancellationToken cancel)
    {
        var pipe = new Pipe();
        var taking = output(pipe.Reader.AsStream(), cancel);
        try
        {
            return await HearAsync(process, name, async piece => await pipe.Writer.WriteAsync(piece, cancel), null, cancel);
        }
        finally
        {
            await pipe.Writer.CompleteAsync();
            await taking;
        }
    }

    async Task<ToolResult> HearAsync(
        long process,
        string name,
        Func<ReadOnlyMemory<byte>, Task> take,
        Action? held,
        CancellationToken cancel
    )
    {
        var (file, read) = ((long?)null, 0L);
        var exit = await EndAsync(process, ReadAsync, cancel);
        await ReadAsync(); // what came between the last look and its end
        if (file is { } open)
            await agent.CloseAsync(open, cancel);
        if (
            held is not null
            && (await RunAsync(new($"find /proc/[0-9]*/fd -lname '*/{name}/out' 2>/dev/null | grep -q ."), cancel)).ExitCode == 0
        )
            held();
        return Result(exit, "");

        async Task ReadAsync()
        {
            file ??= await agent.OpenAsync($"{Usual}{name}/out", write: false, cancel);
            file ??= await agent.OpenAsync($"{Spare}{name}/out", write: false, cancel);
            while (file is { } from && await agent.ReadAsync(from, read, cancel) is { Length: > 0 } piece)
            {
                read += piece.Length;
                await take(piece);
                if (piece.Length < IGuestAgent.Piece)
                    return;
            }
        }
    }

    /// <summary>Sends what a command says into a file, where there is room.</summary>
    static string Heard(string name) =>
        $"f={Usual}{name}; {{ mkdir -p $f && printf %8192s >$f/room; }} 2>/dev/null || {{ rm -rf $f; f={Spare}{name}; mkdir -p $f; }} && exec >$f/out || exit; unset f; ";

    /// <summary>Waits for its end, and looks at what it says meanwhile.</summary>
    async Task<AgentExit> EndAsync(long process, Func<Task> look, CancellationToken cancel)
    {
        var late = new CancellationTokenSource(Patience);
        try
        {
            for (var pause = ShortestPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                try
                {
                    if (await agent.ExitAsync(process, cancel) is { } exit)
                        return exit;
                    await look();
                    late.Dispose();
                    late = new(Patience);
                }
                catch (CroftException e)
                    when (!late.IsCancellationRequested
                        && e.Message.Contains("not responding", StringComparison.Ordinal)
                        && !e.Message.Contains("not connected", StringComparison.Ordinal)
                    )
                {
                    // A guest that is busy makes its agent late.
                }

                await Poll.DelayAsync(pause, cancel);
            }
        }
        finally
        {
            late.Dispose();
        }
    }

    static ToolResult Result(AgentExit exit, string output) =>
        new(exit.Code, output, Encoding.UTF8.GetString(exit.Error[Math.Max(0, exit.Error.Length - LongestError)..]));

    /// <summary>With all that it started: children inherit nothing that marks them, so they are found by their parents.</summary>
    static string Kill(long process) =>
        $$"""
            end() { for c in $(cat /proc/$1/task/*/children 2>/dev/null); do end $c; done; kill -TERM $1 2>/dev/null; }
            end {{process}}; sleep 2; kill -KILL {{process}} 2>/dev/null
            """;

    static async Task QuietlyAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (CroftException)
        {
            // The guest is gone, and with it what was to go.
        }
    }

    /// <inheritdoc/>
    public async Task<bool> IsConnectedAsync(CancellationToken cancel) => !broken && await agent.RefusalAsync(cancel) is null;

    /// <inheritdoc/>
    public Task CloseAsync(CancellationToken cancel) => Task.CompletedTask;
}
