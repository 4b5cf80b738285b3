using System.Net;
using System.Text.RegularExpressions;
using Croft.Farms;
using Croft.Guests;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Guests;

/// <summary>What Croft writes, as the real OpenSSH reads it.</summary>
public sealed class OpenSshFiles : IDisposable
{
    const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKHEChAnBzhqTpNBIsHDJCGU4s9z2Ks5Y+pYOiAGnRzU";

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("plain")]
    [InlineData("with space")]
    [InlineData("100%h")]
    [InlineData("it's")]
    [InlineData("$HOME #1 *?")]
    [InlineData("back\\slash\\\\twice")]
    [InlineData("é\u4e2d")]
    public async Task AreUnderstoodWhereverTheyAre(string name)
    {
        var files = Files(name);
        SshConfig.Write([Access("web", 22, "root"), Access("db", 22011, "admin")], files);
        var said = await AskAsync(files, "db");
        Assert.Equal(
            ("127.0.0.1", "22011", "admin", "f.db", "true", "yes"),
            (said["hostname"], said["port"], said["user"], said["hostkeyalias"], said["stricthostkeychecking"], said["identitiesonly"])
        );
        Assert.Equal(files.KnownHosts, said["userknownhostsfile"].Replace("%%", "%"));
        Assert.Equal(files.UserKey, said["identityfile"].Replace("%%", "%"));
        Assert.Equal(SshConfig.SocketOf(Access("db", 22011, "admin"), files), said["controlpath"].Replace("%%", "%"));
        Assert.Equal("f.db", (await AskAsync(files, "f.db"))["hostkeyalias"]);
    }

    [Theory]
    [InlineData("a\"b")]
    [InlineData("a${HOME}")]
    [InlineData("a\nProxyCommand reboot")]
    public void AreRefusedWhereOpenSshCannotFindThem(string name) =>
        Assert.Equal(FaultKind.Usage, Assert.Throws<CroftException>(() => SshConfig.Text([Access("web", 22, "root")], Files(name))).Kind);

    [Fact]
    public void AreRefusedWhereNoSocketFitsOrTheFolderIsSomebodyElses()
    {
        var deep = Files("deep") with { Sockets = Path.Combine(folder.Path, new string('x', 69)) };
        Assert.Contains("XDG_RUNTIME_DIR", Assert.Throws<CroftException>(() => SshConfig.Write([Access("web", 22, "root")], deep)).Hint);
        Assert.Equal((true, false), (SshFiles.IsShort(new string('x', 69)), SshFiles.IsShort(new string('x', 70))));
        var link = Files("link") with { Sockets = Path.Combine(folder.Path, "l") };
        Directory.CreateSymbolicLink(link.Sockets, folder.Path);
        Assert.Contains(
            "no folder of this user's",
            Assert.Throws<CroftException>(() => SshConfig.Write([Access("web", 22, "root")], link)).Message
        );
    }

    /// <summary>The folder is gone after the host's restart, when machines may run by themselves.</summary>
    [Fact]
    public Task EndNoConnectionWhereTheirFolderIsGone() =>
        new Guest(Access("web", 22, "root"), Files("gone")).CloseAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task KnowEachGuestByItsOwnName()
    {
        var files = Files("k");
        SshConfig.Write([Access("web", 22, "root"), Access("db", 22, "root") with { HostKey = "" }], files);
        Assert.Equal($"f.web {Key}\n", await File.ReadAllTextAsync(files.KnownHosts, TestContext.Current.CancellationToken));
        Assert.Equal(
            0,
            (await new Tool("ssh-keygen", "-F", "f.web", "-f", files.KnownHosts).RunAsync(TestContext.Current.CancellationToken)).ExitCode
        );
        Assert.NotEqual(
            0,
            (await new Tool("ssh-keygen", "-F", "f.db", "-f", files.KnownHosts).RunAsync(TestContext.Current.CancellationToken)).ExitCode
        );
    }

    [Fact]
    public async Task TakeTheKeyOfAGuestThatHadNone()
    {
        var (files, once) = (Files("added"), Files("once"));
        SshConfig.Write([Access("web", 22, "root"), Access("db", 22, "root") with { HostKey = "" }], files);
        SshConfig.AddKey(Access("db", 22, "root"), files);
        var written = File.ReadAllText(files.Config);
        SshConfig.Add([Access("web", 22, "root")], files); // as croft ssh does while a command makes db
        Assert.Equal(written, File.ReadAllText(files.Config));
        SshConfig.Write([Access("web", 22, "root"), Access("db", 22, "root")], once);
        Assert.Equal(
            await File.ReadAllTextAsync(once.KnownHosts, TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync(files.KnownHosts, TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task LeadThroughJumpsByTheUsersOwnSsh()
    {
        var files = Files("100%h");
        Jump far = new("far", "me", 2222)
        {
            KeyFile = "/it's a key",
            KnownHosts = "/known",
            IsVerified = false,
        };
        SshConfig.Write(
            [
                Access("near", 22, "root"),
                Access("web", 22, "root") with
                {
                    Jumps = [far],
                },
                Access("db", 22, "root") with
                {
                    Jumps = [new("gate", null, null), new("far", null, null)],
                },
            ],
            files
        );
        Assert.DoesNotContain("proxycommand", await AskAsync(files, "near"));
        var way = (await AskAsync(files, "web"))["proxycommand"];
        Assert.EndsWith(" -i '/it'\\''s a key' -l me -p 2222 -W '[%h]:%p' -- far", way);
        Assert.Contains(" -o StrictHostKeyChecking=no -o 'UserKnownHostsFile=\"/known\"'", way);
        Assert.EndsWith(" -J gate -W '[%h]:%p' -- far", (await AskAsync(files, "db"))["proxycommand"]);
        // As ssh itself calls it: a shell, after %.
        var called = await new Tool(
            "sh",
            "-c",
            $"ssh -G {Regex.Replace(way["ssh ".Length..], "%(.)", p => p.Groups[1].Value switch { "h" => "10.0.0.1", "p" => "22", var other => other })}"
        ).RunCheckedAsync("asking ssh", TestContext.Current.CancellationToken);
        Assert.Contains("hostname far\n", called);
        Assert.Contains($"controlpath {files.Sockets}/way-", called);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("it's a 100%h")]
    public async Task LeadThroughMachinesInsideEachOther(string name)
    {
        var files = Files(name);
        var l1 = Access("l1", 22, "root") with { Jumps = [new("far", "me", null)] };
        var l2 = Access("l2", 2222, "admin") with { Inside = "l1" };
        SshConfig.WriteWay(l1, files);
        SshConfig.WriteWay(l2, files);
        SshConfig.WriteWay(Access("l3", 22, "root") with { Inside = "l2" }, files);
        SshConfig.Write([Access("l4", 22, "root") with { Inside = "l3" }], files);
        var (config, host, ways) = (files.Config, "l4", new List<string>());
        while (
            await AskAsync(files with { Folder = Path.GetDirectoryName(config)! }, host) is var said
            && said["hostname"] != "far"
            && said.TryGetValue("proxycommand", out var way)
        )
        {
            Assert.Equal(
                ("f." + host, "true", files.UserKey),
                (said["hostkeyalias"], said["stricthostkeychecking"], said["identityfile"].Replace("%%", "%"))
            );
            Assert.Equal(
                0,
                (
                    await new Tool("ssh-keygen", "-F", "f." + host, "-f", said["userknownhostsfile"].Replace("%%", "%")).RunAsync(
                        TestContext.Current.CancellationToken
                    )
                ).ExitCode
            );
            Assert.Equal(host == "l1" ? "20" : "180", said["connecttimeout"]);
            ways.Add(host);
            // As ssh itself calls it: a shell, after %.
            var called = await new Tool(
                "sh",
                "-c",
                $"set -- {Regex.Replace(way, "%(.)", p => p.Groups[1].Value switch { "h" => "10.0.0.1", "p" => "22", var other => other })}; printf '%s\\n' \"$@\""
            ).RunCheckedAsync("asking the shell", TestContext.Current.CancellationToken);
            var words = called.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            (config, host) = (words.ElementAtOrDefault(Array.IndexOf(words, "-F") + 1)!, words[^1]);
            if (!words.Contains("-F"))
                break;
        }

        Assert.Equal(["l4", "l3", "l2", "l1"], ways);
        Assert.Equal("far", host);
    }

    [Fact]
    public async Task GiveLibvirtAnSshThatKnowsTheMachine()
    {
        var own = SshConfig.WriteWay(Access("l1", 22011, "admin"), Files("it's"));
        var said = await new Tool(own.Program, "-G", "-T", "-e", "none", "--", "f.l1").RunCheckedAsync(
            "asking ssh",
            TestContext.Current.CancellationToken
        );
        Assert.Contains("\nport 22011\n", said);
        Assert.Contains("\nbatchmode yes\n", said);
        Assert.Contains("\nstricthostkeychecking true\n", said);
    }

    [Fact]
    public void AreReplacedWholeAndLeaveNothingElse()
    {
        var files = Files("r");
        SshConfig.Write([Access("web", 22, "root")], files);
        SshConfig.Write([Access("db", 22, "root")], files);
        Assert.DoesNotContain("web", File.ReadAllText(files.Config));
        Assert.Equal(["known_hosts", "ssh_config"], Directory.GetFiles(files.Folder).Select(f => Path.GetFileName(f)!).Order());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(files.Sockets));
    }

    [Fact]
    public void ShareOneShortSocketPerGuestOfAFarm()
    {
        var (one, two) = (Files("one"), Files("two"));
        Assert.NotEqual(SshConfig.SocketOf(Access("web", 22, "root"), one), SshConfig.SocketOf(Access("db", 22, "root"), one));
        Assert.NotEqual(
            SshConfig.SocketOf(Access("web", 22, "root"), one),
            SshConfig.SocketOf(Access("web", 22, "root"), one with { Folder = two.Folder })
        );
        Assert.Equal(16, Path.GetFileName(SshConfig.SocketOf(Access("web", 22, "root"), one)).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("it's 'quoted'")]
    [InlineData("$(id) `id` ; & | > < * ? ~ ! # \\ \" \t")]
    [InlineData("two\nlines")]
    [InlineData("-n")]
    public async Task QuotedWordIsOneWordToAShell(string text) =>
        Assert.Equal(
            $"1[{text}]",
            await new Tool("sh", "-c", $"set -- {ShellWord.Quote(text)}; printf '%s[%s]' $# \"$1\"").RunCheckedAsync(
                "asking the shell",
                TestContext.Current.CancellationToken
            )
        );

    static GuestAccess Access(string name, int port, string user) => new(name, "f." + name, IPAddress.Loopback, port, user, Key);

    SshFiles Files(string name) =>
        new(Path.Combine(folder.Path, name, ".croft"), Path.Combine(folder.Path, name, "id_ed25519"), Path.Combine(folder.Path, name, "s"));

    static async Task<Dictionary<string, string>> AskAsync(SshFiles files, string host)
    {
        var output = await new Tool("ssh", "-G", "-F", files.Config, host).RunCheckedAsync(
            "asking ssh",
            TestContext.Current.CancellationToken
        );
        return output
            .Split('\n')
            .Select(line => line.Split(' ', 2))
            .Where(pair => pair.Length == 2)
            .GroupBy(pair => pair[0])
            .ToDictionary(g => g.Key, g => g.First()[1]);
    }
}
