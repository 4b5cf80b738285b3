using Croft.Journal;

namespace Croft.Reports;

/// <summary>The order and the words of outcomes, the same in every report.</summary>
static class Outcomes
{
    /// <summary>As reports list them: what needs a look first.</summary>
    internal static readonly Outcome[] WorstFirst =
    [
        Outcome.Error,
        Outcome.Failed,
        Outcome.Cancelled,
        Outcome.Passed,
        Outcome.Cached,
        Outcome.Skipped,
    ];

    internal static int Severity(this Outcome outcome) =>
        outcome switch
        {
            Outcome.Error => 5,
            Outcome.Failed => 4,
            Outcome.Cancelled => 3,
            Outcome.Passed => 2,
            Outcome.Cached => 1, // as good as passed, but one step that ran makes the machine's word "passed"
            _ => 0,
        };

    internal static bool IsGood(this Outcome outcome) => outcome is Outcome.Passed or Outcome.Cached or Outcome.Skipped;

    internal static string Word(this Outcome outcome) =>
        outcome switch
        {
            Outcome.Error => "error",
            Outcome.Failed => "failed",
            Outcome.Cancelled => "cancelled",
            Outcome.Passed => "passed",
            Outcome.Cached => "cached",
            _ => "skipped",
        };

    /// <summary>"1 error, 2 failed, 9 passed".</summary>
    internal static string Count(IEnumerable<Outcome> outcomes) =>
        string.Join(
            ", ",
            outcomes
                .GroupBy(outcome => outcome)
                .OrderByDescending(group => group.Key.Severity())
                .Select(group => $"{group.Count()} {group.Key.Word()}")
        );
}
