using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Croft.Farms;
using Croft.Images;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Images;

/// <summary>Seeds for Ignition, judged by Ignition's own program.</summary>
public sealed class IgnitionDocuments : IDisposable
{
    const string ButaneText = """
        variant: fcos
        version: 1.4.0
        passwd:
          users:
            - { name: core, groups: [ docker ], ssh_authorized_keys: [ ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJj2Y6jFSm4xDIF6VVFCtS1o8Cn8OGlRAGEVuMBgWPD mine ] }
        storage:
          directories: [ { path: /opt/mine, mode: 0750 } ]
          files:
            - { path: /opt/mine/a, mode: 0644, contents: { inline: "hello\n" } }
            - { path: /opt/mine/b, contents: { local: b.txt }, user: { name: core } }
          links: [ { path: /opt/mine/c, target: a, hard: false } ]
          filesystems: [ { device: /dev/vdb, format: ext4, path: /var/lib/x, wipe_filesystem: true, with_mount_unit: true } ]
          disks: [ { device: /dev/vdc, wipe_table: true, partitions: [ { number: 1, label: one, size_mib: 64 } ] } ]
        systemd:
          units:
            - { name: mine.service, enabled: true, contents: "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n" }
            - { name: other.service, dropins: [ { name: a.conf, contents: "[Service]\nNice=1\n" } ] }
        kernel_arguments: { should_exist: [ quiet ] }

        """;

    readonly TemporaryFolder folder = new();

    [Fact]
    public async Task SayWhoTheGuestIsAndWhatTheFarmAsks()
    {
        var hash = Crypt.Sha512("secret", "salt");
        var text = Ignition.Build(
            SeedOfAGuest.Content with
            {
                User = "core",
                PasswordHash = hash,
                SshPort = 2222,
                Passwords = [("root", hash)],
                FirstBoot = new(FirstBoot.Ignition)
                {
                    Timezone = "Europe/Berlin",
                    Locale = "C.UTF-8",
                    Keyboard = new("de", null, null, null),
                },
            }
        );
        Assert.Equal(0, Encoding.UTF8.GetByteCount(text) % 512);
        await JudgeAsync(text);
        var json = JsonNode.Parse(text)!;
        Assert.Equal("db\n", FileOf(json, "/etc/hostname"));
        Assert.Equal(384, (int)Entry(json, "/etc/ssh/ssh_host_ed25519_key")!["mode"]!);
        Assert.Contains(
            "address1=10.80.0.10/24,10.80.0.1\n",
            FileOf(json, "/etc/NetworkManager/system-connections/croft-eth0.nmconnection")
        );
        Assert.Contains("Address=10.80.0.10/24\n", FileOf(json, "/etc/systemd/network/10-croft-eth0.network"));
        Assert.Contains("Port 2222\n", FileOf(json, "/etc/ssh/sshd_config.d/10-croft.conf"));
        Assert.Equal("core", (string)json["passwd"]!["users"]![0]!["name"]!);
        Assert.Contains("var-lib-postgresql.mount", text);
        Assert.Contains(@"dev-disk-by\\x2did-virtio\\x2dmore.swap", text);
    }

    [Fact]
    public async Task HoldButanesCommonFieldsMergedWithCrofts()
    {
        folder.Write("b.txt", "from a file\n");
        folder.Write("mine.bu", ButaneText);
        var machine = Machine("butane: mine.bu");
        Assert.Equal("core", machine.User);
        var text = Ignition.Build(SeedOfAGuest.Content with { User = "core", FirstBoot = machine.FirstBoot });
        await JudgeAsync(text);
        var json = JsonNode.Parse(text)!;
        Assert.Equal("3.3.0", (string)json["ignition"]!["version"]!);
        Assert.Equal("hello\n", FileOf(json, "/opt/mine/a"));
        Assert.Equal("from a file\n", FileOf(json, "/opt/mine/b"));
        Assert.Equal("db\n", FileOf(json, "/etc/hostname"));
        Assert.Equal(420, (int)Entry(json, "/opt/mine/a")!["mode"]!);
        var core = Assert.Single(json["passwd"]!["users"]!.AsArray());
        Assert.Equal(1 + SeedOfAGuest.Content.AuthorizedKeys.Length, core!["sshAuthorizedKeys"]!.AsArray().Count);
        Assert.Contains("var-lib-x.mount", text);
    }

    [Fact]
    public async Task HoldTheUsersJsonMergedWithCrofts()
    {
        folder.Write(
            "mine.ign",
            """{ "ignition": { "version": "3.2.0" }, "storage": { "files": [ { "path": "/a", "contents": { "source": "data:,x" } } ] } }"""
        );
        var text = Ignition.Build(SeedOfAGuest.Content with { User = "core", FirstBoot = Machine("ignition: mine.ign").FirstBoot });
        await JudgeAsync(text);
        Assert.NotNull(Entry(JsonNode.Parse(text)!, "/a"));
    }

    [Theory]
    [InlineData("{ \"ignition\": { \"version\": \"2.2.0\" } }", "is Ignition of version 2.2.0, and Croft merges 3.x")]
    [InlineData(
        "{ \"ignition\": { \"version\": \"3.0.0\", \"config\": { \"replace\": { \"source\": \"data:,\" } } } }",
        "would throw Croft's part away"
    )]
    [InlineData(
        "{ \"ignition\": { \"version\": \"3.0.0\" }, \"storage\": { \"files\": [ { \"path\": \"/etc/hostname\" } ] } }",
        "/etc/hostname is Croft's"
    )]
    [InlineData("{ ignition", "not JSON")]
    public void ThatContradictCroftsAreRefused(string text, string words)
    {
        folder.Write("mine.ign", text);
        Assert.Contains(words, Problems("platform: flatcar, ignition: mine.ign"));
    }

    [Theory]
    [InlineData("variant: fcos\nversion: 9.9.0\n", "no Butane of variant and version")]
    [InlineData("variant: fcos\nversion: 1.4.0\nboot_device: {}\n", "Croft does not turn boot_device into Ignition")]
    [InlineData("variant: fcos\nversion: 1.4.0\nstorage: { trees: [] }\n", "Croft does not turn trees into Ignition")]
    public void OfButaneThatCroftDoesNotKnowAreRefused(string text, string words)
    {
        folder.Write("mine.bu", text);
        Assert.Contains(words, Problems("platform: flatcar, butane: mine.bu"));
    }

    [Theory]
    [InlineData("platform: debian_13, first_boot: ignition", "does not know Ignition")]
    [InlineData("platform: flatcar, first_boot: cloud-init", "is set up by Ignition alone")]
    [InlineData("platform: flatcar, packages: [ curl ]", "packages are a phase's")]
    [InlineData("platform: debian_13_systemd, butane: missing.bu", "no file ")]
    public void AreRefusedWhereNobodyReadsThem(string keys, string words) => Assert.Contains(words, Problems(keys));

    [Fact]
    public async Task AreFilesAsTheyAre()
    {
        var path = Path.Combine(folder.Path, "seed");
        await Seed.WriteIsoAsync(
            new Dictionary<string, string> { [Ignition.FileName] = "{}" },
            path,
            TestContext.Current.CancellationToken
        );
        Assert.Equal("{}", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    static async Task JudgeAsync(string text)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, text);
        var judged = await new Tool("ignition-validate", file).RunAsync(TestContext.Current.CancellationToken);
        File.Delete(file);
        Assert.Equal(
            (0, ""),
            (judged.ExitCode, judged.Error.Replace("warning", "", StringComparison.Ordinal) is var said && judged.ExitCode == 0 ? "" : said)
        );
    }

    static JsonNode? Entry(JsonNode json, string path) =>
        json["storage"]!["files"]!.AsArray().SingleOrDefault(f => (string)f!["path"]! == path);

    static string FileOf(JsonNode json, string path) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(((string)Entry(json, path)!["contents"]!["source"]!)["data:;base64,".Length..]));

    MachineSpec Machine(string keys)
    {
        var reading = Read("platform: flatcar, " + keys);
        Assert.Equal("", string.Join('\n', reading.Problems));
        return Assert.Single(reading.Farm!.Machines);
    }

    string Problems(string keys) => string.Join('\n', Read(keys).Problems);

    FarmReading Read(string keys) =>
        FarmFile.ReadText(
            $"farm: f\nvms: {{ list: [ {{ target: amd64, {keys} }} ] }}\n",
            Path.Combine(folder.Path, "farm.yaml"),
            Reading.Defaults
        );

    /// <inheritdoc/>
    public void Dispose() => folder.Dispose();
}
