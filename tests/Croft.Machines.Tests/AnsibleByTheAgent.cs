namespace Croft.Machines.Tests;

/// <summary>Task lists on a guest without any network, by a stand-in of the collection that enters guests by their agents.</summary>
public sealed class AnsibleByTheAgent : IAsyncLifetime
{
    const string Collection = "collections/ansible_collections/community/libvirt/";

    /// <summary>It takes the variables that the collection's own plugin takes.</summary>
    const string Plugin = """
        import base64, json, shlex, subprocess, time
        from ansible.plugins.connection import ConnectionBase

        DOCUMENTATION = '''
        name: libvirt_qemu
        author: [ nobody ]
        short_description: a stand-in
        description: [ a stand-in ]
        options:
          remote_addr: { description: the domain, default: inventory_hostname, vars: [ { name: ansible_host } ] }
          virt_uri: { description: its hypervisor, vars: [ { name: ansible_libvirt_uri } ] }
        '''

        class Connection(ConnectionBase):
            transport = "community.libvirt.libvirt_qemu"
            has_pipelining = False

            def _connect(self):
                return self

            def close(self):
                pass

            def ask(self, what, **arguments):
                text = json.dumps({"execute": what, "arguments": arguments})
                call = ["virsh", "-q", "-c", self.get_option("virt_uri"), "qemu-agent-command", self.get_option("remote_addr"), text]
                return json.loads(subprocess.run(call, check=True, capture_output=True).stdout)["return"]

            def exec_command(self, cmd, in_data=None, sudoable=True):
                super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
                path, *words = shlex.split(cmd)
                pid = self.ask("guest-exec", path=path, arg=words, **{"capture-output": True})["pid"]
                while not (status := self.ask("guest-exec-status", pid=pid))["exited"]:
                    time.sleep(0.02)
                return status["exitcode"], *(base64.b64decode(status.get(name, "")) for name in ("out-data", "err-data"))

            def put_file(self, in_path, out_path):
                handle = self.ask("guest-file-open", path=out_path, mode="wb")
                with open(in_path, "rb") as file:
                    while piece := file.read(1 << 15):
                        self.ask("guest-file-write", **{"handle": handle, "buf-b64": base64.b64encode(piece).decode()})
                self.ask("guest-file-close", handle=handle)

            def fetch_file(self, in_path, out_path):
                raise NotImplementedError("nothing is fetched here")
        """;

    readonly Lab lab;

    public AnsibleByTheAgent() =>
        lab = new("play")
        {
            Inside = tool => new("env", [$"PYTHONPATH={Path.Combine(lab!.Folder, "python")}", tool.Program, .. tool.Arguments]),
        };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task IsRefusedByThePlanForEachThingThatItLacks()
    {
        Write();
        Assert.SkipWhen(Directory.Exists("/usr/lib/python3/dist-packages/ansible_collections/community/libvirt"), "nothing is lacking");
        await lab.RefusesAsync(3, ["main by the guest agent of \"a\", Ansible needs the collection community.libvirt"], "plan");
        lab.Write(Collection + "galaxy.yml", "namespace: community\nname: libvirt\nversion: 1.0.0\n");
        lab.Write("python/libvirt_qemu.py", "raise ImportError");
        await lab.RefusesAsync(3, ["libvirt's bindings for /", "python3-libvirt"], "plan");
        Bindings();
        await lab.MustAsync(0, "plan");
    }

    [Fact]
    public async Task RunsTaskListsWithFilesFactsAndOtherUsers()
    {
        Lab.OnlyWithAll();
        Write();
        lab.Write(Collection + "plugins/connection/libvirt_qemu.py", Plugin);
        Bindings();
        var run = await lab.RunAsync("run");
        Assert.Contains("main", run.Steps("a", "passed"));
        Assert.Contains("it's root Debian nobody", run.Log("a", "main"));
    }

    void Bindings()
    {
        lab.Write("python/libvirt.py", "");
        lab.Write("python/libvirt_qemu.py", "");
    }

    void Write()
    {
        lab.Write(
            "farm.yaml",
            """
            farm: play
            vms: { list: [ { name: a, platform: debian_12, memory: 256MiB, connection: agent, networks: [] } ] }
            project: { phases: phases, vars: { word: "it's" } }
            """
        );
        lab.Write("phases/text.j2", "{{ word }} {{ who.stdout }} {{ ansible_distribution }}");
        lab.Write(
            "phases/main.yaml",
            """
            - { command: id -un, become: true, register: who }
            - { template: { src: text.j2, dest: /tmp/text, mode: "0644" } }
            - { shell: cat /tmp/text; echo " $(id -un)", become: true, become_user: nobody, register: said }
            - { debug: { var: said.stdout } }
            """
        );
    }
}
