using System.Buffers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Croft.Engines;
using Croft.Guests;
using Croft.Planning;

namespace Croft.Phases;

/// <summary>
/// The farm as an Ansible inventory: each machine in the groups <c>vms</c>, its platform and its target, with the roles' variables.
/// The address is known before boot, so it is always complete.
/// </summary>
public static class AnsibleInventory
{
    /// <summary>The variable that names the guest's Python.</summary>
    internal const string Python = "ansible_python_interpreter";

    static readonly SearchValues<string> Template = SearchValues.Create(["{{", "{%", "{#"], StringComparison.Ordinal);

    /// <summary>In the form of an inventory script's <c>--list</c>, variables of all hosts in <c>_meta</c>.</summary>
    public static JsonObject Of(Plan plan, IEnumerable<MachineRecord> records, SshFiles ssh)
    {
        var known = records.ToDictionary(r => r.Name, StringComparer.Ordinal);
        var hosts = new JsonObject();
        var groups = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var machine in plan.Machines)
        {
            var name = machine.Spec.Name;
            hosts[name] = Host(plan, machine, known.GetValueOrDefault(name), ssh);
            foreach (var group in new[] { "vms", machine.Spec.Platform, machine.Spec.Target }.Select(GroupOf).Distinct().Where(g => g is not ("all" or "ungrouped")))
                (groups.TryGetValue(group, out var members) ? members : groups[group] = []).Add(name);
        }

        foreach (var lonely in groups.Where(g => g.Value is [var only] && only == g.Key).ToList())
            groups.Remove(lonely.Key); // Ansible warns of a group with the name of a host
        var list = new JsonObject { ["_meta"] = new JsonObject { ["hostvars"] = hosts } };
        list["all"] = new JsonObject { ["children"] = new JsonArray([.. groups.Keys.Select(g => (JsonNode)g)]) };
        foreach (var (group, members) in groups)
            list[group] = new JsonObject { ["hosts"] = new JsonArray([.. members.Select(m => (JsonNode)m)]) };
        return list;
    }

    /// <summary>The same in the form of an inventory file, which Ansible's YAML plugin reads.</summary>
    /// <param name="variables">Of all machines. Here they yield to what a task sets, unlike given as an argument.</param>
    public static JsonObject AsYaml(JsonObject list, JsonObject variables)
    {
        var hosts = list["_meta"]!["hostvars"]!.AsObject();
        var children = new JsonObject();
        foreach (var (group, content) in list.Where(g => g.Key is not ("_meta" or "all")))
            children[group] = new JsonObject { ["hosts"] = new JsonObject(content!["hosts"]!.AsArray().Select(h => KeyValuePair.Create(h!.GetValue<string>(), (JsonNode?)new JsonObject()))) };
        return new JsonObject { ["all"] = new JsonObject { ["hosts"] = hosts.DeepClone(), ["vars"] = variables.DeepClone(), ["children"] = children } };
    }

    /// <summary>Values for Ansible that are text as they are: what looks like a template in them is none.</summary>
    internal static JsonObject AsText(JsonObject values) => new(values.Select(v => KeyValuePair.Create(v.Key, AsText(v.Value))));

    static JsonNode? AsText(JsonNode? value) => value switch
    {
        JsonObject map => AsText(map),
        JsonArray list => new JsonArray([.. list.Select(AsText)]),
        JsonValue text when text.TryGetValue<string>(out var plain) && plain.AsSpan().ContainsAny(Template) => new JsonObject { ["__ansible_unsafe"] = plain },
        _ => value?.DeepClone(),
    };

    /// <summary>A name as Ansible takes it for a group.</summary>
    static string GroupOf(string name) => Regex.Replace(name, "[^A-Za-z0-9_]|^(?=[0-9])", "_");

    static JsonObject Host(Plan plan, PlannedMachine machine, MachineRecord? record, SshFiles ssh)
    {
        var access = GuestAccess.Of(plan.Farm, machine.Hypervisor, machine.Spec.Name, GuestAccess.FirstReachable(record?.Nics ?? machine.Nics), machine.Spec.User, hostKey: "");
        var variables = PhaseVariables.For(plan.Farm, machine, plan.Farm.Project.Phases ?? "");
        var host = new JsonObject
        {
            ["ansible_host"] = access.Address.ToString(),
            ["ansible_port"] = access.Port,
            ["ansible_user"] = access.User,
            ["ansible_ssh_common_args"] = SshArguments(access, ssh),
            ["vm"] = AsText(variables["vm"]),
            ["kvm_host"] = machine.Hypervisor,
        };
        if (!variables.ContainsKey(Python)) // the project's own goes before
            host[Python] = machine.Spec.Image is Farms.BuiltImage ? "/usr/bin/python3" : "auto_silent";
        return host;
    }

    /// <summary>
    /// Ansible calls ssh with the address, which ssh_config does not know by itself. By default it shares connections by address alone, but guests behind different
    /// hypervisors may have the same.
    /// </summary>
    static string SshArguments(GuestAccess access, SshFiles ssh) => string.Join(' ', (string[])
    [
        "-F", ShellWord.Quote(ssh.Config), "-o", $"HostKeyAlias={access.Alias}", "-o", ShellWord.Quote($"ControlPath={SshConfig.SocketOf(access, ssh)}"),
        .. SshConfig.WayOf(access, ssh) is { } way ? ["-o", ShellWord.Quote("ProxyCommand=" + way.ProxyCommand)] : (string[])[],
    ]);
}
