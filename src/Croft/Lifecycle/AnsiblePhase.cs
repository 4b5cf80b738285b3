using System.Text.Json;
using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Guests;
using Croft.Planning;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>A phase given as an Ansible task list, run by the real ansible-playbook over the guest's shared connection. It sees the whole farm's inventory.</summary>
sealed class AnsiblePhase(FarmWork work)
{
    /// <summary>Runs it and returns its exit code, with the last task that failed and why; no words when no task did.</summary>
    public async Task<(int Code, string Words)> RunAsync(PlannedMachine machine, PhaseFile file, Action<string> line, CancellationToken cancel)
    {
        var phases = work.Controller.Farm.Project.Phases!;
        var step = PhaseFiles.Name(file.Phase);
        var folder = Path.Combine(work.Journal.Folder.Root, "ansible", machine.Spec.Name, step);
        Directory.CreateDirectory(folder);
        var variables = PhaseVariables.For(work.Controller.Farm, machine, phases);
        foreach (var own in (string[])["vm", "kvm_host"])
            variables.Remove(own); // the inventory says it of every host; from here it would be every host's
        Write(Path.Combine(folder, "vars.json"), variables);
        Write(Path.Combine(folder, "inventory.json"), AnsibleInventory.AsYaml(AnsibleInventory.Of(work.Plan, work.Records, work.Controller.Ssh)));
        Write(Path.Combine(folder, "playbook.json"), new JsonArray(new JsonObject
        {
            ["name"] = step,
            ["hosts"] = machine.Spec.Name,
            ["gather_facts"] = true,
            ["gather_subset"] = new JsonArray("!all", "min"),
            ["environment"] = new JsonObject { [PhaseMark.Variable] = PhaseMark.Of(work.Journal.Folder, file.Phase) },
            ["tasks"] = new JsonArray(new JsonObject { ["import_tasks"] = file.File }),
        }));
        var (task, failure) = ("", new List<string>());
        var result = await new Tool("ansible-playbook", "-i", Path.Combine(folder, "inventory.json"), "-e", "@" + Path.Combine(folder, "vars.json"), Path.Combine(folder, "playbook.json"))
        {
            Directory = phases,
            Environment = Variables,
            Line = text =>
            {
                line(text);
                if (text.StartsWith("TASK [", StringComparison.Ordinal) && text.IndexOf(']', StringComparison.Ordinal) is var end and > 0)
                    work.Journal.Note(machine.Spec.Name, step, "task: " + (task = text[6..end]));
                else if (text.StartsWith("fatal: [", StringComparison.Ordinal))
                    failure = [task, text];
                else if (failure.Count > 0 && failure[^1].Length > 0)
                    failure.Add(text);
            },
        }.RunAsync(cancel);
        return (result.ExitCode, failure is [var failed, .. var words] ? $"task \"{failed}\": {Reason(string.Concat(words))}" : "");
    }

    /// <summary>What a failed task's result says: <c>fatal: [a]: FAILED! => {"msg": "no good"}</c>, on one line or several.</summary>
    internal static string Reason(string result)
    {
        var json = result[(result.IndexOf('{', StringComparison.Ordinal) is var at and >= 0 ? at : 0)..];
        try
        {
            var said = JsonNode.Parse(json)!;
            return string.Join(": ", new[] { said["msg"], said["stderr"] }.Select(s => s?.ToString().Trim()).Where(s => s is { Length: > 0 }));
        }
        catch (JsonException)
        {
            return json;
        }
    }

    static void Write(string path, JsonNode content)
    {
        using var text = new StreamWriter(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        text.Write(content.ToJsonString());
    }

    static readonly Dictionary<string, string?> Variables = new()
    {
        ["ANSIBLE_NOCOLOR"] = "1",
        ["ANSIBLE_FORCE_COLOR"] = null,
        ["ANSIBLE_HOST_KEY_CHECKING"] = "True",
        ["ANSIBLE_PIPELINING"] = "True",
        ["ANSIBLE_RETRY_FILES_ENABLED"] = "False",
        ["ANSIBLE_STDOUT_CALLBACK"] = "default",
        ["ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS"] = "ignore",
        ["PYTHONUNBUFFERED"] = "1",
    };
}
