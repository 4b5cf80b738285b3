using System.Buffers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Planning;

namespace Croft.Phases;

/// <summary>
/// The farm as an Ansible inventory: its machines and hypervisors, with the roles' variables, in groups by platform, target, hypervisor and
/// farm, and in the
/// user's own. The address is known before boot, so it is always complete. No group has a host's name, of which Ansible would warn.
/// </summary>
public static class AnsibleInventory
{
    /// <summary>The variable that names the guest's Python.</summary>
    internal const string Python = "ansible_python_interpreter";

    /// <summary>The collection that enters guests by their agents.</summary>
    internal const string AgentCollection = "community.libvirt";

    /// <summary>Its plugin.</summary>
    internal const string AgentPlugin = AgentCollection + ".libvirt_qemu";

    const string Machines = "vms";
    const string Hypervisors = "hypervisors";

    static readonly SearchValues<string> Template = SearchValues.Create(["{{", "{%", "{#"], StringComparison.Ordinal);

    /// <summary>In the form of an inventory script's <c>--list</c>, variables of all hosts in <c>_meta</c>.</summary>
    /// <remarks>Where the farm has several projects, each one's variables are those of a group of its machines.</remarks>
    public static JsonObject Of(Plan plan, IEnumerable<MachineRecord> records, SshFiles ssh)
    {
        var projects = plan.Farm.Projects;
        if (projects.Length == 1)
            return Of(plan, records, ssh, plan.Farm.Project.Phases ?? "", every: false);
        var list = Of(
            plan with
            {
                Farm = plan.Farm with { Projects = [projects[0] with { Vars = "{}" }] },
            },
            records,
            ssh,
            "",
            every: false
        );
        list["all"]!["vars"] = new JsonObject();
        foreach (var project in projects)
        {
            if (list[GroupOf(project.Name)] is JsonObject group)
                group["vars"] = AsText(PhaseVariables.OfFarm(plan.Farm.In(project.Name), project.Phases ?? ""));
        }

        return list;
    }

    /// <summary>The hosts that are no machines: of them a task list may set facts, too.</summary>
    internal static IEnumerable<string> Hosts(Farm farm) => farm.Hypervisors.Select(h => h.Name).Append("localhost");

    /// <summary>The same, for a run.</summary>
    /// <param name="phases">Where the run has the phases.</param>
    /// <param name="every">Whether a group is known by the name that it has in the farm file, too, where Ansible would rather not have
    /// it.</param>
    internal static JsonObject Of(Plan plan, IEnumerable<MachineRecord> records, SshFiles ssh, string phases, bool every)
    {
        var known = records.ToDictionary(r => r.Name, StringComparer.Ordinal);
        var ofProject = AsText(PhaseVariables.OfFarm(plan.Farm, phases))
            .ToLookup(v => v.Key.StartsWith("ansible_", StringComparison.Ordinal));
        var ofMachines = new JsonObject(Clones(ofProject[true])); // hypervisors are reached in their own way
        var hosts = new JsonObject();
        var groups = new SortedDictionary<string, List<string>>(StringComparer.Ordinal) { [Machines] = [], [Hypervisors] = [] };
        foreach (var machine in plan.Machines.Concat(plan.Others))
        {
            var name = machine.Spec.Name;
            var record = known.GetValueOrDefault(name) ?? machine.Existing?.Record;
            hosts[name] = InARun(Host(plan, machine, record, ssh, ofMachines), machine, every);
            foreach (var group in GroupsOf(machine).SelectMany(g => every ? new[] { g, Valid(g) } : [Valid(g)]).Distinct())
                (groups.TryGetValue(group, out var members) ? members : groups[group] = []).Add(name);
        }

        foreach (var hypervisor in plan.Farm.Hypervisors)
        {
            var host = hypervisor.Machine is not { } inner ? Host(hypervisor) : hosts[inner]?.DeepClone().AsObject();
            if (host is null)
                continue; // it could not be placed, or is declared no more
            Describe(host, plan, hypervisor);
            hosts[hypervisor.Name] = host;
            groups[Hypervisors].Add(hypervisor.Name);
        }

        foreach (var taken in groups.Keys.Where(g => g is "all" or "ungrouped" || hosts.ContainsKey(g)).ToList())
            groups.Remove(taken);
        var list = new JsonObject { ["_meta"] = new JsonObject { ["hostvars"] = hosts } };
        list["all"] = new JsonObject
        {
            ["children"] = new JsonArray([.. groups.Keys.Select(g => (JsonNode)g)]),
            ["vars"] = new JsonObject(Clones(ofProject[false])),
        };
        foreach (var (group, members) in groups)
            list[group] = new JsonObject { ["hosts"] = new JsonArray([.. members.Select(m => (JsonNode)m)]) };
        list[Machines]!["vars"] = ofMachines;
        return list;
    }

    /// <summary>Says of a host what the roles say of a hypervisor.</summary>
    static void Describe(JsonObject host, Plan plan, HypervisorSpec hypervisor)
    {
        foreach (var (name, value) in Clones(PhaseVariables.OfHypervisor(plan, hypervisor.Name)))
            host[name] = value;
        if (hypervisor.UriThere is { } uri)
            host["ansible_libvirt_uri"] = uri;
        host["hostjumps"] = PhaseVariables.Jumps(plan, hypervisor.Name);
    }

    /// <summary>The same in the form of an inventory file, which Ansible's YAML plugin reads.</summary>
    public static JsonObject AsYaml(JsonObject list)
    {
        var children = new JsonObject();
        foreach (var (group, content) in list.Where(g => g.Key is not ("_meta" or "all")))
            children[group] = new JsonObject
            {
                ["hosts"] = new JsonObject(
                    content!["hosts"]!.AsArray().Select(h => KeyValuePair.Create(h!.GetValue<string>(), (JsonNode?)new JsonObject()))
                ),
                ["vars"] = content["vars"]?.DeepClone() ?? new JsonObject(),
            };
        return new JsonObject
        {
            ["all"] = new JsonObject
            {
                ["hosts"] = list["_meta"]!["hostvars"]!.DeepClone(),
                ["vars"] = list["all"]?["vars"]?.DeepClone() ?? new JsonObject(),
                ["children"] = children,
            },
        };
    }

    /// <summary>Values for Ansible that are text as they are: what looks like a template in them is none.</summary>
    internal static JsonObject AsText(JsonObject values) => new(values.Select(v => KeyValuePair.Create(v.Key, AsText(v.Value))));

    static JsonNode? AsText(JsonNode? value) =>
        value switch
        {
            JsonObject map => AsText(map),
            JsonArray list => new JsonArray([.. list.Select(AsText)]),
            JsonValue text when text.TryGetValue<string>(out var plain) && plain.AsSpan().ContainsAny(Template) => new JsonObject
            {
                ["__ansible_unsafe"] = plain,
            },
            _ => value?.DeepClone(),
        };

    static IEnumerable<KeyValuePair<string, JsonNode?>> Clones(IEnumerable<KeyValuePair<string, JsonNode?>> values) =>
        values.Select(v => KeyValuePair.Create(v.Key, v.Value?.DeepClone()));

    static IEnumerable<string> GroupsOf(PlannedMachine machine) =>
        (
            (string[])
                [
                    Machines,
                    machine.Spec.Platform,
                    machine.Spec.Target,
                    "farm_" + machine.Farm,
                    .. machine.Hypervisor is { } on ? ["hypervisor_" + on] : (string[])[],
                ]
        )
            .Concat(machine.Spec.Parts.Where(part => part.Project.Length > 0).Select(part => GroupOf(part.Project)))
            .Concat(machine.Spec.Groups);

    static string GroupOf(string project) => Valid("project_" + project);

    /// <summary>A name as Ansible takes it for a group.</summary>
    static string Valid(string name) => Regex.Replace(name, "[^A-Za-z0-9_]|^(?=[0-9])", "_");

    static JsonObject Host(Plan plan, PlannedMachine machine, MachineRecord? record, SshFiles ssh, JsonObject ofAll)
    {
        var nics = record?.Nics ?? machine.Nics;
        var door = GuestAccess.FirstReachable(nics);
        var access = GuestAccess.Of(plan.Farm, machine.Hypervisor, machine.Spec, door);
        var host = AsText(PhaseVariables.OfMachine(plan, machine, record));
        if (machine.Spec.Login.Connection == ConnectionKind.Agent)
            return ByAgent(plan, machine, host);
        host["ansible_host"] = door is null && nics.Any(n => n.IsOutside) ? machine.Spec.Name : access.Address.ToString(); // others may know the name
        host["ansible_port"] = access.Port;
        host["ansible_ssh_common_args"] = SshArguments(access, ssh);
        Default("ansible_user", access.User);
        if (machine.Spec.Login.Become is { } become)
            host["ansible_become_method"] = become.Method.ToString().ToLowerInvariant();
        Default(Python, machine.Spec.Image.Origin is BuiltImage ? "/usr/bin/python3" : "auto_silent");
        return host;

        void Default(string name, string value)
        {
            if (!host.ContainsKey(name) && !ofAll.ContainsKey(name)) // the user's own goes before
                host[name] = value;
        }
    }

    /// <summary>The plugin asks the hypervisor, where the machine has another name.</summary>
    static JsonObject ByAgent(Plan plan, PlannedMachine machine, JsonObject host)
    {
        host["ansible_connection"] = AgentPlugin;
        host["ansible_host"] = IdOf(machine).ToString();
        host["ansible_libvirt_uri"] = plan.Farm.Hypervisors.FirstOrDefault(h => h.Name == machine.Hypervisor)?.Uri;
        host.TryAdd("ansible_user", "root"); // who it is, so that nothing is to become root
        host.TryAdd(Python, machine.Spec.Image.Origin is BuiltImage ? "/usr/bin/python3" : "auto_silent");
        return host;
    }

    /// <summary>A run has desks of its own: for what becoming root asks for, and for the ways of hypervisors into guests.</summary>
    static JsonObject InARun(JsonObject host, PlannedMachine machine, bool isOne)
    {
        if (!isOne)
            return host;
        if (machine.Spec.Login.Connection == ConnectionKind.Engine)
            (host["ansible_connection"], host["ansible_host"]) = ("croft_engine", IdOf(machine).ToString());
        if (machine.Spec.Login.Become?.Password is not null)
            host["ansible_become_password"] = $"{{{{ lookup('croft_password', '{IdOf(machine)}') }}}}";
        return host;
    }

    internal static MachineId IdOf(PlannedMachine machine) => new(machine.Farm, machine.Spec.Name);

    /// <summary>A host outside of the farm: this one, or one by ssh as libvirt itself goes there.</summary>
    static JsonObject Host(HypervisorSpec hypervisor)
    {
        if (hypervisor.IsLocal)
            return new JsonObject { ["ansible_connection"] = "local", [Python] = "{{ ansible_playbook_python }}" };
        var host = new JsonObject { ["ansible_connection"] = "ssh" };
        if (hypervisor.Itself is not { } way)
            return host;
        host["ansible_host"] = way.Host;
        if (way.Port is { } port)
            host["ansible_port"] = port;
        if (way.User is { } user)
            host["ansible_user"] = user;
        if (way.KeyFile is { } key)
            host["ansible_ssh_private_key_file"] = key;
        string[] arguments =
        [
            .. way.IsVerified ? (string[])[] : ["-o", "StrictHostKeyChecking=no"],
            .. way.KnownHosts is { } file ? ["-o", ShellWord.Quote("UserKnownHostsFile=" + SshConfig.Quote(file))] : (string[])[],
        ];
        if (arguments.Length > 0)
            host["ansible_ssh_common_args"] = string.Join(' ', arguments);
        return host;
    }

    /// <summary>
    /// Ansible calls ssh with the address, which ssh_config does not know by itself. By default it shares connections by address alone, but
    /// guests behind different
    /// hypervisors may have the same.
    /// </summary>
    static string SshArguments(GuestAccess access, SshFiles ssh) =>
        string.Join(
            ' ',
            (string[])
                [
                    "-F",
                    ShellWord.Quote(ssh.Config),
                    "-o",
                    $"HostKeyAlias={access.Alias}",
                    "-o",
                    ShellWord.Quote($"ControlPath={SshConfig.SocketOf(access, ssh)}"),
                    .. SshConfig.WayOf(access, ssh) is { } way ? ["-o", ShellWord.Quote("ProxyCommand=" + way.ProxyCommand)] : (string[])[],
                ]
        );
}
