using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Croft.Testing;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>
/// A farm folder of a test's own on the machine's real libvirt, driven by the program that users get; images are shared between tests. Its
/// farm has a name that no
/// other test run has. What a test leaves is removed at its end, also when it failed.
/// </summary>
sealed class Lab : IAsyncDisposable
{
    /// <summary>What is said where no image can be built.</summary>
    public const string NoArchive = "the Debian archive of this host does not answer";

    /// <summary>Before the process's number in a folder's name.</summary>
    public const string Prefix = "croft-lab-";

    /// <summary>Images that all tests share, of every clone of this user.</summary>
    public static readonly string Cache = Path.GetFullPath(
        Environment.GetEnvironmentVariable("CROFT_TEST_CACHE") ?? Path.Combine(UsersCache(), "croft-tests")
    );

    readonly string called;
    string? folder;

    public Lab(string farm)
    {
        if (!File.Exists("/usr/sbin/libvirtd"))
            Assert.Skip("libvirt is not installed");
        called = farm;
        Farm = Own(farm);
    }

    /// <summary>One that is there already.</summary>
    public Lab(string farm, string folder) => (called, Farm, this.folder) = (farm, farm, folder);

    /// <summary>The farm's name. Farm files written here may say the one that was given to the constructor.</summary>
    public string Farm { get; }

    /// <summary>Made when it is first asked for, so that a test which is skipped leaves none.</summary>
    public string Folder => folder ??= TestFolder.New(Prefix);

    /// <summary>A name as only this test run has it: in letters, since a pool's name has no others.</summary>
    public static string Own(string name) => name + string.Concat($"{Environment.ProcessId}".Select(digit => (char)(digit - '0' + 'a')));

    /// <summary>The first two numbers of addresses that no other test of this run uses, and hardly one of another run.</summary>
    public static string Net(int test) => $"10.{100 + (test * 20) + (Environment.ProcessId % 20)}";

    /// <summary>Puts the program into surroundings of the test's own.</summary>
    public Func<Tool, Tool> Inside { get; init; } = tool => tool;

    /// <summary>The test needs an image of its own. Where nobody can build it, the test is skipped.</summary>
    public bool HasImageOfItsOwn { get; init; }

    /// <summary>Whether machines can be on VDE switches here.</summary>
    public static bool HasVde { get; } =
        File.Exists("/usr/bin/vde_switch")
        && new Tool("qemu-system-x86_64", "-netdev", "help")
            .RunAsync(CancellationToken.None)
            .GetAwaiter()
            .GetResult()
            .Output.Contains("\nvde\n");

    /// <summary>Skips a test that takes long, unless all are asked for.</summary>
    public static void OnlyWithAll()
    {
        if (Environment.GetEnvironmentVariable("CROFT_TEST_ALL") is not { Length: > 0 })
            Assert.Skip("takes long: ./test --all runs it");
    }

    /// <summary>
    /// How often a test of chance tries: often enough to see each kind once. <c>CROFT_TEST_ROUNDS</c> has it so many times as often.
    /// </summary>
    public static int Rounds(int few) =>
        few * (int.TryParse(Environment.GetEnvironmentVariable("CROFT_TEST_ROUNDS"), out var times) && times > 0 ? times : 1);

    public Tool Tool(params string[] arguments) =>
        Inside(new(TestedProgram.Path, arguments)) with
        {
            Directory = Folder,
            Environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = Cache, ["XDG_DATA_HOME"] = Path.Combine(Folder, "data") },
        };

    public Task<ToolResult> CroftAsync(params string[] arguments) =>
        TestedProgram.RunAsync(Tool(arguments), TestContext.Current.CancellationToken);

    /// <summary>The same with a variable of the environment.</summary>
    public Task<ToolResult> CroftWithAsync(string variable, string value, params string[] arguments)
    {
        var croft = Tool(arguments);
        return TestedProgram.RunAsync(
            croft with
            {
                Environment = new Dictionary<string, string?>(croft.Environment) { [variable] = value },
            },
            TestContext.Current.CancellationToken
        );
    }

    /// <summary>Runs a command, which must end with this exit code.</summary>
    public async Task<ToolResult> MustAsync(int exitCode, params string[] arguments)
    {
        var result = await CroftAsync(arguments);
        SkipWithoutImage(result);
        Assert.True(result.ExitCode == exitCode, $"croft {string.Join(' ', arguments)}: exit code {result.ExitCode}: {result.Error}");
        return result;
    }

    /// <summary>Runs <c>croft run</c> or the like, which must end with this exit code.</summary>
    public async Task<RunOutcome> RunAsync(string command, int exitCode = 0, params string[] more)
    {
        var result = await MustAsync(exitCode, [command, "-o", "json", .. more]);
        return new(JsonNode.Parse(result.Output)!, result.Error);
    }

    /// <summary>Runs a command that must be refused, with these words in its message.</summary>
    public async Task RefusesAsync(int exitCode, IEnumerable<string> words, params string[] command)
    {
        var result = await CroftAsync(command);
        Assert.True(result.ExitCode == exitCode, $"croft {string.Join(' ', command)}: exit code {result.ExitCode}: {result.Error}");
        Assert.All(words, word => Assert.Contains(word, result.Error));
    }

    /// <summary>Runs a command that must succeed, and returns what it printed.</summary>
    public async Task<string> SucceedsAsync(params string[] command)
    {
        var result = await CroftAsync(command);
        SkipWithoutImage(result);
        Assert.True(result.ExitCode == 0, $"croft {string.Join(' ', command)}: exit code {result.ExitCode}: {result.Error}");
        return result.Output;
    }

    /// <summary>Runs virsh on this host, past Croft; it must succeed. Returns what it printed.</summary>
    public static Task<string> VirshAsync(params string[] arguments) =>
        new Tool("virsh", ["-q", "-c", "qemu:///system", .. arguments]).RunCheckedAsync("virsh", TestContext.Current.CancellationToken);

    void SkipWithoutImage(ToolResult result) =>
        Assert.SkipWhen(
            HasImageOfItsOwn && result.Error.Contains(NoArchive, StringComparison.Ordinal),
            $"its image is not at hand and cannot be built: {NoArchive}"
        );

    public async Task<string?> StateAsync(string machine)
    {
        var list = JsonNode.Parse((await CroftAsync("ls", "-o", "json")).Output)!.AsArray();
        return (string?)list.FirstOrDefault(m => (string?)m!["name"] == machine)?["state"];
    }

    /// <summary>Everything on the hypervisor that carries the farm's name: domains, networks, volumes.</summary>
    public async Task<IReadOnlyList<string>> LeftoversAsync()
    {
        var found = new List<string>();
        foreach (
            var (kind, arguments) in new[]
            {
                ("domain", (string[])["list", "--all", "--name"]),
                ("network", ["net-list", "--all", "--name"]),
                ("volume", ["vol-list", "croft"]),
            }
        )
        {
            var names = (await new Tool("virsh", ["-q", "-c", "qemu:///system", .. arguments]).RunAsync(CancellationToken.None))
                .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(line => line.Split(' ')[0]);
            found.AddRange(
                names
                    .Where(n => n.StartsWith(Farm + ".", StringComparison.Ordinal) || n.StartsWith(Farm + "-", StringComparison.Ordinal))
                    .Select(n => $"{kind} {n}")
            );
        }

        return found;
    }

    /// <summary>Lines of the journals of all runs so far.</summary>
    public IEnumerable<string> Journal() => JournalOf(Folder);

    /// <summary>Lines of the journals of all runs so far of the farm in a folder.</summary>
    public static IEnumerable<string> JournalOf(string folder) =>
        Path.Combine(folder, ".croft/runs") is var runs && Directory.Exists(runs)
            ? Directory.EnumerateFiles(runs, "events.jsonl", SearchOption.AllDirectories).SelectMany(Lines)
            : [];

    /// <summary>Forgets the runs so far.</summary>
    public void ForgetRuns()
    {
        if (Directory.Exists(Runs))
            TestFolder.Delete(Runs);
    }

    string Runs => Path.Combine(Folder, ".croft/runs");

    /// <summary>Of a file that another process still writes.</summary>
    static string[] Lines(string file)
    {
        using var text = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return text.ReadToEnd().Split('\n');
    }

    public void Write(string file, string text)
    {
        var path = Path.Combine(Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, Regex.Replace(text, $"^farm: {called}$", $"farm: {Farm}", RegexOptions.Multiline));
    }

    public string Read(string file) => File.ReadAllText(Path.Combine(Folder, file));

    static string UsersCache() =>
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");

    public async ValueTask DisposeAsync()
    {
        if (folder is null)
            return;
        foreach (var farm in Directory.EnumerateFiles(Folder, "farm.yaml", SearchOption.AllDirectories).ToList()) // pools are farms too
            await Tool("destroy", "-f", farm, "--yes").RunAsync(CancellationToken.None);
        TestFolder.Delete(Folder);
    }
}
