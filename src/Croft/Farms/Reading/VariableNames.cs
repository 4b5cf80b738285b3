namespace Croft.Farms.Reading;

/// <summary>
/// The names that <c>vars</c> cannot have: what Croft or Ansible sets itself would be overwritten, or overwrite, without a word.
/// </summary>
static class VariableNames
{
    /// <summary>Scripts see all names in upper case.</summary>
    static readonly HashSet<string> Own = new(StringComparer.OrdinalIgnoreCase)
    {
        "vm",
        "vm_name",
        "platform",
        "target",
        "kvm_host",
        "project_id",
        "project_revision",
        "phases_lookup_dir_path",
        "phase_run",
        "ansible_host",
        "ansible_port",
        "ansible_ssh_host",
        "ansible_ssh_port",
        "ansible_ssh_args",
        "ansible_ssh_common_args",
        "ansible_ssh_extra_args",
        "ansible_control_path",
    };

    /// <summary>Ansible's magic variables.</summary>
    static readonly HashSet<string> Magic = new(StringComparer.Ordinal)
    {
        "hostvars",
        "groups",
        "group_names",
        "inventory_hostname",
        "inventory_hostname_short",
        "inventory_dir",
        "inventory_file",
        "playbook_dir",
        "omit",
        "role_name",
        "role_names",
        "role_path",
        "play_hosts",
        "ansible_facts",
        "ansible_local",
        "ansible_play_batch",
        "ansible_play_hosts",
        "ansible_play_hosts_all",
        "ansible_play_name",
        "ansible_version",
        "ansible_check_mode",
        "ansible_playbook_python",
        "ansible_inventory_sources",
    };

    /// <summary>Of other names those that scripts cannot tell apart from one of these, with which one: they differ in case alone.</summary>
    public static IEnumerable<(string Name, string Other)> Same(IEnumerable<string> names, IEnumerable<string> others)
    {
        var known = names.ToLookup(name => name, StringComparer.OrdinalIgnoreCase);
        return from other in others from name in known[other] where name != other select (name, other);
    }

    /// <summary>What is wrong with a name that is the same to scripts.</summary>
    public static string SameToScripts(string name, string place, string other) =>
        $"{Words.Quote(other)}{place} is the same to scripts: CROFT_{name.ToUpperInvariant()}";

    public static void Check(YamlMap vars, ProblemList problems)
    {
        Dictionary<string, YamlEntry> seen = new(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in vars.Entries)
        {
            if (Own.Contains(entry.Key) || Magic.Contains(entry.Key))
            {
                problems.AddKey(
                    vars,
                    entry,
                    $"{(Own.Contains(entry.Key) ? "Croft" : "Ansible")} sets this variable itself",
                    "choose another name"
                );
            }
            else if (!seen.TryAdd(entry.Key, entry))
            {
                var other = seen[entry.Key];
                problems.AddKey(vars, entry, SameToScripts(entry.Key, $", at line {other.KeyAt.Line},", other.Key), "keep one of them");
            }
        }
    }
}
