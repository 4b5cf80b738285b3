using System.Collections.Immutable;
using Croft.Journal;

namespace Croft.Reports;

/// <summary>
/// What a run's journal adds up to; every report is made from this alone. A step that began and never ended was interrupted and counts
/// as cancelled; so does a run whose journal has no end.
/// </summary>
public sealed record RunSummary
{
    /// <summary>The run's id.</summary>
    public required string Id { get; init; }

    /// <summary>The farm's name.</summary>
    public required string Farm { get; init; }

    /// <summary>The command that ran.</summary>
    public required string Command { get; init; }

    /// <summary>The project's id.</summary>
    public required string Project { get; init; }

    /// <summary>When the run began.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>When it ended, or the last time known of it.</summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>How it ended.</summary>
    public required Outcome Outcome { get; init; }

    /// <summary>Why it ended so.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether the journal has no end: the run still goes on, or Croft was killed, or its host went down.</summary>
    public required bool Interrupted { get; init; }

    /// <summary>The machines, in the order they took part.</summary>
    public required ImmutableArray<MachineSummary> Machines { get; init; }

    /// <summary>What was noted about the run itself.</summary>
    public required ImmutableArray<NoteSummary> Notes { get; init; }

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
