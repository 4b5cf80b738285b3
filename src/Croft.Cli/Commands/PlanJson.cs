using System.Text.Json;
using Croft.Engines;
using Croft.Farms;
using Croft.Planning;

namespace Croft.Cli.Commands;

/// <summary>A plan as a stable JSON document.</summary>
static class PlanJson
{
    public static PrintedLists Of(Plan plan) =>
        Of(plan.Farm.Name, plan.Machines, plan.Networks, plan.Undeclared, plan.Superfluous, plan.Notes, plan.Problems);

    /// <param name="farm">Null when the farm file cannot be read.</param>
    public static PrintedLists Of(
        string? farm,
        IEnumerable<PlannedMachine> machines,
        IEnumerable<PlannedNetwork> networks,
        IEnumerable<string> undeclared,
        IEnumerable<SuperfluousMachine> superfluous,
        IEnumerable<string> notes,
        IEnumerable<Problem> problems
    ) =>
        new(
            "farm",
            farm,
            ("machines", Each(machines, Write)),
            ("networks", Each(networks, Write)),
            ("undeclared", Each(undeclared, (json, name) => json.WriteStringValue(name))),
            ("superfluous", Each(superfluous, Write)),
            ("notes", Each(notes, (json, note) => json.WriteStringValue(note))),
            ("problems", Each(problems, Write))
        );

    static IEnumerable<Action<Utf8JsonWriter>> Each<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> write) =>
        items.Select<T, Action<Utf8JsonWriter>>(item => json => write(json, item));

    static void Write(Utf8JsonWriter json, PlannedMachine machine)
    {
        json.WriteStartObject();
        json.WriteString("name", machine.Spec.Name);
        json.WriteString("platform", machine.Spec.Platform);
        json.WriteString("target", machine.Spec.Target);
        json.WriteString("arch", machine.Spec.Arch);
        json.WriteString("virtType", machine.VirtType);
        json.WriteString("hypervisor", machine.Hypervisor);
        json.WriteStartObject("addresses");
        foreach (var nic in machine.Nics.DistinctBy(n => n.Network))
            json.WriteString(nic.Network, nic.Address?.ToString() ?? (nic.Port is { } port ? $"127.0.0.1:{port}" : null));
        json.WriteEndObject();
        json.WriteString("action", machine.Action.ToString().ToLowerInvariant());
        json.WriteString("reason", machine.Reason);
        json.WriteStartObject("cache");
        var layers = machine.Spec.Parts.Length > 1 ? OfEachProject(machine) : machine.Layers.Select(layer => (layer.Name, layer));
        foreach (var (name, layer) in layers)
            json.WriteString(name, layer.Present is null ? "miss" : "hit");
        json.WriteEndObject();
        json.WriteString("hardware", machine.HardwareDigest);
        json.WriteString("disks", machine.Image is null ? null : machine.DiskDigest);
        json.WriteStartObject("layers");
        foreach (var (name, layer) in layers)
            json.WriteString(name, layer.Key);
        json.WriteEndObject();
        if (machine.Spec.Parts is not [{ Project: "" }])
        {
            json.WriteStartArray("projects");
            foreach (var part in machine.Spec.Parts)
                json.WriteStringValue(part.Project);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>All projects of a machine have the same clean layer.</summary>
    static IEnumerable<(string Name, PlannedLayer Layer)> OfEachProject(PlannedMachine machine) =>
        machine
            .EachProject()
            .SelectMany(part => part.Layers.Select(layer => (layer.Name == "clean" ? layer.Name : part.Spec.Scope + layer.Name, layer)))
            .DistinctBy(layer => layer.Item1);

    static void Write(Utf8JsonWriter json, PlannedNetwork network)
    {
        json.WriteStartObject();
        json.WriteString("name", network.Definition.Name);
        json.WriteString("hypervisor", network.Hypervisor);
        json.WriteString("cidr", network.Definition.Cidr.ToString());
        json.WriteString("mode", network.Definition.Mode.ToString().ToLowerInvariant());
        json.WriteString("options", network.Definition.Options.ToString());
        json.WriteBoolean("dhcp", network.Definition.Dhcp);
        json.WriteBoolean("exists", network.Exists);
        json.WriteString("change", network.Change);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, SuperfluousMachine machine)
    {
        json.WriteStartObject();
        json.WriteString("name", machine.Name);
        json.WriteString("hypervisor", machine.Hypervisor);
        json.WriteString("newer", machine.Newer);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, Problem problem)
    {
        json.WriteStartObject();
        json.WriteString("file", problem.At?.File);
        Number("line", problem.At?.Line);
        Number("column", problem.At?.Column);
        json.WriteString("path", problem.Path);
        json.WriteString("message", problem.Message);
        json.WriteString("hint", problem.Hint);
        json.WriteEndObject();

        void Number(string key, int? value)
        {
            json.WritePropertyName(key);
            if (value is { } number)
                json.WriteNumberValue(number);
            else
                json.WriteNullValue();
        }
    }
}
