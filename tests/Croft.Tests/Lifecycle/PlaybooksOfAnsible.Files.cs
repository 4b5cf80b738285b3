using System.Text.Json.Nodes;
using Croft.Phases;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Lifecycle;

/// <summary>Which files of the project a playbook reads, and what depends on them.</summary>
public sealed partial class PlaybooksOfAnsible
{
    [Fact]
    public async Task AreOfAnotherVersionWithAnotherCollectionOrRole()
    {
        folder.Write("ansible.cfg", "[defaults]\ncollections_path = ./collections\nlibrary = ./plugins/modules\n");
        List<string> seen = [await VersionAsync()];
        foreach (
            var (file, text) in ((string, string)[])
                [
                    ("collections/ansible_collections/k/t/MANIFEST.json", "1.0.0"),
                    ("collections/ansible_collections/k/t/MANIFEST.json", "2.0.0"),
                    ("collections/ansible_collections/k/u/galaxy.yml", "1"),
                    ("collections/ansible_collections/k/u/roles/a.yml", "2"),
                    ("roles/web/tasks/main.yml", "3"),
                    ("plugins/filter/f.py", "4"),
                ]
        )
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
        foreach (
            var (file, text) in ((string, string)[])
                [
                    (
                        "ansible.cfg",
                        "[defaults]\ncollections_path = elsewhere\n[ssh_connection]\nssh_args = -o ControlPath=mine -o Compression=yes -F mine -J bastion -oPort=2222 -l me -o 'ProxyCommand ssh -W %h:%p b'\n"
                    ),
                    ("group_vars/all.yml", "from_group: root\nfrom_phases: root\n"),
                    ("phases/group_vars/all.yml", "from_phases: phases\nonly_phases: phases\n"),
                    ("host_vars/a.yml", "from_host: root\n"),
                    ("phases/host_vars/a.yml", "from_host: phases\n"),
                    (
                        "roles/web/tasks/main.yml",
                        "- set_fact: { role: root }\n  notify: told\n  changed_when: true\n- meta: flush_handlers\n"
                    ),
                    ("roles/web/handlers/main.yml", "- name: told\n  set_fact: { handled: true }\n"),
                    ("roles/both/tasks/main.yml", "- set_fact: { both: root }\n"),
                    ("phases/roles/both/tasks/main.yml", "- set_fact: { both: phases }\n"),
                    ("roles/web/meta/main.yml", "dependencies: [deep]"),
                    ("roles/deep/tasks/main.yml", "- set_fact: { deep: root }\n"),
                    ("library/shout.sh", "#!/bin/sh\necho '{\"changed\": false, \"said\": \"loud\"}'\n"),
                    (
                        "filter_plugins/f.py",
                        "class FilterModule:\n    def filters(self):\n        return {'loud': lambda text: text.upper()}\n"
                    ),
                    ("collections/ansible_collections/k/t/roles/r/tasks/main.yml", "- set_fact: { collected: true }\n"),
                    ("tasks/more.yml", "- set_fact: { more: root }\n"),
                    ("handlers/main.yml", "- name: shutdown\n  set_fact: { own_handler: true }\n"),
                    ("templates/t.j2", "{{ from_group }}"),
                    ("files/f.txt", "file"),
                    ("vars/v.yml", "from_vars: root\n"),
                    ("phases/templates/mine.j2", "phases"),
                    ("templates/mine.j2", "root"),
                ]
        )
            folder.Write("project/" + file, text);
        folder.Write("above.txt", "above");
        folder.Write("shared/tasks.yml", "- set_fact: { shared: true }\n");
        var before = Directory.GetFileSystemEntries(Path.Combine(folder.Path, "project"), "*", SearchOption.AllDirectories).Order();
        var (code, words) = await PlayAsync(
            """
            - import_role: { name: web }
            - include_role: { name: "{{ 'both' }}" }
            - import_role: { name: k.t.r }
            - import_tasks: tasks/more.yml
            - import_tasks: ../tasks/more.yml
            - import_tasks: ../../shared/tasks.yml
            - include_tasks: "{{ '../../shared/tasks.yml' }}"
            - include_vars: v.yml
            - shout:
              register: shouted
            - debug: { msg: told }
              changed_when: true
              notify: shutdown
            - meta: flush_handlers
            - assert:
                that:
                  - [role, handled, deep, both, more, from_group, from_vars, from_host, from_phases, only_phases, own_handler, collected] == ['root', true, 'root', 'phases', 'root', 'root', 'root', 'phases', 'phases', 'phases', true, true]
                  - shouted.said == 'loud' and 'a' | loud == 'A'
                  - lookup('template', 't.j2') == 'root' and lookup('file', 'f.txt') == 'file' and lookup('template', 'mine.j2') == 'phases'
                  - lookup('file', playbook_dir + '/../above.txt') == 'above' and lookup('file', '../../above.txt') == 'above' and shared and playbook_dir == lookup('pipe', 'pwd')
                  - lookup('config', 'ssh_args', plugin_type='connection', plugin_name='ssh') | trim == '-o Compression=yes'
            """.Replace("- [role", "- \"[role", StringComparison.Ordinal).Replace("true, true]", "true, true]\"", StringComparison.Ordinal),
            "{}",
            root: "project"
        );
        Assert.True(code == 0, words);
        Assert.Equal(
            before,
            Directory
                .GetFileSystemEntries(Path.Combine(folder.Path, "project"), "*", SearchOption.AllDirectories)
                .Where(f => !f.EndsWith("phases/main.yaml") && !f.EndsWith("farm.yaml") && !f.Contains(".croft"))
                .Order()
        );
    }

    [Fact]
    public async Task SayWhichFilesOfTheProjectTheyReadAndWhichOfTheseChangedMeanwhile()
    {
        folder.Write("roles/web/tasks/main.yml", "- debug: { msg: \"{{ lookup('file', 'f.txt') }}\" }\n");
        folder.Write("files/f.txt", "1");
        folder.Write("group_vars/all.yml", "a: 1\n");
        folder.Write("tasks/other.yml", "[]");
        await PlayAsync("- import_role: { name: web }\n", "{}");
        var trace = Trace();
        Assert.Null(trace.Changed);
        Assert.Equal(["files/f.txt", "group_vars/all.yml", "roles/web/tasks/main.yml"], Read());
        await PlayAsync("- import_role: { name: web }\n- shell: echo more >> {{ playbook_dir }}/files/f.txt\n", "{}");
        Assert.Equal(Path.Combine(folder.Path, "files/f.txt"), Trace().Changed);
        File.Delete(Path.Combine(folder.Path, "files/f.txt"));
        Assert.Equal(Path.Combine(folder.Path, "files/f.txt"), Trace().Changed);
        folder.Write("files/f.txt", "1");
        await PlayAsync("- fetch: { src: \"{{ playbook_dir }}/files/f.txt\", dest: \"{{ playbook_dir }}/out/\", flat: true }\n", "{}");
        Assert.DoesNotContain("out/f.txt", Read());
    }

    [Fact]
    public async Task DependOnWhatTheyReadAboveTheProject()
    {
        folder.Write("above/shared/a.yml", "- debug:\n");
        folder.Write("above/b.txt", "b");
        folder.Write("above/.hidden/c.txt", "c");
        await PlayAsync(
            "- include_tasks: ../../shared/a.yml\n- debug: { msg: \"{{ lookup('file', playbook_dir + '/../b.txt') }}{{ lookup('file', playbook_dir + '/../.hidden/c.txt') }}\" }\n",
            "{}",
            root: "above/project"
        );
        Assert.Equal(["above/b.txt", "above/shared/a.yml"], Read());
    }

    [Fact]
    public void LeaveLayersThatAgreeWhileTheFilesAreAsTheyWere()
    {
        var opened = folder.Write("opened", "");
        foreach (var file in (string[])["one", "two"])
        {
            var path = folder.Write(file, "x");
            var known = new FileInfo(path);
            File.WriteAllText(
                opened,
                new JsonArray(path, known.Length, (known.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks * 100).ToJsonString() + "\n"
            );
            LayerTrace.OfFiles(opened, Variables).Keep(folder.Path, $"{file}.json");
        }

        Assert.Equal(["one.json", "two.json"], LayerTrace.Agreeing(folder.Path, Variables).Order());
        folder.Write("two", "y");
        Assert.Equal(["one.json"], LayerTrace.Agreeing(folder.Path, Variables));
        folder.Write("two", "x");
        LayerTrace.Forget(folder.Path, "one.json");
        Assert.Equal(["two.json"], LayerTrace.Agreeing(folder.Path, Variables));
    }

    [Theory]
    [InlineData("- include_vars: { dir: \"{{ playbook_dir }}/conf.d\" }", "conf.d/new.yml")]
    [InlineData("- copy: { src: site/, dest: \"{{ playbook_dir }}/../copied\" }", "files/site/below/new.html")]
    [InlineData("- debug: { msg: \"{{ item }}\" }\n  with_fileglob: 'keys/*.pub'", "files/keys/new.pub")]
    [InlineData("- include_vars: \"{{ item }}\"\n  with_first_found: [\"{{ 'some' }}.yml\", default.yml]", "vars/some.yml")]
    [InlineData("- debug: { msg: \"{{ lookup('env', 'BRANCH') }}\" }", "$BRANCH")]
    [InlineData("- debug: { msg: a }", "/elsewhere.cfg")]
    [InlineData("- debug: { msg: \"{{ 'a' | loud }}\" }", "plugins/f.py")]
    [InlineData("- debug: { msg: \"{{ lookup('file', 'linked/a.txt') }}\" }", "/a.txt")]
    public async Task DependOnWhatTheyFoundAndOnWhatTheyLookedForInVain(string tasks, string changed)
    {
        using var elsewhere = new TemporaryFolder();
        elsewhere.Write("a.txt", "a");
        Directory.CreateDirectory(Path.Combine(folder.Path, "project/files"));
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "project/files/linked"), elsewhere.Path);
        foreach (
            var file in (string[])["conf.d/a.yml", "vars/default.yml", "files/site/a.html", "files/site/below/b.html", "files/keys/a.pub"]
        )
            folder.Write("project/" + file, "a: 1\n");
        elsewhere.Write("elsewhere.cfg", $"[defaults]\nfilter_plugins = {folder.Path}/project/plugins\n");
        File.CreateSymbolicLink(Path.Combine(folder.Path, "project/ansible.cfg"), Path.Combine(elsewhere.Path, "elsewhere.cfg"));
        var plugin = "class FilterModule:\n    def filters(self):\n        return {'loud': lambda text: text.upper()}\n";
        var compiled = new Tool("/usr/bin/python3", "-m", "compileall", folder.Write("project/plugins/f.py", plugin));
        await (compiled with { Environment = new Dictionary<string, string?> { ["PYTHONDONTWRITEBYTECODE"] = null } }).RunCheckedAsync(
            "compiling",
            TestContext.Current.CancellationToken
        );
        var (code, words) = await PlayAsync(tasks + "\n", "{}", root: "project");
        Assert.True(code == 0, words);
        Assert.Null(Trace().Changed);
        Trace().Keep(folder.Path, "layer");
        folder.Write("project/README", "of no account");
        Assert.Equal(["layer"], LayerTrace.Agreeing(folder.Path, Variables));
        if (changed[0] == '$')
            Variables[changed[1..]] = "new";
        else if (changed[0] == '/')
            elsewhere.Write(changed[1..], "new");
        else
            folder.Write("project/" + changed, plugin.Replace("upper", "title", StringComparison.Ordinal));
        Assert.Empty(LayerTrace.Agreeing(folder.Path, Variables));
    }

    /// <summary>With <c>local</c>, a phase of a machine would run on this host.</summary>
    [Theory]
    [InlineData("local")]
    [InlineData("paramiko")]
    public async Task GoToMachinesBySshWhateverTransportTheUserHas(string transport)
    {
        folder.Write("ansible.cfg", $"[defaults]\ntransport = {transport}\n");
        var (code, words) = await PlayAsync("- assert: { that: \"lookup('config', 'DEFAULT_TRANSPORT') == 'ssh'\" }\n", "{}");
        Assert.True(code == 0, words);
    }

    [Theory]
    [InlineData("it's 50% (1) & #2; ü")]
    [InlineData("a=b c=d")]
    [InlineData("\"quoted\"")]
    public async Task FindPhasesInFoldersOfAnyName(string root)
    {
        folder.Write(root + "/phases/files/a b", "x");
        folder.Write(root + "/phases/more.yaml", "- debug: { msg: more }\n");
        folder.Write(root + "/handlers/main.yaml", "- { name: later, assert: { that: true } }\n");
        var (code, words) = await PlayAsync(
            "- command: echo {{ lookup('file', 'a b') }}\n  notify: later\n- include_tasks: more.yaml\n",
            "{}",
            root: root
        );
        Assert.True(code == 0, words);
    }
}
