using System.Collections.Immutable;

namespace Croft.Journal;

/// <summary>What an event says.</summary>
public enum EventKind
{
    /// <summary>The run began: <see cref="JournalEvent.Data"/> has <c>farm</c>, <c>command</c>, <c>project</c>.</summary>
    RunStart,

    /// <summary>The run ended, with an outcome.</summary>
    RunEnd,

    /// <summary>A machine takes part: data has <c>platform</c>, <c>target</c>, <c>arch</c>, <c>hypervisor</c>, <c>address</c>,
    /// <c>project</c>.</summary>
    Machine,

    /// <summary>A machine began a step.</summary>
    StepStart,

    /// <summary>A machine ended a step, with an outcome and a reason.</summary>
    StepEnd,

    /// <summary>
    /// Something is about to be created or removed: data has <c>action</c>, <c>kind</c> (volume, domain, network), <c>name</c>,
    /// <c>hypervisor</c>.
    /// </summary>
    Intent,

    /// <summary>
    /// A task of a step began or, with an outcome, ended: the reason is its name, data has <c>place</c> and, at the end, <c>result</c> in
    /// Ansible's word.
    /// </summary>
    Task,

    /// <summary>Something worth knowing happened within a step: a signal seen, a layer dropped, a message.</summary>
    Note,
}

/// <summary>How a step or a run ended.</summary>
public enum Outcome
{
    /// <summary>It did what it should.</summary>
    Passed,

    /// <summary>The project's own phase or test failed (JUnit's failure).</summary>
    Failed,

    /// <summary>The world refused: it could not be tried (JUnit's error).</summary>
    Error,

    /// <summary>It was not asked for, or had no file, or an earlier step failed.</summary>
    Skipped,

    /// <summary>Its result came from a layer.</summary>
    Cached,

    /// <summary>The user stopped it.</summary>
    Cancelled,
}

/// <summary>One line of a run's journal, <c>events.jsonl</c>.</summary>
/// <param name="Time">When, in UTC.</param>
/// <param name="Machine">Whom it concerns; null for the run itself.</param>
/// <param name="Step">The lifecycle step, in the roles' words: <c>startup</c>, <c>restore init</c>, <c>create clean</c>,
/// <c>dependencies</c>, <c>init</c>, <c>main</c>, <c>artifacts</c>, <c>terminate</c>, <c>shutdown</c>, …</param>
/// <param name="Outcome">Of a step or run that ended.</param>
/// <param name="Reason">Why it ended so, or the note's text.</param>
/// <param name="Log">The step's log file, relative to the run's folder.</param>
/// <param name="Data">Further facts, by name.</param>
public sealed record JournalEvent(
    DateTimeOffset Time,
    EventKind Kind,
    string? Machine = null,
    string? Step = null,
    Outcome? Outcome = null,
    string? Reason = null,
    string? Log = null,
    ImmutableSortedDictionary<string, string>? Data = null
);
