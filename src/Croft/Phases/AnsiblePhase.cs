using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Planning;
using Croft.Tools;

namespace Croft.Phases;

/// <summary>A phase given as an Ansible task list, run by the real ansible-playbook over the guest's shared connection. It sees the whole farm's inventory.</summary>
sealed class AnsiblePhase(IExecution execution, PhaseFiles files)
{
    /// <summary>Runs it and returns its exit code, with the last task that failed and why; no words when no task did.</summary>
    public async Task<(int Code, string Words)> RunAsync(PlannedMachine machine, PhaseFile file, Action<string> line, CancellationToken cancel)
    {
        var step = PhaseFiles.Name(file.Phase);
        var folder = Directory.CreateDirectory(Path.Combine(execution.Journal.Folder.Root, "ansible", machine.Spec.Name, step)).FullName;
        var inventory = AnsibleInventory.Of(execution.Plan, execution.Records.Values, execution.Ssh);
        var variables = AnsibleInventory.AsText(PhaseVariables.OfFarm(execution.Farm, files.Root));
        Write(Path.Combine(folder, "inventory.json"), AnsibleInventory.AsYaml(inventory, variables).ToJsonString());
        Write(Path.Combine(folder, "playbook.json"), Playbook(machine, file).ToJsonString());
        var results = new AnsibleResults(folder);
        var refusal = new AnsibleRefusal();
        var result = await new Tool("ansible-playbook", "-i", Path.Combine(folder, "inventory.json"), Path.Combine(folder, "playbook.json"))
        {
            IsApart = true,
            Directory = files.Root,
            Environment = results.Environment,
            Line = printed =>
            {
                var text = AsUserKnows(printed);
                line(text);
                refusal.Take(text);
                if (text.StartsWith("TASK [", StringComparison.Ordinal) && text.IndexOf(']', StringComparison.Ordinal) is var end and > 0)
                    execution.Journal.Note(machine.Spec.Name, step, "task: " + text[6..end]);
            },
        }.RunAsync(cancel);
        return (result.ExitCode, result.ExitCode == 0 ? "" : results.Failure() is { } failure ? AsUserKnows(failure) : refusal.Words);
    }

    /// <summary>Files named as the user knows them, not as the run's own copy.</summary>
    string AsUserKnows(string text) => text.Replace(files.Root, files.Source, StringComparison.Ordinal);

    JsonArray Playbook(PlannedMachine machine, PhaseFile file) => new(new JsonObject
    {
        ["name"] = PhaseFiles.Name(file.Phase),
        ["hosts"] = machine.Spec.Name,
        ["gather_facts"] = true,
        ["gather_subset"] = new JsonArray("!all", "min"),
        ["environment"] = new JsonObject { [PhaseMark.Variable] = PhaseMark.Of(execution.Journal.Folder, file.Phase) },
        ["tasks"] = new JsonArray(new JsonObject { ["import_tasks"] = file.File }),
    });

    static void Write(string path, string content)
    {
        using var text = new StreamWriter(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        text.Write(content);
    }
}
