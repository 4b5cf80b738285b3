using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Lifecycle;
using Croft.Planning;

namespace Croft.Cli.Commands;

/// <summary>A plan that <c>croft plan -o json</c> wrote: it is carried out as it is, or not at all.</summary>
sealed class SavedPlan
{
    const string Anew = "croft plan -o json makes it anew";
    const int MostNamed = 10;

    /// <summary>What is said of a machine beside what is done with it.</summary>
    static readonly string[] Words = ["name", "reason"];

    readonly string file;
    readonly JsonObject saved;

    SavedPlan(string file, JsonObject saved) => (this.file, this.saved) = (file, saved);

    /// <summary>The option of the commands that carry out a plan.</summary>
    public static Option<string?> Option() =>
        new("--plan")
        {
            Description = "Carry out this plan, as croft plan -o json wrote it; refuse if anything has changed since",
            HelpName = "FILE",
        };

    /// <summary>The plan of what is chosen or, with a file, the one that is in it.</summary>
    /// <exception cref="CroftException">The file is no plan of this farm, or what it says would not be done any more: says what has
    /// changed.</exception>
    public static async Task<Plan> OrChosenAsync(string? file, IReadOnlyList<string> selection, OpenFarm openFarm, CancellationToken cancel)
    {
        if (file is null)
            return PlanCommand.Select(await openFarm.PlanAsync(cancel), selection);
        if (selection.Count > 0)
            throw CroftException.Usage("--plan says which machines take part", "leave out their names, or --plan");
        var plan = await ReadAsync(file, cancel);
        return plan.Promise(await openFarm.PlanAsync(cancel));
    }

    static async Task<SavedPlan> ReadAsync(string file, CancellationToken cancel)
    {
        if (FileNode.At(file).Refusal is { } refusal)
            throw CroftException.Usage($"{file} cannot be read: it {refusal}", "croft plan -o json > FILE writes a plan");
        try
        {
            await using var content = File.OpenRead(file);
            return
                await JsonNode.ParseAsync(content, documentOptions: new() { AllowDuplicateProperties = false }, cancellationToken: cancel)
                    is JsonObject plan
                && IsPlan(plan)
                ? new(file, plan)
                : throw new JsonException("it is something else");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CroftException.Usage($"{file} cannot be read: {e.Message}", "croft plan -o json > FILE writes a plan");
        }
        catch (JsonException e)
        {
            throw CroftException.Usage($"{file} is no plan: {e.Message}", "croft plan -o json > FILE writes one");
        }
    }

    /// <summary>Whether all that is read of it later has the form that it is read in.</summary>
    static bool IsPlan(JsonObject plan) =>
        IsText(plan["farm"])
        && plan["machines"] is JsonArray machines
        && machines.All(m => IsText(m as JsonObject, "name") && m!["layers"] is null or JsonObject)
        && plan["networks"] is JsonArray networks
        && networks.All(n => IsText(n as JsonObject, "name"))
        && plan["problems"] is null or JsonArray
        && (plan["problems"] as JsonArray ?? []).All(p => IsText(p as JsonObject, "message"));

    static bool IsText(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String;

    static bool IsText(JsonObject? map, string key) => IsText(map?[key]);

    /// <summary>The machines of this plan in one of now, which must say the same of them, as every later one must.</summary>
    Plan Promise(Plan now)
    {
        if ((string?)saved["farm"] != now.Farm.Name)
            throw CroftException.Usage(
                $"{file} is a plan of farm \"{saved["farm"]}\", and this is \"{now.Farm.Name}\"",
                "-f FARM says which farm is meant"
            );
        if (saved["problems"] is JsonArray { Count: > 0 } problems)
            throw CroftException.Usage($"{file} cannot be carried out: {problems[0]!["message"]}", Anew);
        var chosen = now with { Machines = [.. now.Machines.Where(m => Find("machines", m.Spec.Name) is not null)] };
        Check(chosen);
        return chosen with { Promised = Check };
    }

    void Check(Plan plan)
    {
        var now = Printed.Node(PlanJson.Of(plan));
        var changes = Changes("machine", "machines", now).Concat(Changes("network", "networks", now)).ToList();
        if (changes.Count == 0)
            return;
        var more = changes.Count > MostNamed ? $"; and {changes.Count - MostNamed} more" : "";
        throw CroftException.World($"{file} is not what would be done any more: {string.Join("; ", changes.Take(MostNamed))}{more}", Anew);
    }

    IEnumerable<string> Changes(string kind, string list, JsonNode now)
    {
        foreach (var before in saved[list]!.AsArray().OfType<JsonObject>())
        {
            var name = $"{kind} \"{before["name"]}\"";
            if (now[list]!.AsArray().FirstOrDefault(item => IsOf(item, before)) is not JsonObject after)
                yield return $"{name} is in the plan no more";
            else
                foreach (
                    var change in before
                        .Where(field => !Words.Contains(field.Key))
                        .Select(field => Change(field.Key, field.Value, after[field.Key]))
                        .OfType<string>()
                )
                    yield return $"{name}: {change}";
        }
    }

    static string? Change(string field, JsonNode? before, JsonNode? after) =>
        field switch
        {
            _ when JsonNode.DeepEquals(before, after) => null,
            "hardware" => "its processors, memory, model, networks or domain_xml are declared otherwise",
            "disks" => before is null ? null : "its image, disks or login are declared otherwise", // null: the image was not here
            "layers" => (before as JsonObject ?? [])
                .Where(layer => layer.Value is not null && !JsonNode.DeepEquals(layer.Value, after?[layer.Key]))
                .Select(layer => layer.Key)
                .ToList()
                is { Count: > 0 } layers
                ? $"what goes into its layer {string.Join(" and ", layers)} has changed"
                : null,
            _ => $"{field} is {Text(after)} now, not {Text(before)}",
        };

    static string Text(JsonNode? value) =>
        value switch
        {
            null => "nothing",
            JsonObject map => string.Join(", ", map.Select(field => $"{field.Key} {Text(field.Value)}")),
            _ => value.ToString(),
        };

    JsonNode? Find(string list, string name) =>
        saved[list]!.AsArray().FirstOrDefault(item => item is JsonObject && (string?)item["name"] == name);

    /// <summary>A network may be on several hypervisors.</summary>
    static bool IsOf(JsonNode? item, JsonObject other) =>
        JsonNode.DeepEquals(item?["name"], other["name"])
        && (item?["cidr"] is null || JsonNode.DeepEquals(item["hypervisor"], other["hypervisor"]));
}
