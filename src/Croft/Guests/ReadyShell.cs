using System.Globalization;
using System.Text;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>The waiting shell of a guest that is reached by ssh.</summary>
sealed class ReadyShell(IGuest guest) : IGuestShell
{
    const string Ready = "croft-ready";
    const string Waiting = "croft-waiting";

    /// <summary>
    /// Waits until a first boot has done its work. What it complains of is in <c>c</c> then: cloud-init tells that itself, and may
    /// speak of an error before it has ended. Behind Ignition and Combustion, which must succeed before anybody can log in, the
    /// units that failed do.
    /// </summary>
    public const string FirstBoot =
        "c=; if command -v cloud-init >/dev/null 2>&1; then cloud-init status --wait >/dev/null 2>&1 || { "
        + "until [ -e /run/cloud-init/result.json ]; do systemctl list-jobs 2>/dev/null | grep -q cloud- || break; sleep 1; done; "
        + "c=$(cloud-init status --long 2>&1); }; "
        + "elif [ -e /etc/.ignition-result.json ] || [ -e /var/lib/croft/combustion ]; then "
        + "systemctl is-system-running --wait >/dev/null 2>&1 || c=$(systemctl --failed --no-legend --plain 2>&1); fi";

    /// <summary>Says what is in <c>c</c>.</summary>
    public const string Complain = "[ -z \"$c\" ] || printf '%s\\n' \"$c\"";

    /// <summary>
    /// Waits for the first boot of a cloud-init guest, says so, and takes the time that is written to it then: the clock of a restored or
    /// paused guest is behind.
    /// </summary>
    const string Script = $$"""
        {{FirstBoot}}
        echo {{Ready}}; read -r now; s=
        [ -w /etc/shadow ] || for s in 'sudo -n' 'doas -n'; do command -v ${s%% *} >/dev/null && break; done
        $s date -u -s "@$now" >/dev/null 2>&1 || $s date -u -s "@${now%.*}" >/dev/null 2>&1
        {{Complain}}
        echo {{Waiting}}; IFS= read -r next || exit 0
        eval "$next"
        """;

    /// <summary>Lines of <c>cloud-init status --long</c> that are no complaints.</summary>
    static readonly string[] Usual =
    [
        "boot_status_code:",
        "last_update:",
        "time:",
        "detail: DataSource",
        "errors: []",
        "recoverable_errors: {}",
    ];

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource<(Answer Answer, GuestCommand Command)?> next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly CancellationTokenSource killed = new();
    Task<ToolResult>? session;
    string? complaint;

    /// <inheritdoc/>
    public string? Complaint => OneLine(complaint);

    /// <summary>A guest's complaint as a note has it, without what is the same in each; null for none.</summary>
    public static string? OneLine(string? complaint)
    {
        string[] lines =
        [
            .. (complaint ?? "")
                .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !Usual.Any(usual => line.StartsWith(usual, StringComparison.Ordinal))),
        ];
        return lines.Length == 0 ? null : $"its first boot complains: {PlainText.Line(string.Join("; ", lines))}";
    }

    /// <summary>Opens one in a guest.</summary>
    /// <returns>The shell, or what ssh said instead.</returns>
    public static async Task<(IGuestShell? Shell, string? Refusal)> TryOpenAsync(IGuest guest, TimeProvider clock, CancellationToken cancel)
    {
        var shell = new ReadyShell(guest);
        if (await shell.TryOpenAsync(clock, cancel) is not { } refusal)
            return (shell, null);
        await shell.DisposeAsync();
        return (null, refusal);
    }

    /// <summary>Opens it, once.</summary>
    /// <returns>Null when it worked, otherwise what ssh said.</returns>
    async Task<string?> TryOpenAsync(TimeProvider clock, CancellationToken cancel)
    {
        session = guest.RunAsync(new(Script) { Output = HearAsync, Input = (stdin, stop) => SpeakAsync(stdin, clock, stop) }, killed.Token);
        await using var kill = cancel.Register(killed.Cancel).ConfigureAwait(false);
        if (await Task.WhenAny(waiting.Task, session) == waiting.Task)
            return null;
        var result = await session;
        return result.LastWords is "" ? $"ssh ended with exit code {result.ExitCode}" : result.LastWords;
    }

    /// <inheritdoc/>
    public async Task<ToolResult> RunAsync(GuestCommand command, CancellationToken cancel)
    {
        var answer = new Answer(command, killed);
        await using var kill = cancel.Register(killed.Cancel).ConfigureAwait(false);
        next.SetResult((answer, command));
        try
        {
            return answer.Of(await session!);
        }
        catch (OperationCanceledException) when (answer.IsOver && !cancel.IsCancellationRequested)
        {
            return answer.Of(null);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        next.TrySetResult(null);
        killed.CancelAfter(Patience); // its guest may be gone
        if (session is not null)
            await Task.WhenAny(session);
        killed.Dispose();
    }

    async Task HearAsync(Stream output, CancellationToken cancel)
    {
        if (await Answer.SkipAsync(output, Ready, cancel) is not null)
            return;
        ready.TrySetResult();
        if (await Answer.SkipAsync(output, Waiting, cancel, said => complaint = said) is not null)
            return;
        waiting.TrySetResult();
        if (await next.Task.WaitAsync(cancel) is { } asked)
            await asked.Answer.TakeAsync(output, cancel);
    }

    async Task SpeakAsync(Stream stdin, TimeProvider clock, CancellationToken cancel)
    {
        await ready.Task.WaitAsync(cancel);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        await stdin.WriteAsync(Encoding.ASCII.GetBytes(now.ToString("F3", CultureInfo.InvariantCulture) + "\n"), cancel);
        if (await next.Task.WaitAsync(cancel) is not { } asked)
            return;
        await stdin.WriteAsync(Encoding.UTF8.GetBytes(asked.Answer.Line + "\n"), cancel);
        if (asked.Command.Input is not null)
            await asked.Command.Input(stdin, cancel);
    }
}
