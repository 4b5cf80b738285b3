using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Guests;
using Croft.Phases;
using Croft.Planning;
using Croft.Tests.Farms;
using Croft.Tests.Planning;
using Croft.Tools;

namespace Croft.Tests.Lifecycle;

/// <summary>What the installed Ansible makes of a farm's inventory; the machines are this host.</summary>
public sealed class InventoryOfAFarm : IDisposable
{
    const string Text = """
        farm: lab
        hypervisors:
          h1: { uri: "qemu:///system" }
          far-1: { uri: "qemu+ssh://me@far:2222/system?no_verify=1" }
        platforms:
          odd-os: { image: debian_13, groups: [linux], vars: { level: platform, kept: { platform: 1, both: platform } } }
        networks: { lan: { cidr: 10.9.0.0/24 } }
        vms:
          list:
            - { name: a, platform: odd-os, target: amd64, hypervisor: h1, groups: [web, db], vars: { level: entry, kept: { both: entry }, text: "{{ no }}" }, properties: { role: primary, name: mine } }
            - { name: b, platform: odd-os, target: amd64, hypervisor: far-1, disks: [ { name: data, size: 1GiB } ] }
        project:
          phases: phases
          vars: { ansible_connection: local, of_project: project, of_files: project, of_role: project, sha: 61e9540, level: project }
        """;

    readonly TemporaryFolder folder = new();
    readonly List<string> said = [];

    public InventoryOfAFarm()
    {
        if (!File.Exists("/usr/bin/ansible-playbook"))
            Assert.Skip("ansible-playbook is not installed");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task HasTheHypervisorsAndEveryGroup()
    {
        await PlayAsync(
            """
            - assert:
                that:
                  - groups.web == ['a'] and groups.db == ['a'] and groups.linux == ['a', 'b'] and groups.vms == ['a', 'b']
                  - groups['odd-os'] == ['a', 'b'] and groups.odd_os == ['a', 'b'] and groups.amd64 == ['a', 'b'] and groups.farm_lab == ['a', 'b']
                  - groups.hypervisor_h1 == ['a'] and groups['hypervisor_far-1'] == ['b'] and groups.hypervisor_far_1 == ['b']
                  - groups.hypervisors == ['h1', 'far-1'] and 'a' not in groups and 'h1' not in groups
                  - hostvars.b.vm.metadata.domain == 'lab.b' and hostvars.b.kvm_host == 'far-1'
                  - hostvars['far-1'].ansible_connection == 'ssh' and hostvars['far-1'].ansible_host == 'far' and hostvars['far-1'].ansible_port == 2222
                  - hostvars['far-1'].ansible_user == 'me' and hostvars['far-1'].ansible_libvirt_uri == 'qemu:///system'
            - command: echo {{ kvm_host }}
              delegate_to: "{{ kvm_host }}"
              register: there
            - assert: { that: "there.stdout == 'h1'" }
            """
        );
        Assert.DoesNotContain(said, line => line.Contains("WARNING", StringComparison.Ordinal));
    }

    [Fact]
    public async Task HasVariablesInTheirOrder()
    {
        folder.Write("group_vars/all.yml", "of_files: all\nof_host: all\n");
        folder.Write("host_vars/a.yml", "of_host: host\n");
        folder.Write("roles/own/defaults/main.yml", "config: default\nof_role: default\nunset: default\n");
        folder.Write(
            "roles/own/tasks/main.yml",
            "- assert: { that: [ \"config == 'default'\", \"of_role == 'project'\", \"unset == 'default'\" ] }\n"
        );
        await PlayAsync(
            """
            - import_role: { name: own }
            - set_fact: { of_project: set, of_command: set }
            - assert:
                that:
                  - of_project == 'set' and of_files == 'all' and of_host == 'host' and of_command == 'given' and sha == '61e9540'
                  - level == 'entry' and kept.platform == 1 and kept.both == 'entry' and hostvars.b.level == 'platform' and text == '{' + '{ no }}'
                  - vm.role == 'primary' and vm.name == 'a' and vm.properties.name == 'mine'
            """,
            "of_command=given"
        );
    }

    [Fact]
    public async Task HasWhatTheRolesSet() =>
        await PlayAsync(
            """
            - assert:
                that:
                  - virtual_machines | map(attribute='name') | list == ['a'] and hostvars['far-1'].config.list | length == 1
                  - config.list | length == 1 and config.list[0].platform == 'odd-os' and config.list[0].target == 'amd64' and libvirt_supported_virtualizzation_types.x86_64 == ['kvm', 'qemu']
                  - hostjumps == ['h1'] and import_path == phases_lookup_dir_path and snapshot_list == [] and platform_name == 'odd-os' and target_name == 'amd64'
            - debug: { msg: told }
              changed_when: true
              notify: shutdown_hypervisor
            """
        );

    [Fact]
    public async Task IsTakenByAnsibleInventoryAsItIsPrinted()
    {
        var list = AnsibleInventory.Of(PlanOf(), [], Ssh);
        var script = folder.Write("inventory", "#!/bin/sh\ncat \"$0.json\"\n");
        folder.Write("inventory.json", list.ToJsonString());
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var asked = await new Tool("ansible-inventory", "-i", script, "--list").RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), (asked.ExitCode, asked.Error));
        var inventory = JsonNode.Parse(asked.Output)!.AsObject();
        Assert.Equal(
            "_meta all amd64 db farm_lab hypervisor_far_1 hypervisor_h1 hypervisors linux odd_os vms web",
            string.Join(' ', inventory.Select(g => g.Key).Order(StringComparer.Ordinal))
        );
        Assert.Equal("project", (string?)inventory["_meta"]!["hostvars"]!["b"]!["of_project"]);
        var file = folder.Write("inventory.yaml", AnsibleInventory.AsYaml(list).ToJsonString());
        var read = await new Tool("ansible-inventory", "-i", file, "--list").RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), (read.ExitCode, read.Error));
        Assert.True(JsonNode.DeepEquals(inventory["_meta"], JsonNode.Parse(read.Output)!["_meta"]));
    }

    [Fact]
    public void HasTheVariablesOfSeveralProjectsByGroups()
    {
        var farm = FarmFile
            .Read(
                folder.Write(
                    "farm.yaml",
                    "farm: f\nprojects: { one-a: { vars: { word: first } }, two: { vars: { word: second } } }\n"
                        + "vms: { list: [ { name: a, platform: debian_13 }, { name: b, platform: debian_13, projects: [two] } ] }\n"
                ),
                Reading.Defaults
            )
            .Require();
        var plan = Planner.Make(Lab.Input(farm, Lab.Host("local")));
        var list = AnsibleInventory.Of(plan, [], Ssh);
        Assert.Equal("""["a"]""", list["project_one_a"]!["hosts"]!.ToJsonString());
        Assert.Equal(
            ("first", "second"),
            ((string?)list["project_one_a"]!["vars"]!["word"], (string?)list["project_two"]!["vars"]!["word"])
        );
        Assert.Equal("""["a","b"]""", list["project_two"]!["hosts"]!.ToJsonString());
        Assert.Null(list["all"]!["vars"]!["word"]);
        Assert.Equal("second", (string?)AnsibleInventory.Of(plan with { Farm = farm.In("two") }, [], Ssh)["all"]!["vars"]!["word"]);
    }

    SshFiles Ssh => new(folder.Path, "/key", "/sockets");

    Farm Farm(params string[] extra) =>
        ExtraVariables.In(FarmFile.Read(folder.Write("farm.yaml", Text), Reading.Defaults).Require(), extra).Require();

    Plan PlanOf(params string[] extra)
    {
        folder.Write("phases/main.yaml", "[]");
        var input = Lab.Input(Farm(extra), Lab.Host("h1"), Lab.Host("far-1"));
        return Planner.Make(input) with { Seen = new(input.Inventory, input.Inventory, [], []) };
    }

    async Task PlayAsync(string tasks, params string[] extra)
    {
        var whole = PlanOf(extra);
        folder.Write("phases/main.yaml", tasks);
        var plan = whole.Of(["a"]);
        var files = PhaseFiles.Take(plan.Farm, TestContext.Current.CancellationToken);
        var file = files.Find(Phase.Main, "odd-os", "amd64")!;
        var ansible = await HostAnsible.ReadAsync(plan.Farm.Project, folder.Path, install: false, TestContext.Current.CancellationToken);
        var play = new AnsiblePlay(
            Directory.CreateDirectory(Path.Combine(folder.Path, "run")).FullName,
            ansible,
            plan.Farm.Project,
            files.Root
        )
        {
            Known = PhaseVariables.Facts(plan, plan.Machines[0], file),
            Extra = JsonNode.Parse(plan.Farm.Project.Extra)!.AsObject(),
        };
        var playbook = new JsonArray(
            new JsonObject
            {
                ["hosts"] = "a",
                ["gather_facts"] = false,
                ["roles"] = new JsonArray(AnsiblePlay.Role),
                ["tasks"] = new JsonArray(AnsiblePhase.Import(file.File)),
            }
        );
        var inventory = AnsibleInventory.AsYaml(AnsibleInventory.Of(plan, [], Ssh, files.Root, every: true));
        var result = await play.Playing("main", playbook, inventory, said.Add).RunAsync(TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, string.Join('\n', said));
    }
}
