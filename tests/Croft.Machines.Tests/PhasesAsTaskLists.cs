namespace Croft.Machines.Tests;

public sealed class PhasesAsTaskLists : IAsyncLifetime
{
    readonly Lab lab = new("tasks");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task SeeTheWholeFarmAreCachedNameTheTaskThatFailedDelegateToTheHypervisorAndEndMachinesAsTheyRun()
    {
        lab.Write(
            "farm.yaml",
            """
            farm: tasks
            platforms: { d: { image: debian_12, memory: 256MiB, groups: [all_d], vars: { level: platform } } }
            vms:
              list:
                - { name: a, platform: d, groups: [web], vars: { level: entry }, properties: { role: first } }
                - { name: b, platform: d }
            project:
              id: listed
              revision: auto
              phases: phases
              vars: { answer: 42, nested: { list: [ 1, two ] }, text: "{{ no }}", level: project }
              ansible: { gather_facts: no }
            """
        );
        lab.Write("phases/init.yaml", "- name: keep a file\n  shell: echo {{ vm.name }} > /root/init\n");
        lab.Write(
            "phases/main.yaml",
            """
            - name: look around
              assert:
                that:
                  - groups.vms == ['a', 'b'] and groups.d == groups.vms and groups.amd64 == groups.vms and groups.b is undefined
                  - hostvars.a.ansible_host != hostvars.b.ansible_host and hostvars.b.vm.name == 'b' and hostvars.b.kvm_host == 'local'
                  - vm.name == inventory_hostname and vm.platform == 'd' and vm.memory == 256 * 1024 * 1024 and vm.networks[0].address == ansible_host
                  - vm.metadata.target_name == 'amd64' and kvm_host == 'local' and project_id == 'listed' and project_revision == 'auto'
                  - hostvars.a.vm.properties.role == 'first' and answer == 42 and nested.list[1] == 'two'
                  - phases_lookup_dir_path is directory
                  - groups.all_d == ['a', 'b'] and groups.web == ['a'] and groups.hypervisor_local == groups.vms and 'hypervisors' in groups
                  - hostvars.a.level == 'entry' and hostvars.b.level == 'platform' and text == '{' + '{ no }}' and given == '0755'
                  - vm.net.ip == ansible_host and vm.net.gateway is defined and vm.metadata.domain is search('[.][ab]$') and virtual_machines | length == 2
            - command: virsh -c {{ vm.metadata.connection }} domstate {{ vm.metadata.domain }}
              delegate_to: "{{ kvm_host }}"
              register: there
            - assert: { that: "there.stdout is search('running')" }
              notify: shutdown_hypervisor
            - command: hwclock --version
            """
        );
        lab.Write("phases/terminate.yaml", "- command: echo {{ given | default('none') }} >> /root/ended\n");
        string[] given = ["-e", "given=0755"];
        var first = await lab.RunAsync("run", 0, given);
        foreach (var machine in (string[])["a", "b"])
            Assert.Equal(
                ["startup", "create clean", "init", "create init", "main", "terminate", "shutdown"],
                first.Steps(machine, "passed")
            );
        Assert.Contains("\"reason\":\"keep a file\"", first.Events("a"), StringComparison.Ordinal);
        Assert.Contains("\"reason\":\"look around\"", first.Events("b"), StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING", first.Log("a", "main"), StringComparison.Ordinal);

        lab.Write(
            "phases/main.yaml",
            """
            - name: read the file of init
              command: cat /root/init
              register: file
            - name: refuse some
              command: sh -c 'echo not {{ file.stdout }} >&2; exit 3'
              when: file.stdout == "a"
            - name: be silent
              meta: noop
            """
        );
        var second = await lab.RunAsync("run", 1, given);
        Assert.Equal(
            "main ended with exit code 2: task \"refuse some\" at phases/main.yaml:4: non-zero return code: not a",
            second.Reason("a", "main")
        );
        Assert.Equal(["restore init", "terminate", "shutdown"], second.Steps("a", "passed"));
        Assert.Equal(["restore init", "main", "terminate", "shutdown"], second.Steps("b", "passed"));
        Assert.Equal(["init"], second.Steps("b", "cached"));

        await lab.SucceedsAsync("up", "a");
        var end = await lab.RunAsync("run", 0, "a", "--only", "terminate", "--only", "shutdown");
        Assert.Equal(["as it is", "terminate", "shutdown"], end.Steps("a", "passed"));
    }

    [Fact]
    public async Task RunInTheProjectWithFactsThatAreKeptAndLayersThatKnowWhatWasRead()
    {
        lab.Write(
            "farm.yaml",
            """
            farm: tasks
            vms: { list: [ { name: a, platform: debian_12, memory: 256MiB } ] }
            project: { phases: phases }
            """
        );
        lab.Write("group_vars/vms.yml", "from_group: 1\n");
        lab.Write(
            "roles/web/tasks/main.yml",
            "- copy: { src: f.txt, dest: /root/f }\n- set_fact: { kept: \"{{ vm.name }}\", cacheable: true }\n- set_fact: { lost: 1 }\n"
        );
        lab.Write("roles/web/files/f.txt", "1");
        lab.Write(
            "roles/last/tasks/main.yml",
            "- assert: { that: [kept == 'a', lost is undefined, from_group == 1, ansible_memtotal_mb > 100, ansible_default_ipv4.address == ansible_host] }\n"
        );
        lab.Write("phases/dependencies.sh", "mv /usr/bin/python3 /usr/bin/away\n");
        lab.Write("phases/init.yaml", "- raw: mv /usr/bin/away /usr/bin/python3\n- import_role: { name: web }\n");
        lab.Write("phases/main.yaml", "- import_role: { name: last }\n");
        Assert.Contains("create init", (await lab.RunAsync("run")).Steps("a", "passed"));

        lab.Write(
            "roles/last/tasks/main.yml",
            "- assert: { that: [kept == 'a', lost is undefined, ansible_memtotal_mb > 100] }\n- debug: { msg: changed }\n"
        );
        var cached = await lab.RunAsync("run");
        Assert.Equal(["restore init", "main", "shutdown"], cached.Steps("a", "passed"));

        lab.Write("roles/web/files/f.txt", "2");
        lab.Write(
            "roles/web/tasks/main.yml",
            "- copy: { src: f.txt, dest: /root/f }\n- set_fact: { kept: a, cacheable: true }\n- lineinfile: { path: \"{{ role_path }}/files/f.txt\", line: x }\n  delegate_to: localhost\n"
        );
        var changed = await lab.RunAsync("run", 0, "--only", "init");
        Assert.Contains("init", changed.Steps("a", "passed"));
        Assert.Equal(["create init", "main"], changed.Steps("a", "skipped"));
        Assert.Equal(
            "roles/web/files/f.txt changed while init ran: the layer would hold what its key does not say",
            changed.Reason("a", "create init")
        );
    }

    [Fact]
    public async Task SayWhatAnsibleCannotReadWhereNobodyWaitedForTheGuest()
    {
        lab.Write(
            "farm.yaml",
            """
            farm: tasks
            vms: { list: [ { name: a, platform: debian_12, memory: 256MiB, wait: none } ] }
            project: { phases: phases, snapshots: no, ansible: { gather_facts: no } }
            """
        );
        lab.Write("phases/main.yaml", "- import_tasks: more.yaml\n");
        lab.Write("phases/more.yaml", "- name: t\n  debug: [\n");
        var run = await lab.RunAsync("run", 1);
        Assert.Matches(@"^main ended with exit code 4: .*\(phases/more.yaml:3:1\)$", run.Reason("a", "main"));
    }
}
