using System.Collections.Immutable;
using Croft.Journal;

namespace Croft.Reports;

/// <summary>What became of one machine. Facts the journal does not have are empty texts.</summary>
/// <param name="Name">The machine.</param>
/// <param name="Platform">Its operating system.</param>
/// <param name="Target">Its kind of hardware.</param>
/// <param name="Arch">Its architecture.</param>
/// <param name="Hypervisor">The host that ran it.</param>
/// <param name="Address">Where it was reached.</param>
/// <param name="Steps">Its steps, in the order they began.</param>
/// <param name="Notes">What was noted about it.</param>
public sealed record MachineSummary(
    string Name,
    string Platform,
    string Target,
    string Arch,
    string Hypervisor,
    string Address,
    ImmutableArray<StepSummary> Steps,
    ImmutableArray<NoteSummary> Notes
)
{
    /// <summary>Its projects' ids, where the farm has several; else empty.</summary>
    public string Project { get; init; } = "";

    /// <summary>The worst outcome of its steps; skipped when it had none.</summary>
    public Outcome Outcome => Worst?.Outcome ?? Outcome.Skipped;

    /// <summary>The step that decided the outcome: the first of the worst ones.</summary>
    public StepSummary? Worst => Steps.MaxBy(step => step.Outcome.Severity());

    /// <summary>When its first step began; null when it had none.</summary>
    public DateTimeOffset? Start => Steps.IsEmpty ? null : Steps.Min(step => step.Start);

    /// <summary>From its first step's begin to its last one's end.</summary>
    public TimeSpan Duration => Start is { } start ? Steps.Max(step => step.End) - start : TimeSpan.Zero;

    /// <summary>Whether it did what it should, or nothing was asked of it.</summary>
    public bool IsGood => Outcome.IsGood();
}
