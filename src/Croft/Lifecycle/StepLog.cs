using Croft.Engines;
using Croft.Journal;
using Croft.Planning;
using Croft.Reports;

namespace Croft.Lifecycle;

/// <summary>Journals the steps of one machine and turns what they throw into outcomes.</summary>
sealed class StepLog(Execution execution, PlannedMachine machine)
{
    static readonly Outcome[] WorstFirst = [Outcome.Error, Outcome.Failed, Outcome.Cancelled];

    readonly RunJournal journal = execution.Journal.In(machine.Spec.Scope);
    readonly HashSet<string> ran = new(StringComparer.Ordinal);
    readonly List<string> remarks = [];

    /// <summary>The worst outcome so far.</summary>
    public Outcome Worst { get; private set; } = Outcome.Passed;

    /// <summary>
    /// Takes what should be known of the present step: a reason that it passed no better, or a note beside what it failed for.
    /// </summary>
    public void Remark(string text) => remarks.Add(text);

    /// <summary>Whether a step may happen on this machine.</summary>
    public bool Allowed(string step) => machine.Spec.Steps.Allows(step);

    /// <summary>Whether a step was really done in this run.</summary>
    public bool Ran(string step) => ran.Contains(step);

    /// <summary>Does a step that counts. True when the way goes on.</summary>
    public async Task<bool> RunAsync(string step, Func<Task> body, bool skip = false, bool log = false)
    {
        if (skip)
        {
            Tell(journal => journal.StepEnd(machine.Spec.Name, step, Outcome.Skipped, "not asked for"));
            return true;
        }

        return await TryAsync(step, body, log, counts: true);
    }

    /// <summary>Does a step; when it fails without counting, something else takes its place. One without room counts.</summary>
    public async Task<bool> TryAsync(string step, Func<Task> body, bool log = false, bool counts = false)
    {
        Tell(journal =>
            journal.StepStart(
                machine.Spec.Name,
                step,
                log ? journal.Folder.Relative(journal.Folder.LogPath(machine.Spec.Name, step)) : null
            )
        );
        var (outcome, reason) = await OutcomeOfAsync(() => WithRoomAsync(body, () => counts = true));
        if (outcome != Outcome.Passed)
            remarks.ForEach(remark => Tell(journal => journal.Note(machine.Spec.Name, step, remark)));
        else if (remarks.Count > 0)
            reason = string.Join("; ", remarks);
        remarks.Clear();
        reason = reason is null ? null : PlainText.Of(reason); // it may be a guest's words, and goes to terminals
        if (outcome == Outcome.Passed)
            ran.Add(step);
        else if (counts || outcome == Outcome.Cancelled)
            Count(outcome);
        Tell(journal =>
            journal.StepEnd(
                machine.Spec.Name,
                step,
                !counts && outcome != Outcome.Passed && outcome != Outcome.Cancelled ? Outcome.Skipped : outcome,
                reason
            )
        );
        return outcome == Outcome.Passed;
    }

    /// <param name="lack">Called where room or space is lacking: whatever takes the step's place needs it, too.</param>
    static async Task WithRoomAsync(Func<Task> body, Action lack)
    {
        try
        {
            await body();
        }
        catch (NoRoomException e)
        {
            lack();
            throw e.ForPeople();
        }
        catch (CroftException e) when (e.Hint == IEngine.SpaceHint)
        {
            lack();
            throw;
        }
    }

    /// <summary>Does something whose failure is only noted.</summary>
    public async Task QuietlyAsync(Func<Task> body)
    {
        var (outcome, reason) = await OutcomeOfAsync(body);
        if (outcome != Outcome.Passed)
            Tell(journal => journal.Note(machine.Spec.Name, null, reason ?? ""));
    }

    /// <summary>
    /// Does what is between steps. Never throws: what goes wrong counts and is noted, and what must happen afterwards happens.
    /// </summary>
    public async Task GuardAsync(Func<Task> body)
    {
        var (outcome, reason) = await OutcomeOfAsync(body);
        if (outcome == Outcome.Passed)
            return;
        Count(outcome);
        Tell(journal => journal.Note(machine.Spec.Name, null, reason ?? ""));
    }

    void Count(Outcome outcome) =>
        Worst =
            Array.IndexOf(WorstFirst, outcome) is var now && Array.IndexOf(WorstFirst, Worst) is var before && before >= 0 && before < now
                ? Worst
                : outcome;

    /// <summary>A disk that takes no more words must not keep a machine from being tidied up.</summary>
    void Tell(Action<RunJournal> what)
    {
        try
        {
            what(journal);
        }
        catch (CroftException)
        {
            Count(Outcome.Error);
        }
    }

    static async Task<(Outcome Outcome, string? Reason)> OutcomeOfAsync(Func<Task> body)
    {
        try
        {
            await body();
            return (Outcome.Passed, null);
        }
        catch (OperationCanceledException)
        {
            return (Outcome.Cancelled, "stopped");
        }
        catch (CroftException e)
        {
            return (e.Kind == FaultKind.Farm ? Outcome.Failed : Outcome.Error, e.Message + (e.Hint is null ? "" : "; " + e.Hint));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (Outcome.Error, e.Message);
        }
        catch (Exception e)
        {
            return (Outcome.Error, "a bug in Croft: " + e);
        }
    }
}
