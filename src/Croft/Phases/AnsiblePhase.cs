using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Guests;
using Croft.Planning;

namespace Croft.Phases;

/// <summary>
/// A phase given as an Ansible task list, run by the real ansible-playbook over the guest's shared connection. It sees the whole farm's
/// inventory.
/// </summary>
sealed class AnsiblePhase(IExecution execution, PhaseFiles files)
{
    /// <summary>
    /// Runs it and returns its exit code, with the task that failed and why, no words when no task did, and whether a host could not be
    /// reached: Ansible's exit code says that of files that it cannot read, too.
    /// </summary>
    public async Task<(int Code, string Words, bool IsUnreachable)> RunAsync(
        PlannedMachine machine,
        PhaseFile file,
        IGuest guest,
        Action<string> line,
        CancellationToken cancel
    )
    {
        var step = PhaseFiles.Name(file.Phase);
        var folder = Directory.CreateDirectory(FolderOf(machine, file)).FullName;
        var inventory = AnsibleInventory.Of(execution.Plan, execution.Records.Values, execution.Ssh, files.Root, every: true);
        var facts = await FactsAsync(machine, guest, cancel);
        var refusal = new AnsibleRefusal();
        PlayedTask? begun = null;
        var unreachable = false;
        using var channels = new ChannelDesk(execution.Ssh.Sockets, GuestOf);
        var play = new AnsiblePlay(folder, execution.Ansible, execution.Farm.Project, files.Root)
        {
            Facts = execution.Journal.Folder.FactsPath,
            GathersOnce = execution.Farm.Project.GatherFacts is not ["yes"],
            Known = PhaseVariables.Facts(execution.Plan, machine, file),
            Extra = AnsibleInventory.AsText(JsonNode.Parse(execution.Farm.Project.Extra)!.AsObject()),
            Desk = Passwords().Concat(Channels(channels)).ToDictionary(),
            Task = Tell,
        };
        var result = await play.Playing(step, Playbook(machine, file, facts), AnsibleInventory.AsYaml(inventory), printed =>
            {
                var text = files.AsUserKnows(printed);
                line(text);
                refusal.Take(text);
            })
            .RunAsync(cancel);
        return (
            result.ExitCode,
            result.ExitCode == 0 ? ""
            : play.Failure(machine.Spec.Name, Shown) is { } failure ? failure
            : Shown(refusal.After(begun).Replace(Path.Combine(folder, "roles") + ":", "", StringComparison.Ordinal)),
            unreachable
        );

        void Tell(PlayedTask task)
        {
            begun = task;
            unreachable |= task.Result == "unreachable";
            Now = task.Result is null ? $"task \"{task.Name}\"" : Now;
            execution.Journal.Task(machine.Spec.Name, step, task.Name, Shown(task.Place), task.Result);
        }
    }

    /// <summary>The task that began last; null before the first.</summary>
    public string? Now { get; set; }

    /// <summary>Empty where no machine has a password.</summary>
    Dictionary<string, string?> Passwords()
    {
        var known = Machines
            .Where(m => m.Spec.Login.Secrets.Any())
            .Select(m => GuestAccess.Of(execution.Plan.Farm, m.Hypervisor, m.Spec))
            .ToList();
        return known.Count > 0 && execution.Ssh.Desk is { } desk ? desk.Environment(known) : [];
    }

    /// <summary>Empty where no machine is reached so.</summary>
    Dictionary<string, string?> Channels(ChannelDesk desk) =>
        Machines.Any(m => m.Spec.Login.Connection == ConnectionKind.Engine) ? desk.Environment() : [];

    ChannelGuest? GuestOf(string name) =>
        Machines.FirstOrDefault(m => AnsibleInventory.IdOf(m).ToString() == name) is { Hypervisor: not null } machine
            ? execution.GuestOf(machine) as ChannelGuest
            : null;

    IEnumerable<PlannedMachine> Machines => execution.Plan.Machines.Concat(execution.Plan.Others);

    /// <summary>Paths as the user would write them, from the farm's folder.</summary>
    string Shown(string text) =>
        files.AsUserKnows(text).Replace(execution.Farm.Directory + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    /// <summary>What it took from the project's folder.</summary>
    public LayerTrace TraceOf(PlannedMachine machine, PhaseFile file) =>
        LayerTrace.OfFiles(Path.Combine(FolderOf(machine, file), AnsiblePlay.OpenedName), execution.Ansible.Variables);

    string FolderOf(PlannedMachine machine, PhaseFile file) =>
        execution.Journal.Folder.AnsiblePath(machine.Spec.Name, PhaseFiles.Name(file.Phase));

    /// <summary>What the play says of facts. A guest without Python can be given one by <c>raw</c>, so it is asked first.</summary>
    async Task<JsonObject> FactsAsync(PlannedMachine machine, IGuest guest, CancellationToken cancel)
    {
        const string Look = "for python in python3 python /usr/libexec/platform-python; do command -v $python && exit; done; exit 1";
        var project = execution.Farm.Project;
        if (project.GatherFacts is ["yes" or "no"])
            return new JsonObject { ["gather_facts"] = project.GatherFacts[0] == "yes" };
        var there =
            PhaseVariables.For(execution.Plan, machine, null, "").ContainsKey(AnsibleInventory.Python)
            || LayerTrace.HasGathered(execution.Journal.Folder.FactsPath, machine.Spec.Name)
            || (await guest.RunAsync(new(Look), cancel)).ExitCode == 0;
        return !there ? new JsonObject { ["gather_facts"] = false }
            : project.GatherFacts is ["auto"] ? []
            : new JsonObject { ["gather_subset"] = new JsonArray([.. project.GatherFacts.Select(subset => (JsonNode)subset)]) };
    }

    JsonArray Playbook(PlannedMachine machine, PhaseFile file, JsonObject facts) =>
        new(
            new JsonObject(facts.Select(fact => KeyValuePair.Create(fact.Key, fact.Value?.DeepClone())))
            {
                ["name"] = PhaseFiles.Name(file.Phase),
                ["hosts"] = machine.Spec.Name,
                ["become"] = machine.Spec.Login.Become is not null,
                ["environment"] = new JsonObject { [PhaseMark.Variable] = PhaseMark.Of(execution.Journal.Folder, file.Phase) },
                ["roles"] = new JsonArray(AnsiblePlay.Role),
                ["tasks"] = new JsonArray(Import(file.File)),
                ["handlers"] = Handlers(files, execution.Farm),
            }
        );

    /// <summary>Those of the phases' or the project's <c>handlers/main.yaml</c>; a task list has no place for them.</summary>
    internal static JsonArray Handlers(PhaseFiles files, Farm farm) =>
        new([
            .. (
                from folder in new[] { files.Root, farm.Project.Root }
                from name in new[] { "main.yaml", "main.yml" }
                let path = Path.Combine(folder, "handlers", name)
                where File.Exists(path)
                select Import(path)
            ).Take(1),
        ]);

    /// <summary>A path alone would be read as a line of arguments, in which quotes and <c>=</c> mean something.</summary>
    internal static JsonObject Import(string file) => new() { ["import_tasks"] = new JsonObject { ["file"] = file } };
}
