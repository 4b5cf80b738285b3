using System.Collections.Concurrent;
using System.Text;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>
/// The operating system inside a machine, entered at its serial console: for where nothing else is. One command at a time; lines, not
/// bytes.
/// </summary>
/// <param name="open">Opens the console, taking it from whoever has it.</param>
sealed class SerialGuest(GuestAccess access, PasswordDesk? desk, Func<CancellationToken, Task<Stream>> open) : IGuest
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    static readonly ConcurrentDictionary<string, SemaphoreSlim> gates = new();

    /// <inheritdoc/>
    public GuestAccess Access => access;

    /// <inheritdoc/>
    public async Task<string> GreetingAsync(Action<string> seen, CancellationToken cancel)
    {
        while (await RunAsync(new(":"), cancel) is { ExitCode: not 0 } refused)
        {
            seen(refused.LastWords);
            await Poll.DelayAsync(Pause, cancel);
        }

        return "a shell answers at the console";
    }

    /// <inheritdoc/>
    public Task PortAsync(int port, Action<string> seen, CancellationToken cancel) => Port.WaitInsideAsync(this, port, Pause, seen, cancel);

    /// <inheritdoc/>
    public async Task<(IGuestShell? Shell, string? Refusal)> TryOpenAsync(TimeProvider clock, CancellationToken cancel)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var ready = await RunAsync(new($"{ReadyShell.FirstBoot}; {ReadyShell.Complain}; date -u -s @{now} >/dev/null 2>&1; :"), cancel);
        return ready.ExitCode == 0 ? (new PlainShell(this, ready.Output), null) : (null, ready.LastWords);
    }

    /// <inheritdoc/>
    public async Task<ToolResult> RunAsync(GuestCommand command, CancellationToken cancel)
    {
        if (command.Output is not null)
            throw CroftException.Usage($"machine \"{access.Name}\" is entered at its serial console, by which no files come");
        using var told = Waits.For($"the console of {access.Alias}");
        var gate = gates.GetOrAdd(access.Alias, _ => new(1));
        await gate.WaitAsync(cancel);
        try
        {
            using var input = new MemoryStream();
            if (command.Input is not null)
                await command.Input(input, cancel);
            if (access.Login.Become is { } become)
                command = Become.Over(command, become.Method, null);
            var password = access.Login.Password is null || desk is null ? null : await desk.PasswordAsync(access, cancel);
            using var session = new SerialSession(await open(cancel));
            if (await session.LogInAsync(access.User, password, cancel) is { } refusal)
                return new(IGuest.ConnectionFailed, "", refusal);
            var output = new StringBuilder();
            var code = await session.RunAsync(command.Text, input.ToArray(), Say, cancel);
            return new(code, output.ToString(), "");

            void Say(string line)
            {
                if (command.Said is { } said)
                    said(Encoding.UTF8.GetBytes(line + "\n"));
                else
                    output.Append(line).Append('\n');
            }
        }
        catch (CroftException e)
        {
            return new(IGuest.ConnectionFailed, "", e.Message);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<bool> IsConnectedAsync(CancellationToken cancel) => (await RunAsync(new(":"), cancel)).ExitCode == 0;

    /// <inheritdoc/>
    public Task CloseAsync(CancellationToken cancel) => Task.CompletedTask;
}
