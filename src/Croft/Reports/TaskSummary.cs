namespace Croft.Reports;

/// <summary>What became of one task of a step.</summary>
/// <param name="Name">As the task list has it.</param>
/// <param name="Place">Its file and line; may be empty.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When it ended, or the next one began.</param>
/// <param name="Result">In Ansible's word; empty when it was not said.</param>
public sealed record TaskSummary(string Name, string Place, DateTimeOffset Start, DateTimeOffset End, string Result)
{
    /// <summary>How long it took.</summary>
    public TimeSpan Duration => End - Start;
}
