using Croft.Tools;

namespace Croft.Cli.Tests;

/// <summary>
/// The program in every odd surrounding that it may find itself in: it works, or says in a line why not; it never hangs and never ends as a
/// bug.
/// </summary>
public sealed class OddEnvironments : IDisposable
{
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    readonly Cli cli = new();

    public OddEnvironments()
    {
        var disk = new byte[4096];
        (disk[510], disk[511]) = (0x55, 0xAA);
        File.WriteAllBytes(Path.Combine(cli.Folder, "disk.raw"), disk);
        cli.Write(
            "farm.yaml",
            """
            farm: f
            hypervisors: { t: { uri: "test:///default", capabilities: { x86_64: [qemu] } } }
            platforms: { own: { image: { file: disk.raw } } }
            vms: { list: [ { name: a, platform: own, target: amd64 } ] }
            project: { phases: phases }
            """
        );
        cli.Write("phases/main.sh", "#!/bin/sh\ntrue\n");
        cli.Environment["HOME"] = cli.Home;
    }

    public void Dispose() => cli.Dispose();

    static string[] Commands =>
        [
            "--version",
            "--help",
            "plan --offline",
            "ls",
            "image list",
            "image build --timeout 20s",
            "up --timeout 20s",
            "report",
            "init",
            "completion bash",
        ];

    /// <summary>What the shell does before the program starts; <c>$full</c> is a disk without room.</summary>
    public static TheoryData<string> Settings =>
        [
            "unset HOME",
            "HOME=",
            "HOME=rel",
            "HOME=/nonexistent/a/b",
            "HOME=/proc",
            "HOME=/dev/null",
            "unset HOME XDG_DATA_HOME XDG_CACHE_HOME",
            "HOME=rel; unset XDG_DATA_HOME XDG_CACHE_HOME",
            "HOME=/proc; unset XDG_DATA_HOME XDG_CACHE_HOME",
            "HOME=/dev/null; unset XDG_DATA_HOME XDG_CACHE_HOME",
            "XDG_DATA_HOME=rel",
            "XDG_CACHE_HOME=rel",
            "XDG_DATA_HOME=/dev/null",
            "XDG_CACHE_HOME=/dev/null",
            "XDG_CACHE_HOME=/proc/x",
            "export XDG_RUNTIME_DIR=rel",
            "export XDG_RUNTIME_DIR=/nonexistent",
            "export XDG_RUNTIME_DIR=/dev/null",
            "export TMPDIR=/nonexistent",
            "export TMPDIR=rel",
            "export LC_ALL=C",
            "export LC_ALL=POSIX",
            "export LC_ALL=tr_TR.UTF-8",
            "export LC_ALL=de_DE.ISO-8859-1",
            "export LC_ALL=ar_SA.UTF-8",
            "export LC_ALL=xx",
            "export LANG=",
            "export LANG=xx_YY.KOI",
            "unset TERM",
            "export TERM=",
            "export TERM=dumb",
            "export TERM=nonsense",
            "export TERM=vt52",
            "export COLUMNS=1 LINES=1",
            "export COLUMNS=x",
            "export TZ=nonsense",
            "export TZ=Pacific/Kiritimati",
            "umask 000",
            "umask 077",
            "umask 777",
            "ulimit -n 256",
            "ulimit -c 0",
            "export DOTNET_EnableWriteXorExecute=0 DOTNET_EnableDiagnostics=0; ulimit -f 0",
            "export PATH=/nonexistent",
            "unset PATH",
            "cd /proc/self",
            "mkdir gone && cd gone && rmdir ../gone",
            "exec </dev/null",
            "exec <&-",
            "exec >/dev/full",
            "exec 2>/dev/full",
            "exec >&-",
            "exec 2>&-",
            "exec >&- 2>&- <&-",
            "XDG_CACHE_HOME=$full",
            "XDG_DATA_HOME=$full",
            "export TMPDIR=$full",
            "cp -r farm.yaml phases disk.raw \"$full\" 2>/dev/null; cd \"$full\"",
        ];

    [Theory]
    [MemberData(nameof(Settings), DisableDiscoveryEnumeration = true)]
    public async Task EndInNoBugAndNoHang(string before)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("CROFT_TEST_ALL") == "1", "CROFT_TEST_ALL=1 runs it");
        var full = Directory.CreateDirectory(Path.Combine(cli.Home, "full")).FullName;
        var isMounted = (await cli.ShellAsync($"mount -t tmpfs -o size=16k croft-test '{full}'")).ExitCode == 0;
        Assert.SkipUnless(isMounted || !before.Contains("$full", StringComparison.Ordinal), "mount is not allowed here");
        try
        {
            foreach (var command in Commands)
                await TryAsync(before.Replace("$full", full, StringComparison.Ordinal), command);
        }
        finally
        {
            if (isMounted)
                await cli.ShellAsync($"umount -l '{full}'");
        }
    }

    /// <summary>Files that the program opens must not get the numbers of its output: its words went into them, half of the time.</summary>
    [Fact]
    public async Task AreNoMixOfOutputAndFiles()
    {
        for (var i = 0; i < 12; i++)
            await TryAsync("exec >&- 2>&- <&-", "ls");
    }

    [Theory]
    [InlineData("644")]
    [InlineData("755")]
    public async Task RunNoProgramOfTheFolderThatOneStandsIn(string mode)
    {
        foreach (var program in (string[])["qemu-img", "cp", "stat", "ssh-keygen"])
            cli.Write(program, "#!/bin/sh\ntouch was-run\nexit 1\n");
        var result = await cli.ShellAsync($"chmod {mode} qemu-img cp stat ssh-keygen; exec \"$croft\" image build");

        Assert.Equal((0, false), (result.ExitCode, File.Exists(Path.Combine(cli.Folder, "was-run"))));
    }

    /// <summary>What is too large to be written is an error in words, and no signal that kills.</summary>
    [Fact]
    public async Task EndInWordsWhereFilesMayNotGrow()
    {
        var result = await cli.ShellAsync(
            "export DOTNET_EnableWriteXorExecute=0 DOTNET_EnableDiagnostics=0; ulimit -f 0; exec \"$croft\" up --timeout 20s"
        );
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("ulimit -f shows", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Who may write Croft's ssh configuration or its lock runs programs as the user.</summary>
    [Fact]
    public async Task LeaveNothingThatEverybodyMayWrite()
    {
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "new", "cache");
        await cli.ShellAsync("umask 000; for c in 'image build' 'up --timeout 20s' init report; do \"$croft\" $c; done");

        var open = await cli.ShellAsync($"find . '{cli.Home}' -perm /002 ! -type l");
        Assert.True(Directory.Exists(Path.Combine(cli.Folder, ".croft")));
        Assert.Equal("", open.Output);
    }

    async Task TryAsync(string before, string command)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(Longest);
        ToolResult result;
        try
        {
            result = await cli.ShellAsync($"{before}; exec \"$croft\" {command}", stop.Token);
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{before}; croft {command}: still ran after {Longest}");
        }

        var said = $"{before}; croft {command}: exit code {result.ExitCode}\n{result.Output}{result.Error}";
        Assert.True(result.ExitCode is >= 0 and < 70 or 130, said);
        Assert.DoesNotContain("   at ", result.Error);
    }
}
