using System.Text;
using System.Text.Json.Nodes;
using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>Each claim leaves both machines up.</summary>
public sealed class AFarmThatIsUp(UpFarm up) : IClassFixture<UpFarm>
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    Lab Lab => up.Lab;

    [Fact]
    public async Task HasNothingToDoForASecondUp() =>
        Assert.Contains("Nothing to do: 2 of 2", (await Lab.MustAsync(0, "up")).Error, StringComparison.Ordinal);

    [Fact]
    public async Task IsStartedWithItsHostWhereItIsDeclaredSo()
    {
        var started = (await new Tool("virsh", "-c", "qemu:///system", "list", "--all", "--name", "--autostart").RunAsync(Cancel)).Output;
        Assert.Equal([$"{Lab.Farm}.a"], started.Split('\n').Where(name => name.StartsWith($"{Lab.Farm}.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ExecutesSideBySideWithPrefixesAndTheHighestExitCode()
    {
        var result = await Lab.MustAsync(7, "exec", "--", "date +%s%N; sleep 2; date +%s%N; [ $(hostname) = a ] || exit 7; exit 3");
        var times = result
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(": "))
            .ToLookup(p => p[0], p => long.Parse(p[1]));
        Assert.Equal(["a", "b"], times.Select(t => t.Key).Order());
        Assert.True(times.Max(t => t.First()) < times.Min(t => t.Last()), result.Output);
        Assert.Equal("b: b\n", (await Lab.MustAsync(0, "exec", "b", "--", "hostname")).Output);
    }

    [Fact]
    public async Task CopiesFilesAndFoldersBothWaysWhateverTheirNames()
    {
        Lab.Write("out/a file", "one");
        Lab.Write("out/deep er/-f", "two");
        await Lab.MustAsync(0, "cp", "out", "a:/root/in folder");
        Assert.Equal("two", (await Lab.MustAsync(0, "ssh", "a", "--", "cat", "'/root/in folder/deep er/-f'")).Output);
        await Lab.MustAsync(0, "cp", "a:/root/in folder", "back again");
        Assert.Equal("one", Lab.Read("back again/a file"));
        Assert.Equal("two", Lab.Read("back again/deep er/-f"));
        await Lab.MustAsync(0, "cp", "out/a file", "b:/root/the file");
        await Lab.MustAsync(0, "cp", "b:/root/the file", "the file");
        Assert.Equal("one", Lab.Read("the file"));
        await Lab.MustAsync(1, "cp", "a:/root/nothing", "nothing");
    }

    [Fact]
    public async Task PassesACommandsInputAndExitCodeThroughSsh()
    {
        var result = await (Lab.Tool("ssh", "a", "--", "cat; echo no >&2; exit 9") with { Input = Typed("typed") }).RunAsync(
            TestContext.Current.CancellationToken
        );
        Assert.Equal((9, "typed", "no\n"), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task GivesSshAConfigurationThatChecksHostKeys()
    {
        Lab.Write("config", (await Lab.MustAsync(0, "ssh-config")).Output);
        Assert.Equal("b\n", await SshAsync("b"));
        var known = Lab.Read(".croft/known_hosts");
        Assert.Contains($"{Lab.Farm}.a ", known, StringComparison.Ordinal);
        Lab.Write(
            "swapped",
            known
                .Replace($"{Lab.Farm}.a ", $"{Lab.Farm}.c ", StringComparison.Ordinal)
                .Replace($"{Lab.Farm}.b ", $"{Lab.Farm}.a ", StringComparison.Ordinal)
                .Replace($"{Lab.Farm}.c ", $"{Lab.Farm}.b ", StringComparison.Ordinal)
        );
        Assert.Contains(
            "Host key verification failed",
            await SshAsync("b", "-o", "ControlPath=none", "-o", $"UserKnownHostsFile={Path.Combine(Lab.Folder, "swapped")}"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task IsAnInventoryThatAnsibleAccepts()
    {
        Lab.Write(
            "inventory",
            $"#!/bin/sh\nXDG_CACHE_HOME='{Lab.Cache}' XDG_DATA_HOME='{Lab.Folder}/data' exec '{Lab.Tool().Program}' -f '{Lab.Folder}' inventory \"$@\"\n"
        );
        File.SetUnixFileMode(Path.Combine(Lab.Folder, "inventory"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var read = JsonNode.Parse(await AnsibleAsync("ansible-inventory", "-i", "inventory", "--list"))!;
        Assert.Equal(["a", "b"], read["debian_12"]!["hosts"]!.AsArray().Select(h => (string)h!));
        var host = JsonNode.Parse((await Lab.MustAsync(0, "inventory", "--host", "b")).Output)!;
        // Ansible lists the variables of a machine's groups with its own.
        Assert.All(host.AsObject(), variable =>
            Assert.True(JsonNode.DeepEquals(variable.Value, read["_meta"]!["hostvars"]!["b"]![variable.Key]), variable.Key)
        );
        Assert.Contains("b | SUCCESS", await AnsibleAsync("ansible", "-i", "inventory", "b", "-m", "ping"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResolvesItsNamesInGuestsAsOnTheHost()
    {
        var hosts = (await Lab.MustAsync(0, "hosts"))
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t', ' '))
            .ToDictionary(h => h[1], h => h[0]);
        var seen = await Lab.MustAsync(
            0,
            "exec",
            "--",
            $"getent hosts a.{Lab.Farm} b.{Lab.Farm}; getent hosts $([ $(hostname) = a ] && echo b || echo a)"
        );
        Assert.Contains($"a: {hosts["b"]} ", seen.Output, StringComparison.Ordinal);
        Assert.Contains($"b: {hosts["a"]} ", seen.Output, StringComparison.Ordinal);
        Assert.Equal("SSH", (await Lab.MustAsync(0, "ssh", "a", "--", "head -c 3 < /dev/tcp/b/22")).Output);
    }

    [Fact]
    public async Task HasASerialConsoleThatAKeyLeaves()
    {
        var console = Lab.Tool("console", "a");
        var said = "";
        bool ended = false,
            stayed = false;
        await (
            console with
            {
                Program = "script",
                Arguments = ["-qefc", $"'{console.Program}' console a", "/dev/null"],
                Output = async (output, stop) =>
                {
                    using var reader = new StreamReader(output);
                    var buffer = new char[256];
                    while (await reader.ReadAsync(buffer, stop) is var count and > 0)
                        said += new string(buffer, 0, count);
                    ended = true;
                },
                Input = async (input, stop) =>
                {
                    await WaitAsync(() => said.Contains("ctrl-] leaves", StringComparison.Ordinal), stop);
                    await Typed("\recho $((6*7))2\r")(input, stop);
                    await WaitAsync(() => said.Contains("422", StringComparison.Ordinal), stop);
                    await Typed("\x1d")(input, stop);
                    stayed = !await WaitAsync(() => ended, stop);
                },
            }
        ).RunAsync(TestContext.Current.CancellationToken);
        Assert.False(stayed, said);
        Assert.Contains("422", (await Lab.MustAsync(0, "console", "a", "--log")).Output, StringComparison.Ordinal);

        static async Task<bool> WaitAsync(Func<bool> until, CancellationToken stop) =>
            await Poll.UntilAsync(() => Task.FromResult(until() ? "" : null), TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1), stop)
                is not null;
    }

    [Fact]
    public async Task SaysInJsonWhatItIs()
    {
        Assert.Equal("none", (string?)(await JsonAsync("plan"))["machines"]![0]!["action"]);
        Assert.Equal(["a", "b"], (await JsonAsync("ls")).AsArray().Select(m => (string)m!["name"]!));
        var status = await JsonAsync("status", "a");
        Assert.Equal(
            ("running", 256L << 20, "up", Lab.Folder),
            ((string?)status["state"], (long)status["memory"]!, (string?)status["held"], (string?)status["folder"])
        );
        Assert.StartsWith("ssh-ed25519 ", (string?)status["hostKey"]);
        Assert.True((bool)(await JsonAsync("hypervisors"))[0]!["reachable"]!);
        Assert.Equal(
            "debian_12",
            (string?)(await JsonAsync("image", "list")).AsArray().First(i => i!["usedBy"]!.AsArray().Count == 2)!["name"]
        );
        Assert.Empty((await JsonAsync("snapshot", "list")).AsArray());
    }

    [Fact]
    public async Task StandsStillWhilePausedAndGoesOnWhenResumed()
    {
        await Lab.MustAsync(0, "pause", "a");
        await GoesOnAsync();
    }

    /// <summary>As a snapshot leaves it that is killed while it holds all writes.</summary>
    [Fact]
    public async Task WritesAgainWhenResumed()
    {
        foreach (var command in (string[])["domfsfreeze", "suspend"])
            await new Tool("virsh", "-q", "-c", "qemu:///system", command, Lab.Farm + ".a").RunCheckedAsync(
                command,
                TestContext.Current.CancellationToken
            );
        await GoesOnAsync();
        await Lab.MustAsync(0, "exec", "a", "--", "echo written > /root/file && sync");
    }

    async Task GoesOnAsync()
    {
        Assert.Equal("paused", await Lab.StateAsync("a"));
        Assert.Contains("\"a\" is paused", (await Lab.MustAsync(3, "exec", "a", "--", "true")).Error, StringComparison.Ordinal);
        await Lab.MustAsync(0, "resume", "a");
        Assert.Equal("a: a\n", (await Lab.MustAsync(0, "exec", "a", "--", "hostname")).Output);
    }

    [Fact]
    public async Task StopsStartsAndRestartsOneMachineAndKeepsItsDisk()
    {
        await Lab.MustAsync(0, "exec", "b", "--", "echo mine > /root/kept");
        var first = await BootAsync();
        await Lab.MustAsync(0, "stop", "b");
        Assert.Equal("off", await Lab.StateAsync("b"));
        Assert.Equal("running", await Lab.StateAsync("a"));
        await Lab.MustAsync(0, "start", "b");
        var second = await BootAsync();
        await Lab.MustAsync(0, "restart", "b");
        Assert.Distinct([first, second, await BootAsync()]);
        Assert.Equal("b: mine\n", (await Lab.MustAsync(0, "exec", "b", "--", "cat /root/kept")).Output);

        async Task<string> BootAsync() => (await Lab.MustAsync(0, "exec", "b", "--", "cat /proc/sys/kernel/random/boot_id")).Output;
    }

    async Task<JsonNode> JsonAsync(params string[] command) => JsonNode.Parse((await Lab.MustAsync(0, [.. command, "-o", "json"])).Output)!;

    /// <summary>What ssh itself, without Croft, prints for the guest's name.</summary>
    async Task<string> SshAsync(string machine, params string[] options)
    {
        var result = await new Tool("ssh", ["-F", Path.Combine(Lab.Folder, "config"), .. options, machine, "hostname"]).RunAsync(
            TestContext.Current.CancellationToken
        );
        return result.Output + result.Error;
    }

    Task<string> AnsibleAsync(string program, params string[] arguments) =>
        (
            new Tool(program, arguments)
            {
                Directory = Lab.Folder,
                Environment = new Dictionary<string, string?> { ["ANSIBLE_NOCOLOR"] = "1" },
            }
        ).RunCheckedAsync(program, TestContext.Current.CancellationToken);

    static Func<Stream, CancellationToken, Task> Typed(string text) =>
        async (input, stop) =>
        {
            await input.WriteAsync(Encoding.UTF8.GetBytes(text), stop);
            await input.FlushAsync(stop);
        };
}
