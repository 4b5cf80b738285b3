using System.Collections.Immutable;
using System.Net;
using Croft.Images;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Images;

public sealed class SeedOfAGuest : IDisposable
{
    const string PrivateKey =
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\nQyNTUxOQAAACDabc+/==\n-----END OPENSSH PRIVATE KEY-----\n";

    internal static readonly SeedContent Content = new(
        "db",
        "i-1",
        PrivateKey,
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIabc vde.db",
        [
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIdef me@home",
            "from=\"10.0.0.0/8\",no-pty ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB it's: \"mine\" # really",
        ],
        [
            new SeedNic(
                "52:54:00:AA:00:01",
                "eth0",
                IPAddress.Parse("10.80.0.10"),
                24,
                IPAddress.Parse("10.80.0.1"),
                [IPAddress.Parse("10.80.0.1")],
                "vde"
            ),
            new SeedNic("52:54:00:aa:00:02", "eth1", IPAddress.Parse("10.81.0.10"), 16, Dns: [IPAddress.Parse("10.81.0.1")], Search: "vde"),
            new SeedNic("52:54:00:aa:00:03", "eth2"),
        ],
        [
            new SeedDisk("data", "ext4", "/var/lib/postgresql"),
            new SeedDisk("spare"),
            new SeedDisk("old", null, "/srv/old"),
            new SeedDisk("more", "swap"),
        ]
    )
    {
        IsBuilt = true,
    };

    readonly TemporaryFolder folder = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void SaysWhoItIs() => Assert.Equal("instance-id: \"i-1\"\nlocal-hostname: \"db\"\n", Seed.Build(Content)["meta-data"]);

    [Fact]
    public void SaysWhichCardLeadsOutAndSecondAddresses()
    {
        var text = Seed.Build(
            Content with
            {
                Nics =
                [
                    new SeedNic("52:54:00:aa:00:01", "eth0") { IsAside = true },
                    new SeedNic("52:54:00:aa:00:02", "eth1", IPAddress.Parse("10.81.0.10")) { Address6 = IPAddress.Parse("fd00::a") },
                ],
            }
        )["network-config"];
        Assert.Contains("dhcp4-overrides:\n      use-routes: false\n", text, StringComparison.Ordinal);
        Assert.Contains(
            "accept-ra: true\n    addresses:\n      - \"10.81.0.10/24\"\n      - \"fd00::a/64\"\n",
            text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void SaysItsNetworks() =>
        Assert.Equal(
            """
            version: 2
            ethernets:
              eth0:
                match:
                  macaddress: "52:54:00:aa:00:01"
                set-name: "eth0"
                dhcp4: false
                accept-ra: false
                addresses:
                  - "10.80.0.10/24"
                routes:
                  - to: "0.0.0.0/0"
                    via: "10.80.0.1"
                nameservers:
                  addresses:
                    - "10.80.0.1"
                  search:
                    - "vde"
              eth1:
                match:
                  macaddress: "52:54:00:aa:00:02"
                set-name: "eth1"
                dhcp4: false
                optional: true
                accept-ra: false
                addresses:
                  - "10.81.0.10/16"
              eth2:
                match:
                  macaddress: "52:54:00:aa:00:03"
                set-name: "eth2"
                dhcp4: true
                optional: true
                dhcp-identifier: "mac"
                dhcp4-overrides:
                  route-metric: 300

            """,
            Seed.Build(Content)["network-config"]
        );

    [Fact]
    public void SaysItsKeysAndDisks() =>
        Assert.Equal(
            """
            #cloud-config
            hostname: "db"
            manage_etc_hosts: true
            disable_root: false
            ssh_pwauth: false
            ssh_deletekeys: true
            ssh_keys:
              ed25519_private: |
                -----BEGIN OPENSSH PRIVATE KEY-----
                b3BlbnNzaC1rZXktdjEAAAAA
                QyNTUxOQAAACDabc+/==
                -----END OPENSSH PRIVATE KEY-----
              ed25519_public: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIabc vde.db"
            ssh_authorized_keys:
              - |-
                ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIdef me@home
              - |-
                from="10.0.0.0/8",no-pty ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB it's: "mine" # really
            users: []
            fs_setup:
              - device: "/dev/disk/by-id/virtio-data"
                filesystem: "ext4"
                label: "data"
                overwrite: false
              - device: "/dev/disk/by-id/virtio-more"
                filesystem: "swap"
                label: "more"
                overwrite: false
            mounts:
              - ["/dev/disk/by-id/virtio-data", "/var/lib/postgresql", "ext4", "defaults,nofail", "0", "2"]
              - ["/dev/disk/by-id/virtio-old", "/srv/old", "auto", "defaults,nofail", "0", "2"]
              - ["/dev/disk/by-id/virtio-more", "none", "swap", "defaults,nofail", "0", "0"]
            growpart:
              mode: "auto"
              devices: ["/"]
            resize_rootfs: true

            """,
            Seed.Build(Content)["user-data"]
        );

    [Fact]
    public void LetsOnlyItsUserInAndKeepsTheImagesOwn()
    {
        var text = Seed.Build(Content with { User = "debian" })["user-data"];
        Assert.Contains("\ndisable_root: true\n", text);
        Assert.Contains("\nusers:\n  - default\n  - name: \"debian\"\n", text);
        Assert.DoesNotContain("default\n", Seed.Build(Content)["user-data"]);
    }

    [Fact]
    public async Task IsReadByTheMicroGuestAsItWasMeant()
    {
        var calls = await CallsAsync(Content with { User = "me" });
        Assert.Equal(
            """
            instance 'i-1' 'db'
            nic '52:54:00:aa:00:01' 'eth0' '10.80.0.10/24' '10.80.0.1' '10.80.0.1' 'vde' '' '' ''
            nic '52:54:00:aa:00:02' 'eth1' '10.81.0.10/16' '' '' '' '' '' ''
            nic '52:54:00:aa:00:03' 'eth2' '' '' '' '' 'yes' '300' ''
            login '-----BEGIN OPENSSH PRIVATE KEY-----
            b3BlbnNzaC1rZXktdjEAAAAA
            QyNTUxOQAAACDabc+/==
            -----END OPENSSH PRIVATE KEY-----
            ' 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIabc vde.db' 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIdef me@home
            from="10.0.0.0/8",no-pty ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB it'"'"'s: "mine" # really
            ' 'me'
            format '/dev/disk/by-id/virtio-data' 'ext4' 'data'
            format '/dev/disk/by-id/virtio-more' 'swap' 'more'
            attach '/dev/disk/by-id/virtio-data' '/var/lib/postgresql' 'ext4' 'defaults,nofail'
            attach '/dev/disk/by-id/virtio-old' '/srv/old' 'auto' 'defaults,nofail'
            attach '/dev/disk/by-id/virtio-more' 'none' 'swap' 'defaults,nofail'

            """,
            calls
        );
    }

    [Fact]
    public async Task HasFilesForItsSshServerAndItsPackages()
    {
        var calls = await CallsAsync(
            Content with
            {
                SshPort = 2222,
                FirstBoot = new() { Proxy = new("http://cache:3142", "http://cache:3141/root/pypi/+simple/") },
            }
        );
        Assert.Contains(
            """
            file '/etc/ssh/sshd_config.d/10-croft.conf' 'Port 2222
            '
            file '/etc/apt/apt.conf.d/90croft-proxy' 'Acquire::http::Proxy "http://cache:3142";
            '
            file '/etc/pip.conf' '[global]
            index-url = http://cache:3141/root/pypi/+simple/
            trusted-host = cache
            '

            """,
            calls,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task RunsNothingThatStandsInAValue()
    {
        var hostile = Content with
        {
            AuthorizedKeys =
            [
                $"ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB '; touch {folder["broken"]}; '$(touch {folder["broken"]})`touch {folder["broken"]}`",
            ],
        };
        await File.WriteAllTextAsync(
            folder["calls"],
            "instance() { :; }; nic() { :; }; login() { :; }; format() { :; }; attach() { :; }\n" + await CallsAsync(hostile),
            Cancel
        );
        await new Tool("sh", folder["calls"]).RunCheckedAsync("running the calls", Cancel);
        Assert.False(File.Exists(folder["broken"]));
    }

    [Theory]
    [InlineData("db\nusers: []")]
    [InlineData("db\n")]
    [InlineData("db\" # ")]
    [InlineData("-db")]
    [InlineData("DB")]
    [InlineData("")]
    public void RefusesAHostNameThatIsNone(string name) => Refuses(Content with { Hostname = name });

    [Theory]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIdef me\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIevil")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIdef me\r- x")]
    [InlineData("# a comment")]
    [InlineData("hello")]
    [InlineData("")]
    public void RefusesAKeyThatIsNone(string key) => Refuses(Content with { AuthorizedKeys = [key] });

    [Fact]
    public void RefusesOtherValuesThatLeaveTheirLine()
    {
        Refuses(Content with { InstanceId = "i\nx" });
        Refuses(Content with { User = "me\nroot" });
        Refuses(Content with { HostKeyPublic = "ssh-ed25519 AAAA \"x" });
        Refuses(Content with { HostKeyPrivate = PrivateKey.Replace("b3Bl", "b3Bl\nusers:", StringComparison.Ordinal) });
        Refuses(Content with { Nics = [new SeedNic("52:54:00:aa:00:02\n", "eth0")] });
        Refuses(Content with { Nics = [new SeedNic("52:54:00:aa:00:02", "eth0: x")] });
        Refuses(Content with { Nics = [new SeedNic("52:54:00:aa:00:02", "eth0", IPAddress.IPv6Loopback)] });
        Refuses(Content with { Disks = [new SeedDisk("data", "ext4\" ]")] });
        Refuses(Content with { Disks = [new SeedDisk("data", "ext4", "/srv/../etc")] });
        Refuses(Content with { Disks = [new SeedDisk("data", "ext4", "srv")] });
        Refuses(Content with { Disks = [new SeedDisk("longer-than-twenty-characters")] });
    }

    [Fact]
    public async Task IsAVolumeThatOnlyItsOwnerReads()
    {
        var iso = folder["seed.iso"];
        await Seed.WriteIsoAsync(Seed.Build(Content), iso, Cancel);
        var listing = await new Tool("xorriso", "-indev", iso, "-pvd_info", "-find", "/", "-type", "f").RunCheckedAsync(
            "reading the seed",
            Cancel
        );
        Assert.Matches("Volume Id *: cidata\n", listing.ReplaceLineEndings("\n") + await VolumeAsync(iso));
        Assert.Equal(
            ["'/meta-data'", "'/network-config'", "'/user-data'"],
            listing.Split('\n').Where(line => line.StartsWith('\'')).Order()
        );
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(iso));
        Assert.Equal([iso], Directory.GetFileSystemEntries(folder.Path));
        await new Tool("xorriso", "-osirrox", "on", "-indev", iso, "-extract", "/user-data", folder["user-data"]).RunCheckedAsync(
            "reading the seed",
            Cancel
        );
        Assert.Equal(Seed.Build(Content)["user-data"], await File.ReadAllTextAsync(folder["user-data"], Cancel));
    }

    static async Task<string> VolumeAsync(string iso) =>
        (await new Tool("xorriso", "-indev", iso, "-pvd_info").RunAsync(Cancel)) is var said ? said.Output + said.Error : "";

    async Task<string> CallsAsync(SeedContent content)
    {
        foreach (var (name, text) in Seed.Build(content))
            await File.WriteAllTextAsync(folder[name], text, Cancel);
        await using var script = typeof(Seed).Assembly.GetManifestResourceStream("Guest/micro/seed.awk")!;
        using var reader = new StreamReader(script);
        await File.WriteAllTextAsync(folder["seed.awk"], await reader.ReadToEndAsync(Cancel), Cancel);
        string[] files = [folder["meta-data"], folder["user-data"], folder["network-config"]];
        return await new Tool("busybox", ["awk", "-f", folder["seed.awk"], .. files]).RunCheckedAsync("reading the seed", Cancel);
    }

    static void Refuses(SeedContent content) =>
        Assert.Equal(FaultKind.Usage, Assert.Throws<CroftException>(() => Seed.Build(content)).Kind);

    public void Dispose() => folder.Dispose();
}
