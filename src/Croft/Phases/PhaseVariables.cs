using System.Text.Json;
using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Planning;

namespace Croft.Phases;

/// <summary>The variables that a phase sees: the roles' own for Ansible, the same as <c>CROFT_*</c> environment for scripts.</summary>
static class PhaseVariables
{
    /// <summary>For Ansible: <c>vm</c>, <c>kvm_host</c>, <c>project_id</c>, <c>project_revision</c>, <c>phases_lookup_dir_path</c> and the project's own.</summary>
    /// <param name="phasesFolder">Where the phase sees the project's phases.</param>
    public static JsonObject For(Farm farm, PlannedMachine machine, string phasesFolder)
    {
        var variables = OfFarm(farm, phasesFolder);
        variables["vm"] = Vm(machine);
        variables["kvm_host"] = machine.Hypervisor;
        return variables;
    }

    /// <summary>Those that are the same for every machine.</summary>
    public static JsonObject OfFarm(Farm farm, string phasesFolder)
    {
        var variables = JsonNode.Parse(farm.Project.Vars)!.AsObject();
        variables["project_id"] = farm.Project.Id;
        variables["project_revision"] = farm.Project.Revision ?? "auto";
        variables["phases_lookup_dir_path"] = phasesFolder;
        return variables;
    }

    /// <summary>For scripts: texts as they are, everything else as JSON.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Environment(JsonObject variables, PlannedMachine machine) =>
        variables.Select(v => KeyValuePair.Create("CROFT_" + v.Key.ToUpperInvariant(), Text(v.Value)))
            .Append(new("CROFT_VM_NAME", machine.Spec.Name))
            .Append(new("CROFT_PLATFORM", machine.Spec.Platform))
            .Append(new("CROFT_TARGET", machine.Spec.Target));

    static string Text(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value?.ToJsonString() ?? "";

    static JsonObject Vm(PlannedMachine machine)
    {
        var spec = machine.Spec;
        return new JsonObject
        {
            ["name"] = spec.Name,
            ["platform"] = spec.Platform,
            ["target"] = spec.Target,
            ["arch"] = spec.Arch,
            ["virt_domain"] = machine.VirtType,
            ["vcpus"] = spec.Vcpus,
            ["memory"] = spec.Memory,
            ["metadata"] = new JsonObject { ["name"] = spec.Name, ["platform_name"] = spec.Platform, ["target_name"] = spec.Target },
            ["networks"] = new JsonArray([.. machine.Nics.Select(n => (JsonNode)new JsonObject { ["name"] = n.Network, ["mac"] = n.Mac, ["address"] = n.Address?.ToString() })]),
            ["disks"] = new JsonArray([.. spec.Disks.Select(d => (JsonNode)new JsonObject { ["name"] = d.Name, ["size"] = d.Size, ["mount"] = d.Mount })]),
            ["properties"] = JsonNode.Parse(spec.Properties),
        };
    }
}
