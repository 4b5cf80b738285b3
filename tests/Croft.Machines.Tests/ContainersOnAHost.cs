using System.Net;
using System.Net.Sockets;
using System.Text;
using Croft.Testing;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>Containers on a real service of the test's own; its own client is the second opinion.</summary>
/// <param name="title">Which service.</param>
public abstract class ContainersOnAHost(string title) : IAsyncLifetime
{
    readonly Lab lab = new("on" + title.ToLowerInvariant());
    readonly ContainerService host = new(title);

    public virtual async ValueTask InitializeAsync()
    {
        await host.UpAsync(TestContext.Current.CancellationToken);
        lab.Write("phases/init.sh", "echo initialised as $CROFT_VM_NAME >/root/made\n");
        lab.Write("phases/main.sh", "cat /root/made; [ $CROFT_VM_NAME != b ] || exit 3\n");
        lab.Write(
            "farm.yaml",
            $$"""
            farm: on{{title.ToLowerInvariant()}}
            hypervisors: { c: { uri: "{{host.Uri}}" } }
            vms:
              list:
                - { name: a, platform: debian_12, runtime: container, memory: 256MiB }
                - { name: b, platform: debian_12, runtime: container, connection: ssh, autostart: true }
            project: { phases: phases, artifacts: [ /root/made ] }
            """
        );
    }

    [Fact]
    public async Task LiveAsMachinesDo()
    {
        await DieOverANetworkAsync();
        await lab.MustAsync(0, "up");
        Assert.Contains("Nothing to do: 2 of 2", (await lab.MustAsync(0, "up")).Error, StringComparison.Ordinal);
        Assert.Contains($"{lab.Farm}--a,RUNNING", await host.ClientAsync("list", "-f", "csv", "-c", "ns"), StringComparison.Ordinal);
        Assert.Equal("268435456\n", await host.ClientAsync("config", "get", $"{lab.Farm}--a", "limits.memory"));
        Assert.Equal("true\n", await host.ClientAsync("config", "get", $"{lab.Farm}--b", "boot.autostart"));
        // By the engine's channel and by ssh; each knows the other by name.
        var names = await lab.SucceedsAsync("exec", "--", "hostname; getent hosts a b | wc -l");
        Assert.Equal(
            ["a: 2", "a: a", "b: 2", "b: b"],
            names.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)
        );
        Assert.Equal(5, (await lab.CroftAsync("exec", "a", "--", "exit 5")).ExitCode);
        await CopiesAsync();
        await PowersAsync();
        await KeepsStatesAsync();
        await RunsPhasesAsync();
        await HasImagesOfOthersAsync();
        await SharesANetworkAsync();
        await TakesANetworkOfOthersAsync();
        await StayWhereOthersHoldThemAsync();
        await ObeyAProjectAsync();
        await lab.MustAsync(0, "destroy", "--yes");
        Assert.DoesNotContain(lab.Farm, await host.ClientAsync("list", "-f", "csv", "-c", "n"), StringComparison.Ordinal);
        Assert.DoesNotContain(",YES,", await host.ClientAsync("network", "list", "-f", "csv"), StringComparison.Ordinal);
        await HaveTheProjectOfAUserAsync();
    }

    /// <summary>Incus leaves a network as it is for whoever goes away while it makes that.</summary>
    async Task DieOverANetworkAsync()
    {
        using var up = RunningCroft.Start(lab, "up");
        while (!(await host.ClientAsync("network", "list", "-f", "csv")).Contains(",YES,", StringComparison.Ordinal))
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        await up.SignalAsync("KILL");
    }

    /// <summary>It forbids snapshots, and to choose what the service writes down.</summary>
    async Task ObeyAProjectAsync()
    {
        await host.ClientAsync("project", "create", "strict", "-c", "features.images=false", "-c", "restricted=true");
        await host.ClientAsync("--project", "strict", "profile", "device", "add", "default", "root", "disk", "path=/", "pool=default");
        lab.Write("strict/phases/init.sh", "touch /root/made\n");
        lab.Write(
            "strict/farm.yaml",
            $$"""
            farm: {{Own("strict")}}
            hypervisors: { c: { uri: "{{host.Uri}}", project: strict } }
            vms: { list: [ { name: p, platform: debian_12, runtime: container } ] }
            project: { phases: phases }
            """
        );
        string[] strict = ["-f", "strict/farm.yaml"];
        const string cure = "project set strict restricted.snapshots=allow";
        Assert.Contains($"{host.Tool} {cure}", (await lab.MustAsync(0, ["plan", .. strict])).Error, StringComparison.Ordinal);
        await lab.MustAsync(0, ["run", "--keep", .. strict]);
        await lab.RefusesAsync(
            3,
            [$"{host.Tool} project set NAME restricted.snapshots=allow"],
            ["snapshot", "create", "s", "p", .. strict]
        );
        await host.ClientAsync(cure.Split(' '));
        await lab.MustAsync(0, ["snapshot", "create", "one", "p", .. strict]);
        await lab.MustAsync(0, ["exec", "p", .. strict, "--", "touch /root/after"]);
        await lab.MustAsync(0, ["snapshot", "create", "two", "p", .. strict]);
        await lab.MustAsync(0, ["snapshot", "restore", "one", "p", "--yes", .. strict]);
        Assert.Equal("p: made\n", await lab.SucceedsAsync(["exec", "p", .. strict, "--", "ls /root"]));
        await lab.MustAsync(0, ["snapshot", "restore", "two", "p", "--yes", .. strict]);
        await lab.MustAsync(0, ["destroy", "--yes", .. strict]);
    }

    /// <summary>Incus has a second socket, and behind it a restricted project of each user's own.</summary>
    async Task HaveTheProjectOfAUserAsync()
    {
        if (!host.ShowsNetworks)
            return;
        await host.ClientAsync("network", "create", "incusbr-0", $"ipv4.address={Lab.Net(4)}.91.1/24", "ipv6.address=none");
        await host.HaveUsersAsync();
        lab.Write(
            "user/farm.yaml",
            $$"""
            farm: {{Own("user")}}
            hypervisors: { c: { uri: "{{host.Uri}}.user" } }
            vms: { list: [ { name: u, platform: debian_12, runtime: container } ] }
            """
        );
        const string cure = "networks: { default: { mode: existing, network: incusbr-0 } }";
        string[] user = ["-f", "user/farm.yaml"];
        await lab.RefusesAsync(3, [cure], ["up", .. user]);
        lab.Write("user/farm.yaml", lab.Read("user/farm.yaml") + $"\n{cure}\n");
        await lab.MustAsync(0, ["up", .. user]);
        Assert.Contains($"{Own("user")}--u", await host.ClientAsync("--project", "user-0", "list", "-f", "csv"), StringComparison.Ordinal);
        await lab.MustAsync(0, ["destroy", "--yes", .. user]);
    }

    /// <summary>By the engine's channel, to another machine, too; b is reached by ssh.</summary>
    const string Tasks = """
        - shell: pkill -x sshd; exit 0
          when: inventory_hostname == "a"
        - command: cat /root/made
          register: made
        - copy: { content: "{{ ansible_facts.hostname }} has /root/made of {{ ansible_connection }}", dest: /tmp/said }
          become: true
          become_user: nobody
        - fetch: { src: /tmp/said, dest: "{{ playbook_dir }}/fetched/{{ inventory_hostname }}", flat: true }
        - command: hostname
          delegate_to: a
          register: other
          failed_when: other.stdout != "a"
        """;

    /// <summary>A farm's name as only this test has it.</summary>
    string Own(string farm) => Lab.Own(farm + title.ToLowerInvariant());

    async Task CopiesAsync()
    {
        lab.Write("out/a file", "one");
        await lab.MustAsync(0, "cp", "out", "a:/root/in");
        Assert.Equal("one", await lab.SucceedsAsync("ssh", "a", "--", "cat '/root/in/a file'"));
        lab.Write("out/second", "two");
        await lab.MustAsync(0, "cp", "out/second", "a:/root/in/second");
        await lab.MustAsync(0, "cp", "a:/root/in", "back");
        Assert.Equal(["one", "two"], [lab.Read("back/a file"), lab.Read("back/second")]);
    }

    /// <summary>An archive of a container, sealed; the same from a server of simplestreams.</summary>
    async Task HasImagesOfOthersAsync()
    {
        var left = Path.Combine(lab.Folder, $"data/croft/platforms/{lab.Farm}.disk.making-0");
        lab.Write(left, "of a command that was killed");
        await lab.MustAsync(0, "image", "create", lab.Farm, "--from", "a");
        Assert.False(File.Exists(left));
        var image = Path.Combine(Directory.CreateDirectory(Path.Combine(lab.Folder, "server/images")).FullName, "own.tar.gz");
        File.Move(Path.Combine(lab.Folder, $"data/croft/platforms/{lab.Farm}.disk"), image);
        WriteServer(image);
        lab.Write(
            "others/farm.yaml",
            $$"""
            farm: {{Own("others")}}
            hypervisors: { c: { uri: "{{host.Uri}}" } }
            mirrors: { images: "file://{{lab.Folder}}/server" }
            platforms:
              file: { image: { file: ../server/images/own.tar.gz } }
              server: { image: images:own/1/cloud }
            vms:
              list:
                - { name: f, platform: file, runtime: container }
                - { name: s, platform: server, runtime: container }
            """
        );
        string[] others = ["-f", "others/farm.yaml"];
        await lab.MustAsync(0, ["up", .. others]);
        var said = await lab.SucceedsAsync(["exec", .. others, "--", "hostname; cat /root/made"]);
        Assert.Equal(
            ["f: f", "f: initialised as a", "s: initialised as a", "s: s"],
            said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)
        );
        Assert.Contains("own.tar.gz", lab.Read("others/croft.lock"), StringComparison.Ordinal);
        await lab.MustAsync(0, ["destroy", "--yes", .. others]);
    }

    void WriteServer(string image)
    {
        using var bytes = File.OpenRead(image);
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
        lab.Write(
            "server/streams/v1/index.json",
            """{ "index": { "images": { "datatype": "image-downloads", "path": "streams/v1/images.json" } } }"""
        );
        lab.Write(
            "server/streams/v1/images.json",
            $$"""
            { "products": { "own:1": { "aliases": "own/1/cloud", "arch": "amd64", "versions": { "20261129": { "items": {
              "all": { "ftype": "lxd_combined.tar.gz", "path": "images/own.tar.gz", "sha256": "{{digest}}" } } } } } } }
            """
        );
    }

    /// <summary>With a virtual machine of the same host: libvirt makes it, and each finds the other by name.</summary>
    async Task SharesANetworkAsync()
    {
        lab.Write(
            "mixed/farm.yaml",
            $$"""
            farm: {{Own("mixed")}}
            hypervisors: { h: { uri: "qemu:///system" }, c: { uri: "{{host.Uri}}" } }
            vms:
              list:
                - { name: box, platform: debian_12, runtime: container }
                - { name: v, platform: debian_12 }
            """
        );
        string[] mixed = ["-f", "mixed/farm.yaml"];
        await lab.MustAsync(0, ["up", .. mixed]);
        foreach (var (machine, peer) in new[] { ("box", "v"), ("v", "box") })
        {
            var asks = $"getent hosts {peer} >/dev/null && bash -c 'exec 3<>/dev/tcp/{peer}/22; head -c 7 <&3; echo'";
            Assert.Equal($"{machine}: SSH-2.0\n", await lab.SucceedsAsync(["exec", machine, .. mixed, "--", asks]));
        }

        var networks = await lab.SucceedsAsync(["network", "list", .. mixed]);
        Assert.Contains("v box", networks, StringComparison.Ordinal);
        Assert.DoesNotContain("missing", networks, StringComparison.Ordinal);
        await lab.MustAsync(0, ["destroy", "box", "--yes", .. mixed]);
        Assert.DoesNotContain("name='box'", await NetworkAsync(), StringComparison.Ordinal);
        await lab.MustAsync(0, ["destroy", "--yes", .. mixed]);
    }

    async Task<string> NetworkAsync() =>
        await new Tool("virsh", "-c", "qemu:///system", "net-dumpxml", Own("mixed") + ".default").RunCheckedAsync(
            "virsh",
            TestContext.Current.CancellationToken
        );

    /// <summary>By https, restricted to projects: LXD shows such a client no network's configuration, and Incus no list of pools.</summary>
    async Task TakesANetworkOfOthersAsync()
    {
        var port = FreePort();
        var network = $"x{title[0]}{Environment.ProcessId}";
        await host.ClientAsync("config", "set", "core.https_address", $"127.0.0.1:{port}");
        await host.ClientAsync("network", "create", network, $"ipv4.address={Lab.Net(4)}.{Third}.1/24", "ipv6.address=none");
        lab.Write(
            "others/farm.yaml",
            $$"""
            farm: {{Own("others")}}
            hypervisors: { far: { uri: "{{title.ToLowerInvariant()}}://127.0.0.1:{{port}}" } }
            networks: { net: { mode: existing, network: {{network}} } }
            vms: { list: [ { name: o, platform: debian_12, runtime: container, connection: ssh, networks: [net] } ] }
            """
        );
        lab.Write(
            "own/farm.yaml",
            lab.Read("others/farm.yaml").Replace($"mode: existing, network: {network}", "", StringComparison.Ordinal)
        );
        string[] others = ["-f", "others/farm.yaml"];
        await lab.RefusesAsync(3, ["is not trusted yet", "croft hypervisors trust far"], ["up", .. others]);
        var token = (await host.ClientAsync(host.TokenFor("default"))).Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        var trust = lab.Tool(["hypervisors", "trust", "far", .. others]) with
        {
            Input = async (stdin, stop) => await stdin.WriteAsync(Encoding.ASCII.GetBytes(token + "\n"), stop),
        };
        var trusted = await TestedProgram.RunAsync(trust, TestContext.Current.CancellationToken);
        Assert.True(trusted.ExitCode == 0, trusted.Error);
        string[] own = ["-f", "own/farm.yaml"];
        if (host.ShowsNetworks)
        {
            await lab.MustAsync(0, ["up", .. own]);
            await lab.MustAsync(0, ["destroy", "--yes", .. own]);
        }
        else
            await lab.RefusesAsync(3, ["see no network's configuration", "restricted: false", "mode: existing"], ["up", .. own]);
        await lab.MustAsync(0, ["up", .. others]);
        Assert.Equal("o: o\n", await lab.SucceedsAsync(["exec", "o", .. others, "--", "hostname"]));
        Assert.Contains($" {Lab.Net(4)}.{Third}.", await lab.SucceedsAsync(["ls", .. others]), StringComparison.Ordinal);
        await lab.MustAsync(0, ["destroy", "--yes", .. others]);
        await host.ClientAsync("network", "delete", network);
    }

    /// <summary>Of a subnet on this host, where the other service's tests may run at the same time.</summary>
    int Third => title.Length * 16;

    static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    /// <summary>What somebody did with the service's own client is seen before anything is switched off.</summary>
    async Task StayWhereOthersHoldThemAsync()
    {
        var (a, b) = ($"{lab.Farm}--a", $"{lab.Farm}--b");
        await lab.MustAsync(0, "up");
        await host.ClientAsync("config", "set", a, "security.protection.delete=true");
        await lab.RefusesAsync(3, [$"{host.Tool} config set {a} security.protection.delete=false"], "destroy", "--yes");
        await host.ClientAsync("config", "set", a, "security.protection.delete=false");
        await lab.MustAsync(0, "stop", "b");
        await host.ClientAsync("move", b, "other");
        await lab.RefusesAsync(3, ["machine \"b\" was renamed", $"{host.Tool} move other {b}"], "plan");
        await lab.RefusesAsync(3, ["machine \"b\" was renamed"], "destroy", "--yes");
        await host.ClientAsync("move", "other", b);
        Assert.Equal("running", await lab.StateAsync("a"));
    }

    async Task PowersAsync()
    {
        await lab.MustAsync(0, "stop", "a");
        Assert.Equal("off", await lab.StateAsync("a"));
        await lab.MustAsync(0, "start", "a");
        await lab.MustAsync(0, "pause", "a");
        Assert.Equal("paused", await lab.StateAsync("a"));
        await lab.MustAsync(0, "resume", "a");
        lab.Write("farm.yaml", lab.Read("farm.yaml").Replace("memory: 256MiB", "memory: 256MiB, disk: 2GiB", StringComparison.Ordinal));
        Assert.Contains("disk root grows to 2 GiB", await lab.SucceedsAsync("plan"), StringComparison.Ordinal);
        await lab.MustAsync(0, "up");
        Assert.Equal("2147483648\n", await host.ClientAsync("config", "device", "get", $"{lab.Farm}--a", "root", "size"));
        Assert.Equal("a: one\n", await lab.SucceedsAsync("exec", "a", "--", "cat '/root/in/a file'"));
    }

    /// <summary>The user's snapshots outlive that a machine is made anew; layers are found again.</summary>
    async Task RunsPhasesAsync()
    {
        await lab.RunAsync("run", exitCode: 1, "--fresh");
        Assert.Contains("main ended with exit code 3", string.Join('\n', lab.Journal()), StringComparison.Ordinal);
        lab.ForgetRuns();
        lab.Write("phases/terminate.yaml", Tasks);
        await lab.RunAsync("run", exitCode: 1, "--keep"); // b asks a until its end
        Assert.Equal("a has /root/made of croft_engine", lab.Read("fetched/a"));
        var ended = lab.Journal().Where(l => l.Contains("\"kind\":\"stepEnd\"", StringComparison.Ordinal));
        Assert.Equal(2, ended.Count(l => l.Contains("\"step\":\"terminate\",\"outcome\":\"passed\"", StringComparison.Ordinal)));
        Assert.Contains("restore init", string.Join('\n', lab.Journal()), StringComparison.Ordinal);
        Assert.DoesNotContain("\"create init\"", string.Join('\n', lab.Journal()), StringComparison.Ordinal);
        Assert.Equal(
            ["clean layer", "init layer", "mine user"],
            (await lab.SucceedsAsync("snapshot", "list", "a"))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Skip(1)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(words => $"{words[1]} {words[3]}")
                .Order(StringComparer.Ordinal)
        );
    }

    async Task KeepsStatesAsync()
    {
        await lab.MustAsync(0, "snapshot", "create", "mine", "a");
        Assert.Contains("mine", await host.ClientAsync("info", $"{lab.Farm}--a"), StringComparison.Ordinal);
        await lab.RefusesAsync(2, ["its memory is its host's"], "snapshot", "create", "more", "a", "--memory");
        await lab.SucceedsAsync("exec", "a", "--", "rm -r /root/in");
        await lab.MustAsync(0, "snapshot", "restore", "mine", "a", "--yes");
        string[] proxy = [$"listen=tcp:127.0.0.1:{FreePort()}", "connect=tcp:127.0.0.1:22"];
        await host.ClientAsync(["config", "device", "add", $"{lab.Farm}--a", "px", "proxy", .. proxy]);
        await lab.MustAsync(0, "fork", "a", "--name", "twin"); // which cannot listen there, too
        Assert.Equal(
            ["a: a", "a: one", "twin: one", "twin: twin"],
            (await lab.SucceedsAsync("exec", "a", "twin", "--", "hostname; cat '/root/in/a file'; echo"))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !line.EndsWith(": ", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
        );
        Assert.Contains("\"ansible_host\"", await lab.SucceedsAsync("inventory", "--host", "twin"), StringComparison.Ordinal);
        await lab.MustAsync(0, "destroy", "twin", "--yes");
    }

    public async ValueTask DisposeAsync()
    {
        await lab.DisposeAsync();
        await host.DownAsync();
    }
}
