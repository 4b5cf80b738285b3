using System.Collections.Immutable;
using Croft.Journal;

namespace Croft.Reports;

/// <summary>
/// What a run's journal adds up to; every report is made from this alone. A step that began and never ended was interrupted and counts
/// as cancelled; so does a run whose journal has no end.
/// </summary>
/// <param name="Id">The run's id.</param>
/// <param name="Farm">The farm's name.</param>
/// <param name="Command">The command that ran.</param>
/// <param name="Project">The project's id.</param>
/// <param name="Start">When the run began.</param>
/// <param name="End">When it ended, or the last time known of it.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">Why it ended so.</param>
/// <param name="Interrupted">Whether the journal has no end: the run still goes on, or Croft was killed, or its host went down.</param>
/// <param name="Machines">The machines, in the order they took part.</param>
/// <param name="Notes">What was noted about the run itself.</param>
public sealed record RunSummary(
    string Id,
    string Farm,
    string Command,
    string Project,
    DateTimeOffset Start,
    DateTimeOffset End,
    Outcome Outcome,
    string? Reason,
    bool Interrupted,
    ImmutableArray<MachineSummary> Machines,
    ImmutableArray<NoteSummary> Notes
)
{
    /// <summary>What the report files lack, each with the reason.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>How long the run took.</summary>
    public TimeSpan Duration => End - Start;

    /// <summary>"1 error, 2 failed, 9 passed": the machines by outcome, worst first.</summary>
    public string Counts => Outcomes.Count(Machines.Select(machine => machine.Outcome));

    /// <summary>How many machines ended so.</summary>
    public int Count(Outcome outcome) => Machines.Count(machine => machine.Outcome == outcome);

    /// <summary>The summary of a run's events.</summary>
    public static RunSummary From(string id, IEnumerable<JournalEvent> events) => RunFold.Of(id, events);

    /// <summary>The summary of a run's journal.</summary>
    public static RunSummary Read(RunFolder run) => From(run.Id, run.Read());

    /// <summary>The machines of each platform (rows) on each target (columns), both in the order they took part.</summary>
    internal (
        ImmutableArray<string> Platforms,
        ImmutableArray<string> Targets,
        ILookup<(string Platform, string Target), MachineSummary> Cells
    ) Matrix() =>
        (
            [.. Machines.Select(machine => machine.Platform).Distinct()],
            [.. Machines.Select(machine => machine.Target).Distinct()],
            Machines.ToLookup(machine => (machine.Platform, machine.Target))
        );
}
