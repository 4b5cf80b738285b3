using Croft.Farms;
using Croft.Farms.Reading;
using Croft.Planning;

namespace Croft.Tests.Farms;

/// <summary>What guests are told at their first boot, as farm files say it.</summary>
public sealed class FirstBoots : IDisposable
{
    const string Systemd = "image: debian_13_systemd";

    readonly TemporaryFolder folder = new();

    [Fact]
    public void AreReadWithTheirFiles()
    {
        folder.Write("user.yaml", "#cloud-config\nusers: [ { name: me, shell: /usr/bin/fish } ]\n");
        folder.Write("vendor.sh", "#!/bin/sh\necho hello\n");
        var boot = Machine(
            "user: me, cloud_init: { user_data: user.yaml, vendor_data: vendor.sh }, timezone: Europe/Berlin, keyboard: de, "
                + "packages: [ curl, tree ], passwords: { root: { env: ROOT }, guest: { file: pw } }"
        ).FirstBoot;
        Assert.Contains("fish", boot.UserData!.Text);
        Assert.True(boot.HasOwnShell);
        Assert.Contains("hello", boot.VendorData!.Text);
        Assert.Equal("Europe/Berlin", boot.Timezone);
        Assert.Equal("de", boot.Keyboard!.Layout);
        Assert.Equal(["curl", "tree"], boot.Packages);
        Assert.Equal(
            [("root", new SecretSpec(SecretKind.Env, "ROOT")), ("guest", new SecretSpec(SecretKind.File, Path.Combine(folder.Path, "pw")))],
            boot.Passwords
        );
    }

    [Fact]
    public void OfPlatformAndEntryAddUp()
    {
        var farm = Reading.Farm(
            """
            farm: f
            platforms:
              p: { image: debian_13_systemd, packages: [ curl ], timezone: UTC, passwords: { root: ask } }
            vms:
              list: [ { platform: p, target: amd64, name: a, packages: [ tree ], timezone: Europe/Rome, passwords: { guest: ask } } ]
            """
        );
        var boot = farm.Machines[0].FirstBoot;
        Assert.Equal(["curl", "tree"], boot.Packages);
        Assert.Equal("Europe/Rome", boot.Timezone);
        Assert.Equal(["root", "guest"], boot.Passwords.Select(p => p.User));
    }

    [Fact]
    public void CountAsWhatTheGuestIs()
    {
        folder.Write("user.yaml", "#cloud-config\nruncmd: [ a ]\n");
        string[] keys =
        [
            "",
            "cloud_init: user.yaml, ",
            "timezone: UTC, ",
            "locale: C.UTF-8, ",
            "keyboard: de, ",
            "keyboard: { layout: de, variant: nodeadkeys }, ",
            "packages: [ curl ], ",
            "passwords: { root: ask }, ",
        ];
        var digests = keys.Select(key => Identity.DiskDigest(Machine(key + "vcpus: 1"), "image")).ToList();
        folder.Write("user.yaml", "#cloud-config\nruncmd: [ b ]\n");
        digests.Add(Identity.DiskDigest(Machine("cloud_init: user.yaml"), "image"));
        Assert.Equal(digests.Count, digests.Distinct().Count());
        Assert.Equal(digests[7], Identity.DiskDigest(Machine("passwords: { root: { env: OTHER } }"), "image")); // never what it is
    }

    [Theory]
    [InlineData("#cloud-config\nhostname: other\n", "the guest's name is the machine's")]
    [InlineData("#cloud-config\nssh_keys: { rsa_private: x }\n", "Croft gives the guest its host key")]
    [InlineData("#cloud-config\nusers:\n  - name: me\n    sudo: false\n", "Croft decides sudo of me, its login")]
    [InlineData("#cloud-config\nusers:\n  - { name: me, ssh-authorized-keys: [] }\n", "Croft decides ssh-authorized-keys of me")]
    [InlineData("#cloud-config\nnetwork: {}\n", "cloud-init reads no network from user-data")]
    [InlineData("#cloud-config\ntimezone: UTC\n", "the farm file says timezone: Europe/Berlin")]
    [InlineData("#cloud-config\npower_state: { mode: poweroff }\n", "the machine would be off")]
    [InlineData("#cloud-config\nruncmd: [ a\n", "not YAML")]
    [InlineData("runcmd: [ a ]\n", "its first line does not say what it is")]
    public void ThatContradictCroftsAreNamedWithTheirPlace(string text, string words)
    {
        var file = folder.Write("user.yaml", text);
        var problems = Problems("user: me, cloud_init: { user_data: user.yaml }, timezone: Europe/Berlin");
        Assert.Contains(words, problems);
        if (text[0] == '#')
            Assert.Contains(file + ":", problems);
    }

    [Theory]
    [InlineData("#cloud-config\nhostname: f-1\npackages: [ a ]\nusers: [ default, { name: other, sudo: false } ]\n")]
    [InlineData("#!/bin/sh\nhostname: other\n")]
    [InlineData("## template: jinja\n#cloud-config\nhostname: '{{ x }}'\n")]
    [InlineData("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x--\n")]
    [InlineData("#include\nhttp://example.org/\n")]
    public void MayBeOfEveryForm(string text)
    {
        folder.Write("user.yaml", text);
        Assert.Equal(text, Machine("user: me, name: f-1, cloud_init: user.yaml").FirstBoot.UserData!.Text);
    }

    [Theory]
    [InlineData("version: 1\n", "must be in version 2")]
    [InlineData("version: 2\nethernets: { eth0: { dhcp4: true } }\n", "Croft decides dhcp4 of eth0")]
    [InlineData("network: { version: 2, ethernets: { eth3: { mtu: 1400 } } }\n", "the machine has no card eth3: it has 1")]
    [InlineData("version: 2\nvlans: { v5: { id: 5, link: eth1 } }\n", "there is no device \"eth1\" for v5")]
    [InlineData("version: 2\nbridges: { br0: { interfaces: [ eth0, bond0 ] } }\n", "there is no device \"bond0\" for br0")]
    [InlineData("version: 2\nbridges: { a-bridge-of-mine: {} }\n", "\"a-bridge-of-mine\" is no name of a network device")]
    [InlineData("version: 2\ntunnels: { t: { mode: gre } }\n", "which Croft built, makes no tunnels")]
    [InlineData("version: 2\nbridges: { br0: { parameters: { path-cost: { eth0: 1 } } } }\n", "makes bridges without path-cost")]
    public void OfNetworksThatContradictCroftsAreNamed(string text, string words)
    {
        folder.Write("net.yaml", text);
        Assert.Contains(words, Problems("cloud_init: { network_config: net.yaml }"));
    }

    [Theory]
    [InlineData("image: debian_13, timezone: UTC", "debian_13_systemd")]
    [InlineData("image: debian_13, packages: [ curl ]", "does not know packages")]
    [InlineData(Systemd + ", first_boot: none, wait: none, timezone: UTC", "nobody in the guest reads a seed")]
    [InlineData("image: freebsd, timezone: UTC", "nuageinit")]
    [InlineData(Systemd + ", cloud_init: { source: configdrive }", "reads NoCloud alone")]
    [InlineData(Systemd + ", cloud_init: missing.yaml", "no file ")]
    [InlineData(Systemd + ", timezone: ../../etc/shadow", "is not a time zone")]
    [InlineData(Systemd + ", keyboard: 'de; rm'", "is not a word of a keyboard")]
    [InlineData(Systemd + ", passwords: { root: hunter2 }", "a secret does not belong in a farm file")]
    [InlineData(Systemd + ", auth: { user: me, password: ask }, passwords: { me: ask }", "auth.password is the password of me already")]
    [InlineData(Systemd + ", cloud_init: { userdata: x }", "has no key \"userdata\"")]
    public void AreRefusedByName(string keys, string words) => Assert.Contains(words, Problems(keys, image: ""));

    /// <summary>An image of the user's own; nobody asks what is in it.</summary>
    [Theory]
    [InlineData("first_boot: combustion, packages: [ tree ]", "set up by Combustion, and does not know packages")]
    [InlineData("first_boot: combustion, cloud_init: x.yaml", "does not know cloud_init")]
    [InlineData("combustion: mine.sh", "is not set up by Combustion")]
    [InlineData("first_boot: cloudbase-init", "write connection: none")]
    [InlineData("first_boot: cloudbase-init, connection: none, user: administrator", "cloudbase-init.conf")]
    [InlineData("first_boot: cloudbase-init, connection: none, passwords: { admin: ask }", "does not know passwords")]
    [InlineData("first_boot: cloudbase-init, connection: none, auth: { password: ask }", "takes no hash of a password")]
    [InlineData(
        "first_boot: cloudbase-init, connection: none, disks: [ { name: d, size: 1GiB, format: ext4, mount: /d } ]",
        "formats and mounts no"
    )]
    [InlineData("first_boot: cloudbase-init, connection: none, cloud_init: { vendor_data: mine.sh }", "without vendor_data")]
    [InlineData("first_boot: cloudbase-init, connection: none, timezone: UTC, cloud_init: mine.sh", "write set_timezone there")]
    [InlineData("first_boot: unattend, connection: none, keyboard: de", "set up by Windows' Setup, and does not know keyboard")]
    [InlineData("first_boot: unattend, connection: none, timezone: UTC", "set up by Windows' Setup, and does not know timezone")]
    [InlineData("first_boot: combustion, image: debian_13", "which Croft built, does not know Combustion")]
    [InlineData("first_boot: unattend, image: flatcar, connection: none", "does not know Windows' answer files")]
    public void OfOtherLanguagesAreRefusedByName(string keys, string words)
    {
        folder.Write("disk.img", new string('x', 512));
        folder.Write("mine.sh", "echo mine\n");
        Assert.Contains(words, Problems(keys, keys.Contains("image:", StringComparison.Ordinal) ? "" : "image: { file: disk.img }, "));
    }

    [Theory]
    [InlineData("first_boot: combustion, combustion: mine.sh, timezone: UTC, user: me", FirstBoot.Combustion)]
    [InlineData("first_boot: cloudbase-init, connection: none, wait: 'port:3389', cloud_init: mine.sh", FirstBoot.CloudbaseInit)]
    [InlineData("first_boot: unattend, connection: none, locale: de_DE.UTF-8", FirstBoot.Unattend)]
    public void MayBeOfEveryLanguage(string keys, FirstBoot kind)
    {
        folder.Write("disk.img", new string('x', 512));
        folder.Write("mine.sh", "echo mine\n");
        var reading = Read(keys, "image: { file: disk.img }, ");
        Assert.Equal("", string.Join('\n', reading.Problems));
        Assert.Equal(kind, reading.Farm!.Machines[0].FirstBoot.Kind);
    }

    [Theory]
    [InlineData("#cloud-config\nruncmd: [ a ]\n", "would leave runcmd out")]
    [InlineData("#cloud-config\nbootcmd: [ a ]\n", "")]
    public void OfVendorsAreRefusedWhereTheyWouldBeLost(string text, string words)
    {
        folder.Write("vendor.yaml", text);
        var found = Problems("cloud_init: { vendor_data: vendor.yaml }");
        Assert.Equal(words.Length > 0, found.Length > 0);
        Assert.Contains(words, found);
    }

    [Fact]
    public void AreRefusedWhenTheFileIsPackedOrLarge()
    {
        File.WriteAllBytes(Path.Combine(folder.Path, "user.gz"), [0x1f, 0x8b, 0xff]);
        Assert.Contains("is not text", Problems("cloud_init: user.gz"));
        folder.Write("large", new string('x', 2 << 20));
        Assert.Contains("2048 KiB", Problems("cloud_init: large"));
    }

    /// <inheritdoc/>
    public void Dispose() => folder.Dispose();

    MachineSpec Machine(string keys)
    {
        var reading = Read(keys, Systemd + ", ");
        Assert.Equal("", string.Join('\n', reading.Problems));
        return Assert.Single(reading.Farm!.Machines);
    }

    string Problems(string keys, string image = Systemd + ", ") => string.Join('\n', Read(keys, image).Problems);

    FarmReading Read(string keys, string image) =>
        FarmFile.ReadText(
            $"farm: f\nvms: {{ list: [ {{ platform: p, target: amd64, {image}{keys} }} ] }}\nplatforms: {{ p: {{ vcpus: 1 }} }}\n",
            Path.Combine(folder.Path, "farm.yaml"),
            Reading.Defaults
        );
}
