namespace Croft.Reports;

/// <summary>Something worth knowing that the journal noted.</summary>
/// <param name="Time">When.</param>
/// <param name="Step">Within which step, where it was one.</param>
/// <param name="Text">What.</param>
public sealed record NoteSummary(DateTimeOffset Time, string? Step, string Text);
