using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Guests;
using Croft.Phases;
using Croft.Planning;
using Croft.Tests.Farms;
using Croft.Tests.Planning;
using Croft.Tools;

namespace Croft.Tests.Lifecycle;

/// <summary>
/// Small projects, each run as Croft's phase and by a bare <c>ansible-playbook</c> as a playbook of the user's, with what
/// <c>croft inventory</c> prints: what they see is the same. The machines are this host.
/// </summary>
public sealed class ProjectsAsPlaybooks : IDisposable
{
    const string Farm = """
        farm: lab
        hypervisors: { h1: { uri: "qemu:///system" } }
        platforms: { odd-os: { image: debian_13, groups: [linux], vars: { level: platform } } }
        networks: { lan: { cidr: 10.9.0.0/24 } }
        vms:
          list:
            - { name: a, platform: odd-os, target: amd64, groups: [web, db], vars: { level: entry }, properties: { role: primary } }
            - { name: b, platform: odd-os, target: amd64, disks: [ { name: data, size: 1GiB } ] }
        project:
          phases: phases
          vars: { ansible_connection: local, ansible_python_interpreter: /usr/bin/python3, sha: 61e9540, level: project, over: project, text: "{{ no }}" }

        """;

    readonly TemporaryFolder folder = new();

    public ProjectsAsPlaybooks()
    {
        if (!File.Exists("/usr/bin/ansible-playbook"))
            Assert.Skip("ansible-playbook is not installed");
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Files as <c>path: content</c> in YAML; the tasks; what they see, <c>name = expression</c>.</summary>
    public static TheoryData<string, string, string, string> Projects =>
        new()
        {
            {
                "files of the project",
                """
                    ansible.cfg: "[defaults]\nhash_behaviour = merge\nroles_path = more_roles\n"
                    roles/web/tasks/main.yml: "- include_tasks: deeper.yml\n- set_fact: { of_role: '{{ of_default }} {{ of_vars }} {{ role_path | basename }}' }\n"
                    roles/web/tasks/deeper.yml: "- set_fact: { deeper: '{{ lookup(\"template\", \"r.j2\") }}' }\n"
                    roles/web/templates/r.j2: "role {{ sha }}"
                    roles/web/defaults/main.yml: "of_default: default\nlevel: default\n"
                    roles/web/vars/main.yml: "of_vars: vars\n"
                    roles/web/meta/main.yml: "dependencies: [{ role: base, given: 1 }]\n"
                    more_roles/base/tasks/main.yml: "- set_fact: { base: '{{ given }}' }\n"
                    tasks/more.yml: "- set_fact: { more: '{{ lookup(\"file\", \"f.txt\") }}' }\n"
                    files/f.txt: "file"
                    templates/t.j2: "{% for g in groups.vms %}{{ g }} {% endfor %}"
                    vars/v.yml: "map: { b: 2 }\n"
                    group_vars/all.yml: "map: { a: 1 }\nover: all\n"
                    group_vars/web/one.yml: "over: web\n"
                    host_vars/a.yml: "of_host: host\n"
                    """,
                """
                    - import_role: { name: web }
                    - import_tasks: tasks/more.yml
                    - include_vars: v.yml
                    """,
                """
                    role = of_role
                    deeper = deeper
                    base = base
                    more = more
                    template = lookup('template', 't.j2')
                    merged = map
                    over = over
                    host = of_host
                    level = level
                    here = playbook_dir
                    cwd = lookup('pipe', 'pwd')
                    above = lookup('file', playbook_dir + '/../above.txt')
                    """
            },
            {
                "own code",
                """
                    library/shout.py: "from ansible.module_utils.basic import AnsibleModule\nfrom ansible.module_utils.voice import loud\nm = AnsibleModule(argument_spec=dict(text=dict()))\nm.exit_json(said=loud(m.params['text']))\n"
                    module_utils/voice.py: "def loud(text):\n    return text.upper()\n"
                    filter_plugins/f.py: "class FilterModule:\n    def filters(self):\n        return {'twice': lambda text: text * 2}\n"
                    test_plugins/t.py: "class TestModule:\n    def tests(self):\n        return {'short': lambda text: len(text) < 3}\n"
                    lookup_plugins/l.py: "from ansible.plugins.lookup import LookupBase\nclass LookupModule(LookupBase):\n    def run(self, terms, variables=None, **kwargs):\n        return [variables['sha'] + t for t in terms]\n"
                    action_plugins/act.py: "from ansible.plugins.action import ActionBase\nclass ActionModule(ActionBase):\n    def run(self, tmp=None, task_vars=None):\n        return dict(super().run(tmp, task_vars), acted=task_vars['inventory_hostname'])\n"
                    library/act.py: ""
                    vars_plugins/p.py: "from ansible.plugins.vars import BaseVarsPlugin\nclass VarsModule(BaseVarsPlugin):\n    REQUIRES_ENABLED = False\n    def get_vars(self, loader, path, entities, cache=True):\n        return {'plugged': 1}\n"
                    collections/ansible_collections/k/t/roles/r/tasks/main.yml: "- set_fact: { collected: '{{ \"x\" | k.t.wrap }}' }\n"
                    collections/ansible_collections/k/t/plugins/filter/w.py: "class FilterModule:\n    def filters(self):\n        return {'wrap': lambda text: '<' + text + '>'}\n"
                    """,
                """
                    - shout: { text: hello }
                      register: shouted
                    - act:
                      register: acted
                    - import_role: { name: k.t.r }
                    """,
                """
                    module = shouted.said
                    filter = 'a' | twice
                    test = 'a' is short
                    lookup = lookup('l', 'x')
                    action = acted.acted
                    vars = plugged
                    collection = collected
                    """
            },
            {
                "handlers, blocks, loops",
                """
                    handlers/main.yml: "- name: one\n  set_fact: { one: handled }\n- name: two\n  listen: several\n  set_fact: { two: handled }\n"
                    roles/r/tasks/main.yml: "- command: 'true'\n  notify: [own, one]\n"
                    roles/r/handlers/main.yml: "- name: own\n  set_fact: { own: handled }\n"
                    """,
                """
                    - include_role: { name: r }
                    - command: "true"
                      notify: several
                    - meta: flush_handlers
                    - block:
                        - fail: { msg: on purpose }
                      rescue:
                        - set_fact: { rescued: "{{ ansible_failed_result.msg }}" }
                      always:
                        - set_fact: { always: 1 }
                    - command: echo {{ item.0 }} {{ item.1 }}
                      loop: "{{ ['x', 'y'] | product([1, 2]) | list }}"
                      register: looped
                    - command: "false"
                      ignore_errors: true
                      register: ignored
                    - shell: echo $WORD
                      environment: { WORD: "{{ sha }}" }
                      register: environment_of
                    - set_fact: { skipped_: 1 }
                      when: level == 'platform'
                    """,
                """
                    handlers = [one, two, own]
                    rescued = rescued
                    always = always
                    looped = looped.results | map(attribute='stdout') | list
                    ignored = ignored.rc
                    env = environment_of.stdout
                    skipped = skipped_ is defined
                    """
            },
            {
                "the farm's world",
                """
                    group_vars/linux.yml: "of_group: linux\n"
                    """,
                """
                    - command: echo {{ inventory_hostname }}
                      delegate_to: "{{ kvm_host }}"
                      register: there
                    - command: echo once
                      run_once: true
                      register: once
                    - set_fact: { for_other: 1 }
                      delegate_to: b
                      delegate_facts: true
                    - command: id -un
                      become: "{{ lookup('pipe', 'id -u') == '0' }}"
                      register: who
                    """,
                """
                    groups = groups.web + groups.db + groups.linux + groups.odd_os + groups.amd64 + groups.farm_lab + groups.hypervisor_h1 + groups.hypervisors
                    mine = group_names | intersect(['web', 'db', 'linux', 'amd64']) | sort
                    vm = vm
                    other = hostvars.b.vm.disks
                    others_level = hostvars.b.level
                    delegated = there.stdout
                    once = once.stdout
                    facts_of_other = hostvars.b.for_other
                    host = hostvars.h1.ansible_connection
                    sha = sha
                    text = text
                    of_group = of_group
                    project = project_id
                    hosts = ansible_play_hosts
                    who = who.stdout
                    address = ansible_host
                    """
            },
            {
                "facts and secrets",
                """
                    ansible.cfg: "[defaults]\nvault_password_file = secret\n"
                    secret: "word"
                    group_vars/all/vault.yml: |
                      $ANSIBLE_VAULT
                    """,
                """
                    - setup: { gather_subset: ["!all"] }
                    - set_fact: { kept: 1, cacheable: true }
                    - debug: { msg: "{{ hidden }}" }
                      no_log: true
                    """,
                """
                    system = ansible_system
                    python = ansible_python_version
                    nodename = ansible_nodename
                    hidden = hidden
                    kept = kept
                    default = missing | default('x')
                    env = lookup('env', 'HOME')
                    version = ansible_version.string
                    """
            },
        };

    [Theory]
    [MemberData(nameof(Projects))]
    public async Task SeeTheSame(string name, string files, string tasks, string seen)
    {
        Assert.NotEmpty(name);
        var root = Path.Combine(folder.Path, "above/project");
        folder.Write("above/above.txt", "above");
        foreach (var (file, content) in Map(files))
            folder.Write($"above/project/{file}", (string)content!);
        await HideAsync(root);
        folder.Write(
            "above/project/phases/main.yaml",
            tasks
                + "\n- copy:\n    dest: \"{{ lookup('env', 'OUT') }}\"\n    content: \"{{ all_seen | to_json }}\"\n  vars:\n    all_seen:\n"
                + string.Concat(seen.Split('\n').Select(s => s.Split(" = ", 2)).Select(s => $"      {s[0]}: \"{{{{ {s[1]} }}}}\"\n"))
        );
        var farm = FarmFile.Read(folder.Write("above/project/farm.yaml", Farm), Reading.Defaults).Require();
        var input = Lab.Input(farm, Lab.Host("h1"));
        var plan = Planner.Make(input) with { Seen = new(input.Inventory, input.Inventory, [], []) };

        var own = await AsPhaseAsync(plan, root);
        var bare = await AsPlaybookAsync(plan, root);
        Assert.Equal(bare.ToJsonString(), own.ToJsonString());
        Assert.All(own, one => Assert.False(one.Value is null, one.Key));
    }

    SshFiles Ssh => new(folder.Path, "/key", "/sockets");

    async Task<JsonObject> AsPhaseAsync(Plan plan, string root)
    {
        var files = PhaseFiles.Take(plan.Farm, TestContext.Current.CancellationToken);
        var ansible = await HostAnsible.ReadAsync(plan.Farm.Project, folder.Path, install: false, TestContext.Current.CancellationToken);
        var play = new AnsiblePlay(
            Directory.CreateDirectory(Path.Combine(root, ".croft/run")).FullName,
            ansible,
            plan.Farm.Project,
            files.Root
        )
        {
            Known = PhaseVariables.Facts(plan, plan.Machines[0], files.Find(Phase.Main, "odd-os", "amd64")!),
        };
        var playbook = new JsonArray(
            new JsonObject
            {
                ["hosts"] = "a",
                ["gather_facts"] = false,
                ["roles"] = new JsonArray(AnsiblePlay.Role),
                ["tasks"] = new JsonArray(AnsiblePhase.Import(Path.Combine(files.Root, "main.yaml"))),
                ["handlers"] = AnsiblePhase.Handlers(files, plan.Farm),
            }
        );
        var inventory = AnsibleInventory.AsYaml(AnsibleInventory.Of(plan, [], Ssh, files.Root, every: true));
        var said = new List<string>();
        return await ResultOfAsync(play.Playing("main", playbook, inventory, said.Add), said);
    }

    async Task<JsonObject> AsPlaybookAsync(Plan plan, string root)
    {
        var script = folder.Write("inventory", "#!/bin/sh\ncat \"$0.json\"\n");
        folder.Write("inventory.json", AnsibleInventory.Of(plan, [], Ssh).ToJsonString());
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var handlers = File.Exists(Path.Combine(root, "handlers/main.yml")) ? "  handlers: [ { import_tasks: handlers/main.yml } ]\n" : "";
        folder.Write(
            "above/project/site.yml",
            $"- hosts: a\n  gather_facts: false\n  tasks:\n    - import_tasks: phases/main.yaml\n{handlers}"
        );
        return await ResultOfAsync(new Tool("ansible-playbook", "-i", script, "site.yml") { Directory = root }, []);
    }

    async Task<JsonObject> ResultOfAsync(Tool tool, List<string> said)
    {
        var file = Path.Combine(folder.Path, "out.json");
        File.Delete(file);
        var environment = new Dictionary<string, string?>(tool.Environment ?? new Dictionary<string, string?>())
        {
            ["OUT"] = file,
            ["LC_ALL"] = "C.UTF-8",
        };
        var result = await (tool with { Environment = environment }).RunAsync(TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, string.Join('\n', said) + result.Output + result.Error);
        return JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!.AsObject();
    }

    /// <summary>Puts a secret in the place of a file that only begins like one.</summary>
    static async Task HideAsync(string root)
    {
        if (!File.Exists(Path.Combine(root, "group_vars/all/vault.yml")))
            return;
        await File.WriteAllTextAsync(Path.Combine(root, "plain.yml"), "hidden: found\n");
        await new Tool("ansible-vault", "encrypt", "--output", "group_vars/all/vault.yml", "plain.yml")
        {
            Directory = root,
        }.RunCheckedAsync("hiding", TestContext.Current.CancellationToken);
        File.Delete(Path.Combine(root, "plain.yml"));
    }

    static JsonObject Map(string yaml)
    {
        var problems = new ProblemList();
        var map = Croft.Farms.Reading.YamlReader.Read(yaml, "test", problems);
        Assert.Equal([], problems.Sorted("test"));
        return JsonNode.Parse(Croft.Farms.Reading.YamlJson.Of((Croft.Farms.Reading.YamlMap)map!))!.AsObject();
    }
}
