using System.Text.Json.Nodes;
using Croft.Engines;
using Croft.Guests;
using Croft.Lifecycle;
using Croft.Phases;
using Croft.Planning;
using Croft.Tests.Farms;
using Croft.Tests.Planning;
using Croft.Tools;

namespace Croft.Tests.Lifecycle;

public sealed class VariablesOfAPhase : IDisposable
{
    const string Text = """
        farm: f
        hypervisors: { h1: { uri: qemu+ssh://h1/system } }
        networks: { lan: { cidr: 10.9.0.0/24, ipv6: "fd00:9::/64" } }
        vms:
          list:
            - { name: db, platform: debian_13, memory: 1GiB, disks: [ { name: data, size: 1GiB, format: ext4, mount: /srv } ], properties: { role: primary, ports: [1, 2], fmt: "{{ no }}" } }
            - { name: odd, platform: debian_12, target: amd64 }
        project:
          id: vde
          vars: { branch: "it's $(id)", number: 3, flag: true, none: null, map: { a: [1, "x"] }, fmt: "{{.Names}}", pct: ["{% raw"], sha: 0123456, ver: 1.10 }
        """;

    readonly TemporaryFolder folder = new();

    readonly Plan plan = Lab.Plan(Text, Lab.Host("h1"));

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AreTheRolesOwn()
    {
        var variables = PhaseVariables.For(plan, plan.Machines[0], null, "/phases");
        Assert.Equal(
            "branch number flag none map fmt pct sha ver project_id project_revision phases_lookup_dir_path vm kvm_host",
            string.Join(' ', variables.Select(v => v.Key))
        );
        Assert.Equal(
            ("h1", "vde", "auto", "/phases"),
            (
                (string?)variables["kvm_host"],
                (string?)variables["project_id"],
                (string?)variables["project_revision"],
                (string?)variables["phases_lookup_dir_path"]
            )
        );
        var vm = variables["vm"]!;
        Assert.Equal(
            ("db", "debian_13", "amd64", "x86_64", "kvm"),
            ((string?)vm["name"], (string?)vm["platform"], (string?)vm["target"], (string?)vm["arch"], (string?)vm["virt_domain"])
        );
        Assert.Equal(
            """{"name":"db","platform_name":"debian_13","target_name":"amd64","arch_name":"amd64","hostname":"db","domain":"f.db","tmp_dir":"/tmp","auth":{"user":"root","become_user":"root","become_method":"sudo"},"sources":[{"uri":"debian_13"}],"connection":"qemu:///system","libvirt_pool_dir":"/var/lib/libvirt/croft/"}""",
            vm["metadata"]!.ToJsonString()
        );
        Assert.Equal(("primary", 1024L, "/usr/bin/qemu-system-x86_64"), ((string?)vm["role"], (long)vm["ram"]!, (string?)vm["emulator"]));
        Assert.Equal(
            ("network", plan.Machines[0].Nics[0].Bridge, plan.Machines[0].Nics[0].Mac, "10.9.0.10", "24", "10.9.0.1"),
            Fields(vm["net"]!)
        );
        Assert.Equal(
            """{"name":"data","size":1073741824,"mount":"/srv","type":"qcow2","devname":"vdb","src":null}""",
            vm["disks"]![0]!.ToJsonString()
        );
        Assert.Equal("""{"role":"primary","ports":[1,2],"fmt":"{{ no }}"}""", vm["properties"]!.ToJsonString());
        Assert.Equal(("10.9.0.10", "fd00:9::a"), ((string?)vm["networks"]![0]!["address"], (string?)vm["networks"]![0]!["address6"]));
    }

    [Fact]
    public void SayNothingOfLibvirtWhereThereIsNone()
    {
        var made = Lab.Plan(
            "farm: f\nhypervisors: { box: { uri: lxd:// } }\nvms: { list: [ { name: a, platform: debian_13, runtime: container } ] }",
            Lab.Host("box")
        );
        var container = made.Machines[0] with { Hypervisor = "box" };
        var metadata = PhaseVariables.OfMachine(made, container, null)["vm"]!["metadata"]!.AsObject();
        Assert.Equal("box", (string?)PhaseVariables.OfMachine(made, container, null)["kvm_host"]);
        Assert.False(metadata.ContainsKey("connection") || metadata.ContainsKey("libvirt_pool_dir"));
        var hosts = AnsibleInventory.Of(made, [], new(folder.Path, "/key", "/sockets"))["_meta"]!["hostvars"]!;
        Assert.False(hosts["box"]!.AsObject().ContainsKey("ansible_libvirt_uri"));
    }

    static (string?, string?, string?, string?, string?, string?) Fields(JsonNode net) =>
        (
            (string?)net["type"],
            (string?)net["source"],
            (string?)net["mac"],
            (string?)net["ip"],
            (string?)net["mask"],
            (string?)net["gateway"]
        );

    [Fact]
    public async Task ReachAScriptAsTheyAre()
    {
        var environment = PhaseVariables
            .Environment(PhaseVariables.For(plan, plan.Machines[0], null, "/phases"), plan.Machines[0])
            .ToDictionary();
        var script =
            string.Concat(environment.Select(v => $"export {v.Key}={ShellWord.Quote(v.Value)}\n"))
            + "printf '%s|' \"$CROFT_BRANCH\" \"$CROFT_NUMBER\" \"$CROFT_FLAG\" \"$CROFT_NONE\" \"$CROFT_MAP\" \"$CROFT_KVM_HOST\" \"$CROFT_VM_NAME\" \"$CROFT_PLATFORM\" \"$CROFT_TARGET\" \"$CROFT_PROJECT_ID\" \"$CROFT_SHA\" \"$CROFT_VER\" \"$CROFT_FMT\"";
        Assert.Equal(
            "it's $(id)|3|true||{\"a\":[1,\"x\"]}|h1|db|debian_13|amd64|vde|0123456|1.10|{{.Names}}|",
            await new Tool("sh", "-c", script).RunCheckedAsync("running it", TestContext.Current.CancellationToken)
        );
        Assert.Equal("db", (string?)JsonNode.Parse(environment["CROFT_VM"])!["name"]);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("it's a \"folder\"")]
    public async Task AreAnInventoryThatAnsibleTakes(string name)
    {
        if (!File.Exists("/usr/bin/ansible-inventory"))
            Assert.Skip("ansible-inventory is not installed");
        var ssh = new SshFiles(Path.Combine(folder.Path, name), "/key", "/sockets");
        var records = plan.Machines.Take(1).Select(m => Lab.StateOf(m, plan.Farm, PowerState.Running).Record!);
        var list = AnsibleInventory.Of(plan, records, ssh);
        var script = folder.Write("inventory", "#!/bin/sh\ncat \"$0.json\"\n");
        folder.Write("inventory.json", list.ToJsonString());
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var file = folder.Write("file.json", AnsibleInventory.AsYaml(list).ToJsonString());
        foreach (var source in new[] { script, file })
        {
            var said = JsonNode.Parse(await AskAsync(source, "--list"))!;
            Assert.Equal(["db", "odd"], said["vms"]!["hosts"]!.AsArray().Select(h => (string?)h).Order());
            Assert.Equal("db", (string?)said["debian_13"]!["hosts"]!.AsArray().Single());
            var db = said["_meta"]!["hostvars"]!["db"]!;
            Assert.Equal(
                ("10.9.0.10", 22, "root", "h1"),
                ((string?)db["ansible_host"], (int)db["ansible_port"]!, (string?)db["ansible_user"], (string?)db["kvm_host"])
            );
            Assert.Equal("primary", (string?)db["vm"]!["properties"]!["role"]);
            var words = await new Tool(
                "/usr/bin/python3",
                "-c",
                "import shlex, sys; print('\\n'.join(shlex.split(sys.argv[1])))",
                (string)db["ansible_ssh_common_args"]!
            ).RunCheckedAsync("splitting", TestContext.Current.CancellationToken);
            Assert.StartsWith($"-F\n{ssh.Config}\n-o\nHostKeyAlias=f.db\n-o\nControlPath=/sockets/", words);
            Assert.EndsWith(" -W '[%h]:%p' -- h1\n", words[words.IndexOf("\n-o\nProxyCommand=ssh ")..]);
            var graph = await AskAsync(source, "--graph");
            Assert.Contains("@vms:\n  |  |--db\n  |  |--odd", graph);
            Assert.Contains("@debian_12:\n  |  |--odd", graph);
            Assert.DoesNotContain("@odd:", graph);
        }
    }

    static Task<string> AskAsync(string source, string what) =>
        new Tool("ansible-inventory", "-i", source, what)
        {
            Environment = new Dictionary<string, string?>
            {
                ["ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS"] = "ignore",
                ["ANSIBLE_NOCOLOR"] = "1",
            },
        }.RunCheckedAsync("asking ansible", TestContext.Current.CancellationToken);
}
