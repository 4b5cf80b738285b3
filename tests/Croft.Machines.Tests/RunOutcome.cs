using System.Text.Json.Nodes;

namespace Croft.Machines.Tests;

/// <summary>What <c>croft run -o json</c> said.</summary>
public sealed record RunOutcome(JsonNode Json, string Messages)
{
    public string Folder => Path.GetDirectoryName((string)Json["html"]!)!;

    public IReadOnlyList<string> Steps(string machine, string outcome) =>
        [.. Machine(machine)["steps"]!.AsArray().Where(s => (string?)s!["outcome"] == outcome).Select(s => (string)s!["name"]!)];

    public string Reason(string machine, string step) =>
        (string?)Machine(machine)["steps"]!.AsArray().Last(s => (string?)s!["name"] == step)!["reason"] ?? "";

    public string Outcome(string machine) => (string)Machine(machine)["outcome"]!;

    public string Log(string machine, string step) =>
        File.ReadAllText(Path.Combine(Folder, "logs", machine, step.Replace(' ', '-') + ".log"));

    public string Artifact(string machine, string path) => File.ReadAllText(Path.Combine(Folder, "artifacts", machine, path));

    /// <summary>The journal's lines about a machine.</summary>
    public string Events(string machine) =>
        string.Join(
            '\n',
            File.ReadLines(Path.Combine(Folder, "events.jsonl")).Where(line => line.Contains($"\"{machine}\"", StringComparison.Ordinal))
        );

    JsonNode Machine(string name) => Json["machines"]!.AsArray().First(m => (string?)m!["name"] == name)!;
}
