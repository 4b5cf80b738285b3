using System.Text.Json.Nodes;
using Croft.Phases;

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
        Assert.Equal(
            ["files/f.txt", "group_vars/all.yml", "roles/web/tasks/main.yml"],
            trace.Files.Keys.Select(file => Path.GetRelativePath(folder.Path, file))
        );
        await PlayAsync("- import_role: { name: web }\n- shell: echo more >> {{ playbook_dir }}/files/f.txt\n", "{}");
        Assert.Equal(Path.Combine(folder.Path, "files/f.txt"), Trace().Changed);
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
        Assert.Equal(["above/b.txt", "above/shared/a.yml"], Trace().Files.Keys.Select(file => Path.GetRelativePath(folder.Path, file)));
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
            LayerTrace.OfFiles(opened).Keep(folder.Path, $"{file}.json");
        }

        Assert.Equal(["one.json", "two.json"], LayerTrace.Agreeing(folder.Path).Order());
        folder.Write("two", "y");
        Assert.Equal(["one.json"], LayerTrace.Agreeing(folder.Path));
        folder.Write("two", "x");
        LayerTrace.Forget(folder.Path, "one.json");
        Assert.Equal(["two.json"], LayerTrace.Agreeing(folder.Path));
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
