using Croft.Farms;
using Croft.Guests;
using Croft.Journal;

namespace Croft.Lifecycle;

/// <summary>
/// Marks all that a phase starts in a guest by a variable of its environment, which children inherit. So everything can be found and ended, also what
/// left the process group, and what Ansible started.
/// </summary>
static class PhaseMark
{
    public const string Variable = "CROFT_PHASE_RUN";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The mark of a phase of a run: letters, digits and <c>-</c>.</summary>
    public static string Of(RunFolder run, Phase phase) => $"{run.Id}-{PhaseFiles.Name(phase)}";

    /// <summary>What with the mark still runs: for each its id and name. Others' environments are seen by root alone.</summary>
    public static async Task<string> LeftAsync(IGuest guest, string mark, CancellationToken cancel)
    {
        var result = await guest.RunAsync(new($$"""
            for f in $(grep -lsF "{{Variable}}={{mark}}" /proc/[0-9]*/environ); do p=${f#/proc/}; p=${p%/environ}; read -r c <"/proc/$p/comm" && echo "$p $c"; done
            """), cancel);
        return string.Join(", ", result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Ends everything with the mark: asks first, kills what stays. A guest that does not answer is left as it is; it is switched off next anyway.</summary>
    public static async Task EndAsync(IGuest guest, string mark, TimeProvider clock)
    {
        using var soon = new CancellationTokenSource(Patience, clock);
        try
        {
            await guest.RunAsync(new($$"""
                s=; [ "$(id -u)" = 0 ] || ! sudo -n true 2>/dev/null || s='sudo -n'
                for signal in TERM TERM KILL; do
                    found=$($s grep -lsF '{{Variable}}={{mark}}' /proc/[0-9]*/environ) || break
                    for f in $found; do p=${f#/proc/}; $s kill -$signal "${p%/*}" 2>/dev/null; done
                    sleep 0.5
                done
                """), soon.Token);
        }
        catch (OperationCanceledException)
        {
            // It does not answer.
        }
    }
}
