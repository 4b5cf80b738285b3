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
    /// <summary>How long it took.</summary>
    public TimeSpan Duration => End - Start;
}
