using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Planning;

namespace Croft.Cli.Commands;

/// <summary>A plan as a stable JSON document.</summary>
static class PlanJson
{
    public static PrintedLists Of(Plan plan) => Of(plan.Farm.Name, plan.Machines, plan.Networks, plan.Undeclared, plan.Superfluous, plan.Notes, plan.Problems);

    /// <param name="farm">Null when the farm file cannot be read.</param>
    public static PrintedLists Of(
        string? farm, IEnumerable<PlannedMachine> machines, IEnumerable<PlannedNetwork> networks, IEnumerable<string> undeclared, IEnumerable<SuperfluousMachine> superfluous,
        IEnumerable<string> notes, IEnumerable<Problem> problems) => new(
        "farm",
        farm,
        ("machines", machines.Select(m => (JsonNode)new JsonObject
        {
            ["name"] = m.Spec.Name,
            ["platform"] = m.Spec.Platform,
            ["target"] = m.Spec.Target,
            ["arch"] = m.Spec.Arch,
            ["virtType"] = m.VirtType,
            ["hypervisor"] = m.Hypervisor,
            ["addresses"] = new JsonObject(m.Nics.DistinctBy(n => n.Network).Select(n => KeyValuePair.Create(n.Network, (JsonNode?)(n.Address?.ToString() ?? (n.Port is { } port ? $"127.0.0.1:{port}" : null))))),
            ["action"] = m.Action.ToString().ToLowerInvariant(),
            ["reason"] = m.Reason,
            ["cache"] = new JsonObject(m.Layers.Select(l => KeyValuePair.Create(l.Name, (JsonNode?)(l.Present is null ? "miss" : "hit")))),
        })),
        ("networks", networks.Select(n => (JsonNode)new JsonObject
        {
            ["name"] = n.Definition.Name,
            ["hypervisor"] = n.Hypervisor,
            ["cidr"] = n.Definition.Cidr.ToString(),
            ["exists"] = n.Exists,
            ["change"] = n.Change,
        })),
        ("undeclared", undeclared.Select(u => (JsonNode)u)),
        ("superfluous", superfluous.Select(s => (JsonNode)new JsonObject { ["name"] = s.Name, ["hypervisor"] = s.Hypervisor, ["newer"] = s.Newer })),
        ("notes", notes.Select(n => (JsonNode)n)),
        ("problems", problems.Select(p => (JsonNode)new JsonObject
        {
            ["file"] = p.At?.File,
            ["line"] = p.At?.Line,
            ["column"] = p.At?.Column,
            ["path"] = p.Path,
            ["message"] = p.Message,
            ["hint"] = p.Hint,
        })));
}
