using Croft.Farms;
using Croft.Guests;
using Croft.Journal;

namespace Croft.Phases;

/// <summary>
/// Marks all that a phase starts in a guest by a variable of its environment, which children inherit. So everything can be found and ended,
/// also what
/// left the process group, and what Ansible started.
/// </summary>
static class PhaseMark
{
    public const string Variable = "CROFT_PHASE_RUN";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>So many are named at most, of each so much.</summary>
    const int MostLeft = 20;
    const int LongestName = 40;

    /// <summary>The mark of a phase of a run: letters, digits and <c>-</c>.</summary>
    public static string Of(RunFolder run, Phase phase) => $"{run.Id}-{PhaseFiles.Name(phase)}";

    /// <summary>
    /// For a shell, in pieces: sudo has a command's text in the environment of all that it runs, where who seeks would find itself.
    /// </summary>
    static string Sought(string mark) => $"{Variable}''={mark}";

    /// <summary>
    /// What with the mark still runs: for each its id and name; empty when the guest does not say. Others' environments are seen by root
    /// alone.
    /// </summary>
    public static async Task<string> LeftAsync(IGuest guest, string mark, TimeProvider clock, CancellationToken cancel)
    {
        var output = "";
        await TryAsync(
            async stop =>
                output = (
                    await guest.RunAsync(
                        new(
                            $$"""
                            for f in $(grep -ls {{Sought(
                                mark
                            )}} /proc/[0-9]*/environ); do p=${f#/proc/}; p=${p%/environ}; read -r c <"/proc/$p/comm" && echo "$p $c"; done
                            """
                        ),
                        stop
                    )
                ).Output,
            clock,
            cancel
        );
        var left = output.Split('\n', MostLeft + 1, StringSplitOptions.RemoveEmptyEntries);
        return string.Join(", ", left.Take(MostLeft).Select(l => PlainText.Line(l[..Math.Min(l.Length, LongestName)])))
            + (left.Length > MostLeft ? " and more" : "");
    }

    /// <summary>
    /// Ends everything with the mark: asks first, kills what stays. A guest that does not answer is left as it is; it is switched off next
    /// anyway.
    /// </summary>
    public static Task EndAsync(IGuest guest, string mark, TimeProvider clock) =>
        TryAsync(
            stop =>
                guest.RunAsync(
                    new(
                        $$"""
                        s=; [ "$(id -u)" = 0 ] || for s in 'sudo -n' 'doas -n' ''; do $s true 2>/dev/null && break; done
                        for signal in TERM TERM KILL; do
                            found=$($s grep -ls {{Sought(mark)}} /proc/[0-9]*/environ) || break
                            for f in $found; do p=${f#/proc/}; $s kill -$signal "${p%/*}" 2>/dev/null; done
                            sleep 0.5
                        done
                        """
                    ),
                    stop
                ),
            clock,
            CancellationToken.None
        );

    /// <summary>Asks a guest that may not answer, or not sensibly.</summary>
    static async Task TryAsync(Func<CancellationToken, Task> ask, TimeProvider clock, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(Patience, clock);
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            await ask(soon.Token);
        }
        catch (Exception e) when (e is CroftException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // What it should have said is of use, and no more.
        }
    }
}
