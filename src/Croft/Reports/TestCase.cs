using Croft.Journal;

namespace Croft.Reports;

/// <summary>One test case of a JUnit file.</summary>
/// <param name="ClassName">What it belongs to.</param>
/// <param name="Name">Its name.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Outcome">Passed, Failed, Error or Skipped.</param>
/// <param name="Message">Why, in one line.</param>
/// <param name="Detail">Why, at length.</param>
/// <param name="Output">What it wrote.</param>
sealed record TestCase(string ClassName, string Name, double Seconds, Outcome Outcome, string? Message, string? Detail, string? Output);
