using Croft.Testing;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>
/// Three real libvirt hosts on this machine for the time of the test classes that need them, reached by tcp, tls and ssh, and a farm of six
/// machines that is up on them. Croft runs
/// with an ~/.ssh of its own. Test runs take turns with them. What an interrupted run left is removed first.
/// </summary>
[CollectionDefinition(nameof(ThreeHosts))]
public sealed class ThreeHosts : IAsyncLifetime, ICollectionFixture<ThreeHosts>
{
    static readonly string Script = Path.Combine(AppContext.BaseDirectory, "libvirt-host.sh");

    readonly string folder = TestFolder.New();
    readonly List<Lab> labs = [];
    FileLock? turn;
    string? missing;

    /// <summary>By name in the farm file, their number.</summary>
    static readonly Dictionary<string, int> Numbers = new()
    {
        ["tcp"] = 71,
        ["tls"] = 72,
        ["ssh"] = 73,
    };

    internal Lab Lab { get; private set; } = null!;

    /// <summary>The farm file's hypervisors. The second is reached through the first one.</summary>
    internal string Hypervisors =>
        $$"""
            hypervisors:
              tcp: { uri: "qemu+tcp://{{AddressOf("tcp")}}/system", jump: "root@{{AddressOf("tcp")}}" }
              tls: { uri: "qemu+tls://{{AddressOf("tls")}}/system?pkipath={{folder}}/pki", jump: [ "root@{{AddressOf(
                "tcp"
            )}}", "root@{{AddressOf("tls")}}:22" ] }
              ssh: { uri: "{{UriOf("ssh")}}" }

            """;

    static string AddressOf(string host) => $"10.99.{Numbers[host]}.2";

    string UriOf(string host) =>
        host == "ssh"
            ? $"qemu+ssh://root@{AddressOf(host)}/system?keyfile={folder}/id;no_verify=1"
            : $"qemu+tcp://{AddressOf(host)}/system";

    public async ValueTask InitializeAsync()
    {
        missing =
            !Environment.IsPrivilegedProcess ? "only root can make hosts"
            : new[] { "/usr/sbin/libvirtd", "/usr/sbin/sshd", "/usr/bin/openssl", "/usr/bin/nc" }.FirstOrDefault(file => !File.Exists(file))
                is { } file
                ? $"there is no {file}"
            : null;
        Lab = FarmLab("hosts");
        if (missing is not null)
            return;
        turn = await FileLock.EnterAsync("/run/lock/croft-test-hosts", "tests", TestContext.Current.CancellationToken);
        await HostAsync("up", "tcp");
        await Task.WhenAll(HostAsync("up", "tls"), HostAsync("up", "ssh"));
        Directory.CreateDirectory(Path.Combine(folder, "ssh"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Copy(Path.Combine(folder, "id"), Path.Combine(folder, "ssh/id_ed25519"));
        await File.WriteAllLinesAsync(
            Path.Combine(folder, "ssh/known_hosts"),
            Numbers.Select(h => $"{AddressOf(h.Key)} {File.ReadAllText(Path.Combine(folder, $"{h.Value}/host_key.pub"))}")
        );
        Lab.Write(
            "farm.yaml",
            $$"""
            farm: hosts
            {{Hypervisors}}
            networks: { net: { mode: nat }, out: { mode: user } }
            vms:
              list:
                - { name: m, platform: debian_12, memory: 256MiB, networks: [ net ], count: 4 }
                - { name: p, platform: debian_12, memory: 256MiB, networks: [ net ], wait: "port:22" }
                - { name: u, platform: debian_12, memory: 256MiB, networks: [ out ], hypervisor: ssh }
            """
        );
        await Lab.MustAsync(0, "up");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var lab in labs)
            await lab.DisposeAsync();
        if (missing is null)
        {
            foreach (var host in Numbers.Keys)
                await HostAsync("down", host);
        }

        TestFolder.Delete(folder);
        turn?.Dispose();
    }

    /// <summary>A folder for a farm on these hosts; skips the test where there can be none.</summary>
    internal Lab FarmLab(string farm)
    {
        var lab = new Lab(farm) { Inside = Inside };
        labs.Add(lab);
        return lab;
    }

    internal void SkipWhereMissing() => Assert.SkipWhen(missing is not null, missing ?? "");

    /// <summary>The program with the hosts' keys in ~/.ssh.</summary>
    internal Tool Inside(Tool tool)
    {
        var own = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".ssh");
        Directory.CreateDirectory(own, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return tool with
        {
            Program = "unshare",
            Arguments =
            [
                "--mount",
                "sh",
                "-c",
                "mount --bind \"$0\" \"$1\" && shift && exec \"$@\"",
                Path.Combine(folder, "ssh"),
                own,
                tool.Program,
                .. tool.Arguments,
            ],
        };
    }

    /// <summary>Sends a signal to a host's libvirtd: STOP freezes it, CONT lets it go on.</summary>
    internal static Task SignalAsync(string host, string signal) =>
        new Tool("bash", Script, "signal", $"{Numbers[host]}", signal).RunCheckedAsync($"{signal} to {host}", CancellationToken.None);

    /// <summary>Has a host go away: <c>freeze</c>, <c>cut</c> or <c>kill</c>.</summary>
    internal static Task LoseAsync(string host, string how) =>
        new Tool("bash", Script, how, $"{Numbers[host]}").RunCheckedAsync($"{how} {host}", CancellationToken.None);

    /// <summary>Has it come back.</summary>
    internal Task ReturnAsync(string host, string how) =>
        how == "kill"
            ? HostAsync("revive", host)
            : new Tool("bash", Script, how == "freeze" ? "thaw" : "mend", $"{Numbers[host]}").RunCheckedAsync(
                $"{host} returns",
                CancellationToken.None
            );

    /// <summary>Names of the machines that run on a host.</summary>
    internal async Task<IReadOnlyList<string>> RunningAsync(string host) =>
        (
            await Inside(new("virsh", "-q", "-c", UriOf(host), "list", "--name")).RunCheckedAsync("asking " + host, CancellationToken.None)
        ).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Makes a volume on a host that was last written to so long ago.</summary>
    internal async Task MakeVolumeAsync(string host, string name, TimeSpan ago)
    {
        await Inside(new("virsh", "-q", "-c", UriOf(host), "vol-create-as", "croft", name, "1M"))
            .RunCheckedAsync("making " + name, CancellationToken.None);
        File.SetLastWriteTimeUtc(
            Path.Combine(folder, $"{Numbers[host]}/lib/croft", name),
            (TimeProvider.System.GetUtcNow() - ago).UtcDateTime
        );
    }

    /// <summary>What of a farm is on the hosts.</summary>
    internal async Task<IReadOnlyList<string>> LeftoversAsync(string farm)
    {
        var found = new List<string>();
        foreach (var host in Numbers.Keys)
        {
            foreach (
                var arguments in new[] { (string[])["list", "--all", "--name"], ["net-list", "--all", "--name"], ["vol-list", "croft"] }
            )
            {
                var output = await Inside(new("virsh", ["-q", "-c", UriOf(host), .. arguments]))
                    .RunCheckedAsync("asking " + host, CancellationToken.None);
                found.AddRange(
                    output
                        .Split('\n')
                        .Select(line => line.Trim())
                        .Where(line =>
                            line.StartsWith(farm + ".", StringComparison.Ordinal) || line.StartsWith(farm + "-", StringComparison.Ordinal)
                        )
                );
            }
        }

        return found;
    }

    async Task HostAsync(string what, string host) =>
        await new Tool(
            "bash",
            what == "down" ? [Script, "down", $"{Numbers[host]}"] : [Script, what, folder, $"{Numbers[host]}"]
        ).RunCheckedAsync($"{what} {host}", CancellationToken.None);
}
