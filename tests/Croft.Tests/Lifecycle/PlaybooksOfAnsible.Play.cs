using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Phases;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Lifecycle;

public sealed partial class PlaybooksOfAnsible
{
    async Task<string> VersionAsync() =>
        (await HostAnsible.ReadAsync(Project("", "[]").Project, Cache, install: true, TestContext.Current.CancellationToken)).Key;

    Farm Project(string root, string tasks)
    {
        folder.Write(Path.Combine(root, "phases/main.yaml"), tasks);
        return FarmFile
            .Read(folder.Write(Path.Combine(root, "farm.yaml"), "farm: f\nproject: { phases: phases }\n"), Reading.Defaults)
            .Require();
    }

    async Task<(int Code, string Words)> PlayAsync(
        string tasks,
        string variables,
        string? locale = null,
        string root = "",
        string? facts = null
    )
    {
        var farm = Project(root, tasks);
        var files = PhaseFiles.Take(farm, TestContext.Current.CancellationToken);
        var playbook = new JsonArray(
            new JsonObject
            {
                ["hosts"] = "all",
                ["environment"] = new JsonObject { [PhaseMark.Variable] = "mark" },
                ["tasks"] = new JsonArray(AnsiblePhase.Import(Path.Combine(files.Root, "main.yaml"))),
                ["handlers"] = AnsiblePhase.Handlers(files, farm),
            }
        );
        var list = JsonNode
            .Parse(
                """{ "_meta": { "hostvars": { "a": { "ansible_connection": "local", "ansible_python_interpreter": "/usr/bin/python3" } } } }"""
            )!
            .AsObject();
        list["all"] = new JsonObject { ["vars"] = AnsibleInventory.AsText(JsonNode.Parse(variables)!.AsObject()) };
        var inventory = AnsibleInventory.AsYaml(list);
        var refusal = new AnsibleRefusal();
        PlayedTask? last = null;
        ansible = (await HostAnsible.ReadAsync(farm.Project, Cache, install: true, TestContext.Current.CancellationToken)) with
        {
            Answers = answers,
        };
        played = Directory.CreateDirectory(Path.Combine(farm.StateDirectory, "run" + Guid.NewGuid())).FullName;
        var play = new AnsiblePlay(played, ansible, farm.Project, files.Root)
        {
            Facts = facts ?? Path.Combine(folder.Path, "unused"),
            GathersOnce = true,
            Task = task =>
            {
                last = task;
                (task.Result is null ? begun : ended).Add(task.Result is null ? task.Name : $"{task.Result} {task.Name}");
            },
        };
        lines.Clear();
        begun.Clear();
        ended.Clear();
        if (facts is null)
            playbook[0]!["gather_facts"] = false;
        var tool = play.Playing("main", playbook, inventory, line =>
        {
            lines.Add(line);
            refusal.Take(line);
        });
        if (locale is not null)
            tool = tool with { Environment = new Dictionary<string, string?>(tool.Environment) { ["LC_ALL"] = locale } };
        var said = await tool.RunAsync(TestContext.Current.CancellationToken);
        string Shown(string text) => files.AsUserKnows(text).Replace(farm.Directory + "/", "", StringComparison.Ordinal);
        return (said.ExitCode, play.Failure("a", Shown) ?? Shown(refusal.After(last)));
    }

    /// <summary>What the last play took from the project's folder.</summary>
    LayerTrace Trace() => LayerTrace.OfFiles(Path.Combine(played, AnsiblePlay.OpenedName), Variables);

    /// <summary>The files among that.</summary>
    IEnumerable<string> Read() =>
        Trace()
            .Files.Where(file => file.Key[0] == '/' && file.Value.Length > 0 && file.Key[^1] != '/')
            .Select(file => Path.GetRelativePath(folder.Path, file.Key));

    Dictionary<string, string> Variables { get; } = [];
}
