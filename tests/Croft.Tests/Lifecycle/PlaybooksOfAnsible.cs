using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Phases;
using Croft.Tests.Farms;

namespace Croft.Tests.Lifecycle;

/// <summary>What the installed Ansible makes of Croft's variables, plugin and locale, without a guest.</summary>
public sealed class PlaybooksOfAnsible : IDisposable
{
    readonly TemporaryFolder folder = new();
    HostAnsible? ansible;

    public PlaybooksOfAnsible()
    {
        if (!File.Exists("/usr/bin/ansible-playbook"))
            Assert.Skip("ansible-playbook is not installed");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task SeeTextsAsTheyAreWrittenAndMaySetThemAnew()
    {
        var (code, _) = await PlayAsync(
            """
            - set_fact: { level: 4 }
            - assert: { that: [ "level == 4", "fmt == '{' + '{.Names}}'", "sha == '0123456'", "ver == '1.10'", "number == 3", "nested.list[0] == '{' + '% raw'" ] }
            """,
            """{ "level": 3, "fmt": "{{.Names}}", "sha": "0123456", "ver": "1.10", "number": 3, "nested": { "list": ["{% raw"] } }""");
        Assert.Equal(0, code);
    }

    [Theory]
    [InlineData("- name: t\n  command: sh -c 'echo \"{{ item }} is bad\" >&2; [ {{ item }} = one ]'\n  loop: [one, two, three]", "task \"t\" at phases/main.yaml:1 (item=two): non-zero return code: two is bad")]
    [InlineData("- name: t\n  include_tasks: gone.yml", "task \"t\" at phases/main.yaml:1: Could not find or access '")]
    [InlineData("- name: t\n  fail: { msg: [not, good] }", "task \"t\" at phases/main.yaml:1: not, good")]
    [InlineData("- name: t\n  fail: { msg: secret }\n  no_log: true", "task \"t\" at phases/main.yaml:1: the output has been hidden")]
    [InlineData("- fail: { msg: one }\n  ignore_errors: true\n- name: t\n  block:\n    - fail: { msg: two }\n  rescue:\n    - name: in vain\n      fail: { msg: three }", "task \"in vain\" at phases/main.yaml:7: three")]
    [InlineData("- include_role: { name: bad }", "task \"bad : in a role\" at roles/bad/tasks/main.yml:1: not in {")]
    [InlineData("- name: t\n  shout: {}", "couldn't resolve module/action 'shout'")]
    [InlineData("- name: t\n  include_role: { name: web }", "the role 'web' was not found in ")]
    public async Task SayWhyTheyFailedInAnyFormat(string tasks, string reason)
    {
        foreach (var format in (string[])["default", "yaml", "minimal"])
        {
            folder.Write("roles/bad/tasks/main.yml", "- name: in a role\n  fail: { msg: 'not in {{ \"{\" }}' }");
            folder.Write("ansible.cfg", format == "yaml" ? "[defaults]\ncallback_result_format = yaml\n" : $"[defaults]\nstdout_callback = {format}\n");
            var (code, words) = await PlayAsync(tasks, "{}");
            Assert.NotEqual(0, code);
            Assert.StartsWith(reason, words, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("C")]
    [InlineData("POSIX")]
    [InlineData("en_XX.UTF-8")]
    [InlineData("de_DE.ISO-8859-1")]
    public async Task BeginInAnyLocale(string locale) => Assert.Equal((0, ""), await PlayAsync("- debug: { msg: \u00fc }", "{}", locale));

    [Fact]
    public async Task AreOfAnotherVersionWithAnotherCollectionOrRole()
    {
        folder.Write("ansible.cfg", "[defaults]\ncollections_path = ./collections\nlibrary = ./plugins/modules\n");
        List<string> seen = [await VersionAsync()];
        foreach (var (file, text) in ((string, string)[])[
            ("collections/ansible_collections/k/t/MANIFEST.json", "1.0.0"), ("collections/ansible_collections/k/t/MANIFEST.json", "2.0.0"),
            ("collections/ansible_collections/k/u/galaxy.yml", "1"), ("collections/ansible_collections/k/u/roles/a.yml", "2"), ("roles/web/tasks/main.yml", "3"), ("plugins/filter/f.py", "4")])
        {
            folder.Write(file, text);
            seen.Add(await VersionAsync());
        }

        Assert.Distinct(seen);
        Assert.Equal(seen[^1], await VersionAsync());
        Assert.StartsWith("ansible-playbook [core ", seen[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task FindInTheProjectsFolderWhatAPlaybookThereFindsAndLeaveNothing()
    {
        foreach (var (file, text) in ((string, string)[])[
            ("ansible.cfg", "[defaults]\ncollections_path = elsewhere\n[ssh_connection]\nssh_args = -o ControlPath=mine -o Compression=yes -F mine\n"),
            ("group_vars/all.yml", "from_group: root\nfrom_phases: root\n"), ("phases/group_vars/all.yml", "from_phases: phases\nonly_phases: phases\n"), ("host_vars/a.yml", "from_host: root\n"),
            ("roles/web/tasks/main.yml", "- set_fact: { role: root }\n  notify: told\n  changed_when: true\n- meta: flush_handlers\n"), ("roles/web/handlers/main.yml", "- name: told\n  set_fact: { handled: true }\n"),
            ("roles/both/tasks/main.yml", "- set_fact: { both: root }\n"), ("phases/roles/both/tasks/main.yml", "- set_fact: { both: phases }\n"),
            ("roles/web/meta/main.yml", "dependencies: [deep]"), ("roles/deep/tasks/main.yml", "- set_fact: { deep: root }\n"),
            ("library/shout.sh", "#!/bin/sh\necho '{\"changed\": false, \"said\": \"loud\"}'\n"), ("filter_plugins/f.py", "class FilterModule:\n    def filters(self):\n        return {'loud': lambda text: text.upper()}\n"),
            ("collections/ansible_collections/k/t/roles/r/tasks/main.yml", "- set_fact: { collected: true }\n"),
            ("tasks/more.yml", "- set_fact: { more: root }\n"), ("handlers/main.yml", "- name: shutdown\n  set_fact: { own_handler: true }\n"),
            ("templates/t.j2", "{{ from_group }}"), ("files/f.txt", "file"), ("vars/v.yml", "from_vars: root\n"), ("phases/templates/mine.j2", "phases"), ("templates/mine.j2", "root")])
            folder.Write("project/" + file, text);
        folder.Write("above.txt", "above");
        var before = Directory.GetFileSystemEntries(Path.Combine(folder.Path, "project"), "*", SearchOption.AllDirectories).Order();
        var (code, words) = await PlayAsync(
            """
            - import_role: { name: web }
            - include_role: { name: "{{ 'both' }}" }
            - import_role: { name: k.t.r }
            - import_tasks: tasks/more.yml
            - import_tasks: ../tasks/more.yml
            - include_vars: v.yml
            - shout:
              register: shouted
            - debug: { msg: told }
              changed_when: true
              notify: shutdown
            - meta: flush_handlers
            - assert:
                that:
                  - [role, handled, deep, both, more, from_group, from_host, from_vars, from_phases, only_phases, own_handler, collected] == ['root', true, 'root', 'phases', 'root', 'root', 'root', 'root', 'root', 'phases', true, true]
                  - shouted.said == 'loud' and 'a' | loud == 'A'
                  - lookup('template', 't.j2') == 'root' and lookup('file', 'f.txt') == 'file' and lookup('template', 'mine.j2') == 'phases'
                  - lookup('file', playbook_dir + '/../above.txt') == 'above' and playbook_dir == lookup('pipe', 'pwd')
                  - lookup('config', 'ssh_args', plugin_type='connection', plugin_name='ssh') | trim == '-o Compression=yes'
            """.Replace("- [role", "- \"[role", StringComparison.Ordinal).Replace("true, true]", "true, true]\"", StringComparison.Ordinal), "{}", root: "project");
        Assert.True(code == 0, words);
        Assert.Equal(before, Directory.GetFileSystemEntries(Path.Combine(folder.Path, "project"), "*", SearchOption.AllDirectories).Where(f => !f.EndsWith("phases/main.yaml") && !f.EndsWith("farm.yaml") && !f.Contains(".croft")).Order());
    }

    async Task<string> VersionAsync() => (await HostAnsible.ReadAsync(Project("", "[]").Project, TestContext.Current.CancellationToken)).Key;

    Farm Project(string root, string tasks)
    {
        folder.Write(Path.Combine(root, "phases/main.yaml"), tasks);
        return FarmFile.Read(folder.Write(Path.Combine(root, "farm.yaml"), "farm: f\nproject: { phases: phases }\n"), Reading.Defaults).Require();
    }

    async Task<(int Code, string Words)> PlayAsync(string tasks, string variables, string? locale = null, string root = "")
    {
        var farm = Project(root, tasks);
        var files = PhaseFiles.Take(farm, TestContext.Current.CancellationToken);
        var playbook = new JsonArray(new JsonObject
        {
            ["hosts"] = "all",
            ["gather_facts"] = false,
            ["tasks"] = new JsonArray(new JsonObject { ["import_tasks"] = Path.Combine(files.Root, "main.yaml") }),
            ["handlers"] = AnsiblePhase.Handlers(files, farm),
        });
        var list = JsonNode.Parse("""{ "_meta": { "hostvars": { "a": { "ansible_connection": "local", "ansible_python_interpreter": "/usr/bin/python3" } } } }""")!.AsObject();
        var inventory = AnsibleInventory.AsYaml(list, AnsibleInventory.AsText(JsonNode.Parse(variables)!.AsObject()));
        var refusal = new AnsibleRefusal();
        ansible ??= await HostAnsible.ReadAsync(farm.Project, TestContext.Current.CancellationToken);
        var play = new AnsiblePlay(Directory.CreateDirectory(Path.Combine(folder.Path, "run" + Guid.NewGuid())).FullName, ansible, farm.Project, files.Root);
        var tool = play.Playing("main", playbook, inventory, refusal.Take);
        if (locale is not null)
            tool = tool with { Environment = new Dictionary<string, string?>(tool.Environment) { ["LC_ALL"] = locale } };
        var said = await tool.RunAsync(TestContext.Current.CancellationToken);
        string Shown(string text) => files.AsUserKnows(text).Replace(farm.Directory + "/", "", StringComparison.Ordinal);
        return (said.ExitCode, play.Failure("a", Shown) ?? Shown(refusal.Words));
    }
}
