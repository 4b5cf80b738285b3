namespace Croft.Farms;

/// <summary>A machine's part in a project.</summary>
/// <param name="Project">Its name; empty where the farm has one project without a name.</param>
/// <param name="Steps">How a run of that project goes on the machine.</param>
public sealed record ProjectPart(string Project, StepRules Steps);
