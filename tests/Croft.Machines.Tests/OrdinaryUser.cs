using System.Globalization;
using System.Text.Json.Nodes;
using Croft.Testing;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>
/// A user of this machine for the time of a test class, who has nothing but a home, a runtime folder and the program, and may open /dev/kvm
/// where there is one.
/// Gone afterwards with every process of theirs.
/// </summary>
public sealed class OrdinaryUser : IAsyncLifetime
{
    static int users;

    readonly string name = $"croft-test-{Environment.ProcessId}-{Interlocked.Increment(ref users)}";
    readonly List<string> farms = [];
    string? missing;
    bool limited;
    int id = -1;

    string Home => $"/home/{name}";

    string Runtime => $"/run/user/{id}";

    string Pool => Path.Combine(Home, ".local/share/croft/disks");

    string program = "";

    public async ValueTask InitializeAsync()
    {
        missing =
            !Environment.IsPrivilegedProcess ? "only root can make another user"
            : !File.Exists("/usr/sbin/libvirtd") ? "libvirt is not installed"
            : null;
        if (missing is not null)
            return;
        await MustAsync(
            "useradd",
            [
                "-m",
                "-d",
                Home,
                .. File.Exists("/dev/kvm") && File.ReadLines("/etc/group").Any(line => line.StartsWith("kvm:", StringComparison.Ordinal))
                    ? ["-G", "kvm"]
                    : (string[])[],
                name,
            ]
        );
        id = int.Parse(await MustAsync("id", "-u", name), CultureInfo.InvariantCulture);
        await MustAsync("install", "-d", "-m", "700", "-o", name, Runtime);
        program = await TestedProgram.CopyAsync(Path.Combine(Home, "croft"));
        if ((await AsUser("test", "-r", typeof(object).Assembly.Location).RunAsync(CancellationToken.None)).ExitCode != 0)
            missing = $"an ordinary user cannot read {DotNet}";
        else
            await ShareImageAsync();
        await MustAsync("chown", "-R", name, Home);
    }

    public async ValueTask DisposeAsync()
    {
        if (id < 0)
            return;
        foreach (var farm in farms)
            await Croft(farm, "destroy", "--yes").RunAsync(CancellationToken.None);
        foreach (var process in Processes())
            await new Tool("kill", "-KILL", process).RunAsync(CancellationToken.None);
        if (limited)
            await new Tool("umount", "-l", Pool).RunAsync(CancellationToken.None);
        await new Tool("userdel", "-f", "-r", name).RunAsync(CancellationToken.None);
        if (Directory.Exists(Runtime))
            TestFolder.Delete(Runtime);
    }

    /// <summary>A folder of the user's with a farm file; skips the test where there can be no such user.</summary>
    public async Task<string> FarmAsync(string farm, string text, params (string File, string Text)[] more)
    {
        Assert.SkipWhen(missing is not null, missing ?? "");
        var folder = Path.Combine(Home, farm);
        foreach (var (file, content) in (IEnumerable<(string, string)>)[("farm.yaml", text), .. more])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
            await File.WriteAllTextAsync(Path.Combine(folder, file), content);
        }

        await MustAsync("chown", "-R", name, folder);
        farms.Add(folder);
        return folder;
    }

    /// <summary>The program as this user calls it, in a folder.</summary>
    public Tool Croft(string folder, params IEnumerable<string> arguments) => AsUser([program, .. arguments]) with { Directory = folder };

    /// <summary>The same from a login that got no runtime folder.</summary>
    public Tool CroftWithoutRuntime(string folder, params IEnumerable<string> arguments) =>
        AsUser(["env", "-u", "XDG_RUNTIME_DIR", program, .. arguments]) with
        {
            Directory = folder,
        };

    /// <summary>The same when nothing is known of any hypervisor yet, and no image is built.</summary>
    public Tool CroftWithoutCache(string folder, params IEnumerable<string> arguments) =>
        AsUser(["env", $"XDG_CACHE_HOME={Path.Combine(folder, "cache")}", program, .. arguments]) with
        {
            Directory = folder,
        };

    public async Task<ToolResult> CroftAsync(string folder, int exitCode, params IEnumerable<string> arguments)
    {
        var result = await TestedProgram.RunAsync(Croft(folder, arguments), TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == exitCode, $"{string.Join(' ', arguments)}: exit code {result.ExitCode}: {result.Error}");
        return result;
    }

    public async Task<RunOutcome> RunAsync(string folder, int exitCode = 0)
    {
        var result = await CroftAsync(folder, exitCode, "run", "-o", "json");
        Assert.True(result.Output.Length > 0, result.Error);
        return new(JsonNode.Parse(result.Output)!, result.Error);
    }

    /// <summary>Gives the user's pool a file system of its own with so much space in all.</summary>
    public async Task LimitPoolAsync(int mebibytes)
    {
        await AsUser("mkdir", "-p", Pool).RunCheckedAsync("making the pool's folder", CancellationToken.None);
        await MustAsync("mount", "-t", "tmpfs", "-o", $"{(limited ? "remount," : "")}size={mebibytes}m,mode=700,uid={id}", "tmpfs", Pool);
        limited = true;
    }

    /// <summary>Files in the user's pool.</summary>
    public IEnumerable<string> Volumes => Directory.EnumerateFiles(Pool).Select(file => Path.GetFileName(file));

    /// <summary>Kills the user's libvirt daemon; their machines go on.</summary>
    public async Task KillDaemonAsync()
    {
        var daemon = Processes().Single(process => File.ReadAllText($"/proc/{process}/comm").Trim() is "libvirtd" or "virtqemud");
        await MustAsync("kill", "-KILL", daemon);
    }

    /// <summary>Kills all programs of that name of the user's. Returns how many those were.</summary>
    public async Task<int> KillAsync(string program)
    {
        var found = Processes().Where(process => NameOf(process) == program).ToList();
        foreach (var process in found)
            await new Tool("kill", "-KILL", process).RunAsync(CancellationToken.None);
        return found.Count;
    }

    static string NameOf(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/status").Contains("\nState:\tZ", StringComparison.Ordinal)
                ? ""
                : File.ReadAllText($"/proc/{process}/comm").Trim();
        }
        catch (IOException)
        {
            return ""; // it ended meanwhile
        }
    }

    /// <summary>The port that leads to a machine's ssh.</summary>
    public async Task<int> PortAsync(string folder, string machine)
    {
        var host = JsonNode.Parse((await CroftAsync(folder, 0, "inventory", "--list")).Output)!["_meta"]!["hostvars"]![machine]!;
        Assert.Equal("127.0.0.1", (string?)host["ansible_host"]);
        return (int)host["ansible_port"]!;
    }

    /// <summary>What a farm left in libvirt beside libvirt's own log, and what in the user's folders is not the user's.</summary>
    public async Task<IReadOnlyList<string>> LeftoversAsync(string farm)
    {
        var domains = (
            await AsUser("virsh", "-q", "-c", "qemu:///session", "list", "--all", "--name").RunAsync(CancellationToken.None)
        ).Output;
        var volumes = (
            await new Tool(
                "find",
                Home,
                Runtime,
                "-path",
                Path.Combine(Home, ".cache/libvirt"),
                "-prune",
                "-o",
                "-name",
                farm + ".*",
                "-print"
            ).RunAsync(CancellationToken.None)
        ).Output;
        var strangers = (await new Tool("find", Home, Runtime, "!", "-user", name).RunAsync(CancellationToken.None)).Output;
        return
        [
            .. $"{domains}\n{volumes}\n{strangers}"
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Where(line => line.Contains('/', StringComparison.Ordinal) || line.StartsWith(farm + ".", StringComparison.Ordinal)),
        ];
    }

    /// <summary>Whether libvirt has a second daemon of the user's: the one it starts without a runtime folder.</summary>
    public bool HasSecondDaemon => File.Exists(Path.Combine(Home, ".cache/libvirt/libvirtd.pid"));

    static string DotNet => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));

    Tool AsUser(params IEnumerable<string> command) =>
        new(
            "setpriv",
            [
                "--reuid",
                name,
                "--regid",
                name,
                "--init-groups",
                "--reset-env",
                "env",
                "PATH=/usr/local/bin:/usr/bin:/bin",
                $"XDG_RUNTIME_DIR={Runtime}",
                $"DOTNET_ROOT={DotNet}",
                .. command,
            ]
        )
        {
            Directory = "/",
        };

    /// <summary>Gives the user the image that all tests share.</summary>
    async Task ShareImageAsync()
    {
        var built = await new Tool(TestedProgram.Path, "image", "pull", "debian_12", "-o", "json")
        {
            Directory = Home,
            Environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = Lab.Cache },
        }.RunAsync(CancellationToken.None);
        Assert.True(built.ExitCode == 0, built.Error);
        var images = Directory.CreateDirectory(Path.Combine(Home, ".cache/croft/images")).FullName;
        foreach (var part in (string[])["recipes", (string)JsonNode.Parse(built.Output)![0]!["id"]!])
            await MustAsync("cp", "-r", "--reflink=auto", "--sparse=always", Path.Combine(Lab.Cache, "croft/images", part), images);
    }

    IEnumerable<string> Processes() =>
        Directory.EnumerateDirectories("/proc").Select(p => Path.GetFileName(p)).Where(p => p.All(char.IsAsciiDigit) && OwnerOf(p) == id);

    static int OwnerOf(string process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("Uid:", StringComparison.Ordinal));
            return int.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return -1; // it ended meanwhile
        }
    }

    static Task<string> MustAsync(string program, params IReadOnlyList<string> arguments) =>
        new Tool(program, arguments).RunCheckedAsync($"preparing an ordinary user: {program}", CancellationToken.None);
}
