using System.Text.Json.Nodes;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>Two projects on real guests, and the same task list as a bare playbook with what <c>croft inventory</c> prints.</summary>
public sealed class ProjectsOnGuests : IAsyncLifetime
{
    readonly Lab lab = new("projects");

    public ValueTask InitializeAsync()
    {
        Lab.OnlyWithAll();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task SeeInPhasesWhatABarePlaybookSees()
    {
        lab.Write(
            "farm.yaml",
            """
            farm: projects
            platforms: { d: { image: debian_12, memory: 256MiB, groups: [linux] } }
            vms:
              list:
                - { name: a, platform: d, vars: { level: entry } }
                - { name: b, platform: d, projects: [tests] }
            projects:
              base: { phases: phases/base, vars: { word: base } }
              tests: { phases: phases/tests, vars: { word: tests, sha: 61e9540 } }
            """
        );
        lab.Write("group_vars/linux.yml", "of_group: linux\n");
        lab.Write("roles/web/tasks/main.yml", "- template: { src: t.j2, dest: /root/t }\n  notify: told\n");
        lab.Write("roles/web/templates/t.j2", "{{ word }} {{ level | default('none') }} {{ of_group }} {{ ansible_system }}\n");
        lab.Write("roles/web/handlers/main.yml", "- name: told\n  shell: echo told >> /root/t\n");
        lab.Write("tasks/clock.yaml", "- command: hwclock --version\n");
        lab.Write("phases/base/init.yaml", "- command: touch /root/base\n");
        lab.Write(
            "phases/base/main.yaml",
            "- stat: { path: /root/base }\n  register: base\n- assert: { that: [base.stat.exists, word == 'base'] }\n"
        );
        lab.Write(
            "phases/tests/main.yaml",
            """
            - import_role: { name: web }
            - import_tasks: tasks/clock.yaml
            - meta: flush_handlers
            - command: cat /root/t
              register: written
            - stat: { path: /root/base }
              register: base
            - command: virsh -c {{ vm.metadata.connection }} domstate {{ vm.metadata.domain }}
              delegate_to: "{{ kvm_host }}"
              register: there
            - command: hostname
              delegate_to: b
              register: other
              when: inventory_hostname == 'b'
            - copy:
                dest: "{{ out }}.{{ inventory_hostname }}"
                content: "{{ [written.stdout, base.stat.exists, there.stdout, sha, other.stdout | default('-'), ansible_hostname, vm.name, groups.project_tests] | to_json }}"
              delegate_to: localhost
            """
        );
        lab.Write("site.yml", "- hosts: project_tests\n  tasks: [ { import_tasks: phases/tests/main.yaml } ]\n");

        var run = await lab.RunAsync("run", 0, "-e", Out("own"));
        Assert.Superset(new HashSet<string>(["base.init", "base.main", "tests.main"]), new HashSet<string>(run.Steps("a", "passed")));
        Assert.Contains("main", run.Steps("b", "passed"));
        var own = Results("own");

        await lab.SucceedsAsync("up");
        lab.Write("inventory.json", await lab.SucceedsAsync("inventory"));
        lab.Write("inventory", "#!/bin/sh\ncat \"$0.json\"\n");
        File.SetUnixFileMode(Path.Combine(lab.Folder, "inventory"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await new Tool("ansible-playbook", "-i", "inventory", "-e", Out("bare"), "site.yml")
        {
            Directory = lab.Folder,
            Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C.UTF-8" },
        }.RunCheckedAsync("playing", TestContext.Current.CancellationToken);
        Assert.Equal(Results("bare"), own);
    }

    string Out(string name) => $"out={Path.Combine(lab.Folder, name)}";

    IReadOnlyList<string> Results(string name) =>
        [.. new[] { "a", "b" }.Select(machine => JsonNode.Parse(lab.Read($"{name}.{machine}"))!.ToJsonString())];
}
