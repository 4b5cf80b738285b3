using System.Collections.Immutable;
using Croft.Journal;

namespace Croft.Reports;

/// <summary>What became of one step of one machine.</summary>
/// <param name="Name">The step, in the roles' words.</param>
/// <param name="Start">When it began; for a step that never did, when that was said.</param>
/// <param name="End">When it ended; for one that was cut off, the last time known of the run.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">Why it ended so.</param>
/// <param name="Log">Its log, relative to the run's folder.</param>
public sealed record StepSummary(string Name, DateTimeOffset Start, DateTimeOffset End, Outcome Outcome, string? Reason, string? Log)
{
    /// <summary>The project whose step it is, where its machine takes part in several; else null.</summary>
    public string? Project => Name.IndexOf('.', StringComparison.Ordinal) is > 0 and var end ? Name[..end] : null;

    /// <summary>Its name within the project.</summary>
    public string Own => Project is { } project ? Name[(project.Length + 1)..] : Name;

    /// <summary>Its tasks, where it is a task list, in the order they began.</summary>
    public ImmutableArray<TaskSummary> Tasks { get; init; } = [];

    /// <summary>How long it took.</summary>
    public TimeSpan Duration => End - Start;
}
