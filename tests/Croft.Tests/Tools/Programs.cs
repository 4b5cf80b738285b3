using System.Diagnostics;
using System.Globalization;
using System.Text;
using Croft.Tools;

namespace Croft.Tests.Tools;

public sealed class Programs
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetTheirArgumentsAsTheyAre()
    {
        string[] odd = ["", " ", "a b", "'", "\"", "$(id)", "`id`", "a\nb", "-n", "*", "\\", "é\u4e2d", ";reboot"];
        var result = await new Tool("sh", ["-c", "for a; do printf '[%s]' \"$a\"; done", "sh", .. odd]).RunAsync(Cancel);
        Assert.Equal(string.Concat(odd.Select(o => $"[{o}]")), result.Output);
    }

    [Fact]
    public async Task AnswerWithExitCodeOutputAndError()
    {
        var result = await new Tool("sh", "-c", "echo out; echo err >&2; exit 7").RunAsync(Cancel);
        Assert.Equal((7, "out\n", "err\n"), (result.ExitCode, result.Output, result.Error));
        Assert.Equal(128 + 15, (await new Tool("sh", "-c", "kill -TERM $$").RunAsync(Cancel)).ExitCode);
    }

    [Fact]
    public async Task ReadAnEmptyInputWhenTheyAreGivenNone() => Assert.Equal("", (await new Tool("cat").RunAsync(Cancel)).Output);

    [Fact]
    public async Task ReadAndWriteMoreThanAPipeHolds()
    {
        var sent = new byte[5_000_000];
        new Random(1).NextBytes(sent);
        using var received = new MemoryStream();
        var result = await new Tool("cat")
        {
            Input = (stdin, stop) => stdin.WriteAsync(sent, stop).AsTask(),
            Output = (stdout, stop) => stdout.CopyToAsync(received, stop),
        }.RunAsync(Cancel);
        Assert.Equal("", result.Output);
        Assert.Equal(sent, received.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MayLeaveOthersThatHoldTheirOutput(bool isHeard)
    {
        var tool = new Tool("sh", "-c", "sleep 300 & echo $!; echo said >&2");
        var result = await (isHeard ? tool with { Line = _ => { } } : tool).RunAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        using var left = Process.GetProcessById(int.Parse(result.Output, CultureInfo.InvariantCulture));
        left.Kill();
        Assert.Equal("said\n", result.Error);
    }

    [Fact]
    public async Task MayEndBeforeTheyHaveReadAll() =>
        Assert.Equal(
            3,
            (
                await new Tool("sh", "-c", "exit 3")
                {
                    Input = (stdin, stop) => stdin.WriteAsync(new byte[5_000_000], stop).AsTask(),
                }.RunAsync(Cancel)
            ).ExitCode
        );

    [Fact]
    public async Task EndWithWhatKeptTheirInputFromComing()
    {
        var error = await Assert.ThrowsAsync<FileNotFoundException>(() =>
            new Tool("cat") { Input = (_, _) => throw new FileNotFoundException("gone") }
                .RunAsync(Cancel)
                .WaitAsync(TimeSpan.FromSeconds(20), Cancel)
        );
        Assert.Equal("gone", error.Message);
        await Assert.ThrowsAsync<IOException>(() =>
            new Tool("sh", "-c", "cat; sleep 300") { Input = (_, _) => Task.FromException(new IOException()) }
                .RunAsync(Cancel)
                .WaitAsync(TimeSpan.FromSeconds(20), Cancel)
        );
    }

    [Fact]
    public async Task MaySayMoreThanIsKept()
    {
        var pieces = new List<int>();
        var result = await new Tool("sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo last; head -c 3000000 /dev/zero >&2")
        {
            Line = line => pieces.Add(line.TrimStart('\0').Length),
        }.RunAsync(Cancel);
        Assert.Equal(3_000_004, pieces.Sum());
        Assert.InRange(pieces.Max(), 1, 1 << 16);
        Assert.EndsWith("x\nlast\n", result.Output, StringComparison.Ordinal);
        Assert.InRange(result.Output.Length + result.Error.Length, 1000, 1_000_000);

        var error = await Assert.ThrowsAsync<CroftException>(() => new Tool("yes", "an answer").RunAsync(Cancel));
        Assert.Contains("yes answered with more than 8 MiB, starting with: an answer", error.Message);
    }

    [Fact]
    public async Task AreHeardLineByLineOneAtATime()
    {
        var lines = new List<string>();
        var inside = 0;
        var result = await new Tool("sh", "-c", "i=0; while [ $i -lt 500 ]; do echo out; echo err >&2; i=$((i+1)); done; printf last")
        {
            Line = line =>
            {
                Assert.Equal(1, Interlocked.Increment(ref inside));
                lines.Add(line);
                Interlocked.Decrement(ref inside);
            },
        }.RunAsync(Cancel);
        Assert.Equal((500, 500, 1), (lines.Count(l => l == "out"), lines.Count(l => l == "err"), lines.Count(l => l == "last")));
        Assert.Equal(500, result.Error.Split('\n').Length - 1);
    }

    [Fact]
    public async Task AreHeardWhileTheyRun()
    {
        var heard = new TaskCompletionSource();
        await new Tool("sh", "-c", "echo first; read answer; echo $answer")
        {
            Line = line => heard.TrySetResult(),
            Input = async (stdin, stop) =>
            {
                await heard.Task.WaitAsync(stop);
                await stdin.WriteAsync("second\n"u8.ToArray(), stop);
            },
        }.RunAsync(Cancel);
    }

    [Fact]
    public async Task HaveTheEnvironmentAndFolderThatTheyAreGiven()
    {
        var result = await new Tool("sh", "-c", "echo \"$ADDED-${HOME-unset}\"; pwd")
        {
            Environment = new Dictionary<string, string?> { ["ADDED"] = "a b", ["HOME"] = null },
            Directory = "/usr",
        }.RunAsync(Cancel);
        Assert.Equal("a b-unset\n/usr\n", result.Output);
    }

    [Theory]
    [InlineData("sleep 300 & echo $!; wait")]
    [InlineData("trap '' TERM INT HUP; sh -c 'trap \"\" TERM; sleep 300' & echo $!; wait")]
    public async Task DieWithAllTheyStartedWhenTheCallIsCancelled(string script)
    {
        using var stop = new CancellationTokenSource();
        var child = 0;
        var clock = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new Tool("sh", "-c", script)
            {
                Line = line =>
                {
                    child = int.Parse(line, CultureInfo.InvariantCulture);
                    stop.Cancel();
                },
            }.RunAsync(stop.Token)
        );
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 60);
        Assert.NotNull(
            await Poll.UntilAsync(
                () => Task.FromResult(IsGone(child) ? "gone" : null),
                TimeSpan.FromMilliseconds(20),
                TimeSpan.FromSeconds(10),
                Cancel
            )
        );
    }

    [Fact]
    public async Task ThatAreApartHaveASessionOfTheirOwnSoThatCtrlCReachesCroftAlone()
    {
        var ids = (await new Tool("sh", "-c", "cut -d' ' -f1,6 /proc/$$/stat") { IsApart = true }.RunAsync(Cancel))
            .Output.Trim()
            .Split(' ');
        Assert.Equal(ids[0], ids[1]);
    }

    [Fact]
    public async Task AreNotAskedWhenTheCallWasCancelledBefore()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Tool("sleep", "300").RunAsync(stop.Token));
    }

    [Fact]
    public async Task ThatAreMissingAreNamedWithTheNextStep()
    {
        var error = await Assert.ThrowsAsync<CroftException>(() => new Tool("no-such-program").RunAsync(Cancel));
        Assert.Equal(FaultKind.World, error.Kind);
        Assert.StartsWith("cannot run \"no-such-program\": ", error.Message, StringComparison.Ordinal);
        Assert.Contains("install it", error.Hint);
    }

    [Fact]
    public async Task ThatCannotBeStartedAreNamedWithWhyAndWhatHelps()
    {
        using var folder = new Farms.TemporaryFolder();
        folder.Write("noise", "\u0001\u0002");
        File.SetUnixFileMode(folder["noise"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var noise = await Assert.ThrowsAsync<CroftException>(() => new Tool(folder["noise"]).RunAsync(Cancel));
        Assert.Equal($"cannot run \"{folder["noise"]}\": Exec format error", noise.Message);
        Assert.DoesNotContain("install", noise.Hint);
        var nowhere = new Tool("true") { Directory = folder["gone"] };
        var gone = await Assert.ThrowsAsync<CroftException>(() => nowhere.RunAsync(Cancel));
        Assert.Equal("cannot run \"true\": No such file or directory", gone.Message);
        Assert.Contains(folder["gone"], gone.Hint);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AreTakenFromTheSearchPathAndTheFoldersOfAdministrators(bool isApart)
    {
        using var folder = new Farms.TemporaryFolder();
        folder.Write("folder/stat/file", "");
        folder.Write("plain/stat", "#!/bin/sh\necho it may not run");
        Task<ToolResult> RunAsync(string program, string? path) =>
            (
                new Tool(program, "--version")
                {
                    IsApart = isApart,
                    Environment = new Dictionary<string, string?> { ["PATH"] = path },
                }
            ).RunAsync(Cancel);

        var path = $":.:rel:/nonexistent:{folder.Path}/folder:{folder.Path}/plain:/usr/bin:/bin";
        Assert.Contains("coreutils", (await RunAsync("stat", path)).Output, StringComparison.Ordinal);
        Assert.Contains("coreutils", (await RunAsync("stat", null)).Output, StringComparison.Ordinal);
        Assert.Contains("coreutils", (await RunAsync("chroot", path)).Output, StringComparison.Ordinal); // of /usr/sbin
    }

    /// <summary>ssh calls it for a <c>ProxyCommand</c>; services of a system run with such shells.</summary>
    [Theory]
    [InlineData("/usr/sbin/nologin", "/bin/sh")]
    [InlineData("/bin/false", "/bin/sh")]
    [InlineData("/usr/bin/fish", "/usr/bin/fish")]
    public async Task HaveAShellThatRunsCommands(string shell, string theirs) =>
        Assert.Equal(
            theirs,
            (
                await new Tool("printenv", "SHELL") { Environment = new Dictionary<string, string?> { ["SHELL"] = shell } }.RunAsync(Cancel)
            ).Output.Trim()
        );

    [Fact]
    public async Task ThatFailAreQuotedWithTheirLastWords()
    {
        var error = await Assert.ThrowsAsync<CroftException>(() =>
            new Tool("/bin/sh", "-c", "echo one >&2; echo two >&2; echo; echo three >&2; echo four >&2; exit 9").RunCheckedAsync(
                "doing it",
                Cancel
            )
        );
        Assert.Equal("doing it: sh ended with exit code 9: two / three / four", error.Message);
        Assert.Equal("kept", new ToolResult(1, "kept\n", " \n").LastWords);
        Assert.Equal("", new ToolResult(1, "", "").LastWords);
    }

    static bool IsGone(int pid) =>
        !File.Exists($"/proc/{pid}/stat") || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
}
