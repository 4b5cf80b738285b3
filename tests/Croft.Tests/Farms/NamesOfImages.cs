using System.Collections.Immutable;
using Croft.Farms;

namespace Croft.Tests.Farms;

public sealed class NamesOfImages
{
    [Theory]
    [InlineData("fedora_43", "f43 fedora43 fedora-43 Fedora_43 fedora:43 fedora/43 fedora_generic_43")]
    [InlineData("fedora", "f fedora_generic fedoralatest fedora-latest")]
    [InlineData("fedora_36", "fedora_36 f36")]
    [InlineData("fedora_rawhide", "fedora-rawhide fedora:rawhide")]
    [InlineData("ubuntu_24.04", "u24.04 ubuntu2404 ubuntu-24.04 u:noble ubuntu/noble/cloud ubuntu_24.04_server")]
    [InlineData("ubuntu_21.04", "u21.04 ubuntu/21.04/cloud")]
    [InlineData("ubuntu_22.04_minimal", "ubuntu-minimal-22.04 u22.04-minimal")]
    [InlineData("ubuntu", "u")]
    [InlineData("debian_13", "debian_13 d13 debian-13 debian13 debian d trixie:no")]
    [InlineData("debian_12", "debian_12 d12 debian-12 debian12 debian/bookworm")]
    [InlineData("debian_13_systemd", "d13s debian-13-systemd")]
    [InlineData("debian_11", "debian_11 d11 debian-11")]
    [InlineData("debian_10", "debian/10")]
    [InlineData("debian_10", "debian/10/cloud")]
    [InlineData("debian_12_cloud", "debian_cloud_12 debian-12-cloud debian_12_genericcloud")]
    [InlineData("debian_12_generic", "debian_generic_12")]
    [InlineData("debian_cloud", "debian_cloud")]
    [InlineData("debian_nocloud", "debian_nocloud")]
    [InlineData("debian_sid", "debian_sid debian_sid_user debian_sid_vde debian-sid")]
    [InlineData("debian_sid", "debian_cloud_sid")]
    [InlineData("virtualsquare", "debian_vs debian_vs_user debian_vs_vde")]
    [InlineData("centos_9", "c9 centos9stream centos-9-stream centos-stream-9 centos_stream_9")]
    [InlineData("centos_8", "centos/8-Stream/cloud centos-8")]
    [InlineData("centos", "centos-stream c")]
    [InlineData("centos_7", "centos7")]
    [InlineData("rocky_8.6", "rocky-8.6 rockylinux8.6")]
    [InlineData("rocky_9", "r9 rockylinux9 rocky-9 rockylinux-9")]
    [InlineData("almalinux_10", "a10 almalinux10 alma-10")]
    [InlineData("kitten_10", "almalinux-kitten-10")]
    [InlineData("oracle_9", "o9 oraclelinux-9")]
    [InlineData("opensuse_15.6", "opensuse156 opensuse-leap-15 opensuse-leap-15.6 leap15.6")]
    [InlineData("opensuse_16.0", "opensuse160 opensuse-leap-16")]
    [InlineData("tumbleweed", "opensuse-tumbleweed")]
    [InlineData("archlinux", "arch Arch-Linux archlinux")]
    [InlineData("archlinux_basic", "arch-basic")]
    [InlineData("alpine", "alpine_generic alpine_stable")]
    [InlineData("alpine_3.22", "alpine-3.22 alpine322")]
    [InlineData("freebsd_14.3_zfs", "freebsd-14.3-zfs freebsd143-zfs")]
    [InlineData("freebsd_15", "freebsd-15")]
    [InlineData("amazonlinux_2023", "al2023 amazonlinux-2023")]
    [InlineData("flatcar", "flatcar")]
    [InlineData("flatcar_beta", "flatcar-beta")]
    [InlineData("coreos_stable", "co:stable fcos-stable")]
    [InlineData("coreos", "fcos coreos fedora-coreos")]
    [InlineData("gentoo", "gentoo-latest gentoo-systemd-latest")]
    [InlineData("cirros_0.6.3", "cirros-0.6.3")]
    [InlineData("cirros", "cirros")]
    public void AreOneInEverySpelling(string name, string spellings) =>
        Assert.All(spellings.Split(' ').Where(s => !s.EndsWith(":no", StringComparison.Ordinal)), spelling =>
            Assert.Equal(name, Catalogue.Resolve(spelling, [])?.Name)
        );

    [Theory]
    [InlineData("d99")]
    [InlineData("fedora_43_44")]
    [InlineData("fedorax")]
    [InlineData("ubuntu_24")]
    [InlineData("windows")]
    [InlineData("")]
    [InlineData("u24.04;reboot")]
    public void OfNothingAreNone(string name) => Assert.Null(Catalogue.Resolve(name, []));

    [Fact]
    public void ArePlatformsAndImages()
    {
        var farm = Reading.Farm(
            "farm: f\nplatforms: { mine: { image: u24.04, memory: 2GiB } }\nvms: { list: [ { platform: f43, target: amd64 }, { platform: mine, target: arm64 }, { platform: debian-12, target: amd64 }, { platform: ubuntu_24.04, target: amd64 } ] }"
        );
        Assert.Equal(["f43-amd64", "mine-arm64", "debian-12-amd64", "ubuntu-24-04-amd64"], farm.Machines.Select(m => m.Name));
        Assert.Equal(
            ["fedora_43/x86_64", "ubuntu_24.04/aarch64", "ubuntu_24.04/x86_64"],
            farm.Machines.Select(m => m.Image).OfType<CatalogueImage>().Select(i => i.Key)
        );
        Assert.Equal([Firmware.Bios, Firmware.Uefi, Firmware.Kernel, Firmware.Bios], farm.Machines.Select(m => m.Firmware));
        Assert.Equal([1024, 2048, 512, 1024], farm.Machines.Select(m => m.Memory >> 20));
    }

    [Theory]
    [InlineData(
        "{ platform: flatcar, first_boot: cloud-init }",
        "Flatcar Container Linux is set up by Ignition alone; leave first_boot out"
    )]
    [InlineData(
        "{ platform: debian_nocloud, target: amd64 }",
        "nobody can log in to \"debian_nocloud\": it has neither cloud-init nor an ssh server; say how: auth: { user, password } where it has a login of its own for ssh"
    )]
    [InlineData("{ platform: archlinux, target: arm64 }", "Arch Linux has no image for aarch64; there are: x86_64")]
    [InlineData(
        "{ platform: p, image: { name: f43, packages: [vim] } }",
        "packages does not go with Fedora Cloud, which Croft does not build"
    )]
    [InlineData("{ platform: noble }", "no platform \"noble\"; did you mean \"ubuntu_noble\"?")]
    [InlineData(
        "{ platform: u24 }",
        "no platform \"u24\"; ubuntu has no such version or variant: croft image list --remote ubuntu shows what there is"
    )]
    [InlineData("{ platform: \"fedora:43\" }", "first a letter or digit; write \"fedora_43\"")]
    [InlineData("{ platform: fedorra_43 }", "no platform \"fedorra_43\"")]
    [InlineData("{ platform: fedorra }", "no platform \"fedorra\"; did you mean \"fedora\"?")]
    [InlineData("{ platform: p, image: fedorra }", "no image \"fedorra\" in the catalogue; did you mean \"fedora\"?")]
    public void ThatCannotBeAreRefused(string entry, string problem) =>
        Assert.Contains(problem, Reading.Problems($"farm: f\nplatforms: {{ p: {{ image: debian_13 }} }}\nvms: {{ list: [ {entry} ] }}"));

    /// <summary>Their guests are as they are: nothing is told to them, and their host key is their own.</summary>
    [Theory]
    [InlineData("{ platform: cirros, target: amd64, auth: { password: { env: P } } }", "cirros", true)]
    [InlineData("{ platform: archlinux_basic, target: amd64, auth: { user: arch, password: { env: P } } }", "arch", true)]
    [InlineData("{ platform: debian_nocloud, target: amd64, connection: serial }", "root", false)]
    [InlineData("{ platform: debian_nocloud, target: amd64, connection: none }", "root", false)]
    public void WithoutASeedAreReachedByALoginOfTheirOwn(string entry, string user, bool hasHostKey)
    {
        var machine = Reading.Farm($"farm: f\nvms: {{ list: [ {entry} ] }}").Machines[0];
        Assert.Equal((user, false, hasHostKey), (machine.User, machine.HasSeed, machine.Login.HasOwnHostKey));
    }

    [Fact]
    public void WithoutALoginStartForTheirConsole() =>
        Assert.Equal(
            "cirros",
            Reading.Farm("farm: f\nvms: { list: [ { platform: cirros, target: amd64, wait: none } ] }").Machines[0].Image.Name
        );

    /// <summary>What a family's file cannot do is said where the file is read, not when an image is wanted.</summary>
    [Theory]
    [InlineData("newest: [ { at: '{base}', match: 'v\\d+' } ]", "newest: no step finds the version")]
    [InlineData("newest: [ { at: '{base}{folder}', match: 'v(?<version>\\d+)' } ]", "newest[0].at: no step before has found {folder}")]
    [InlineData("", "places[0].image: no step before has found {file}; there are {base}, {version}")]
    public void OfAFamilyThatFindsNothingAreRefused(string more, string problem)
    {
        using TemporaryFolder folder = new();
        folder.Write(
            "void.yaml",
            $"family: void\nbase: https://example.org/\narch: {{ x86_64: x86_64 }}\nversions: '\\d+'\n{more}\nplaces:\n  - {{ image: '{{base}}{(more.Length == 0 ? "{file}" : "v")}', checksums: '{{base}}sums' }}"
        );
        var file = folder.Write("farm.yaml", "farm: f\ncatalog: [void.yaml]\nvms: { list: [ { platform: void3, target: amd64 } ] }");
        Assert.Contains(problem, string.Join('\n', FarmFile.Read(file, Reading.Defaults).Problems));
    }

    [Fact]
    public void OfAPatternThatTakesForEverAreRefused()
    {
        using TemporaryFolder folder = new();
        folder.Write(
            "void.yaml",
            "family: void\nbase: https://example.org/\narch: { x86_64: x86_64 }\nversions: '(a+)+$'\nplaces:\n  - { image: '{base}v', checksums: '{base}sums' }"
        );
        var name = $"void-{new string('a', 40)}b";
        var file = folder.Write("farm.yaml", $"farm: f\ncatalog: [void.yaml]\nvms: {{ list: [ {{ platform: {name}, target: amd64 }} ] }}");
        Assert.Contains("takes too long", Assert.Throws<CroftException>(() => FarmFile.Read(file, Reading.Defaults).Require()).Message);
    }

    [Fact]
    public void MayBeOfTheUsersOwnFamilies()
    {
        using TemporaryFolder folder = new();
        folder.Write(
            "void.yaml",
            "family: void\nbase: https://example.org/\narch: { x86_64: x86_64 }\nversions: '\\d+'\nplaces:\n  - { image: '{base}void-{version}.qcow2', checksums: '{base}sums' }"
        );
        folder.Write("bad.yaml", "family: void\nbase: ftp//x\narch: { x86_64: x86_64 }\nplaces:\n  - { image: '{base}v', match: '(' }");
        string Text(string catalog) =>
            $"farm: f\ncatalog: [{catalog}]\nmirrors: {{ void: file:///srv/mirror, all: http://cache/ }}\nvms: {{ list: [ {{ platform: void3, target: amd64 }} ] }}";
        var farm = FarmFile.Read(folder.Write("farm.yaml", Text("void.yaml")), Reading.Defaults).Require();
        var image = Assert.IsType<CatalogueImage>(farm.Machines[0].Image);
        Assert.Equal(("void_3/x86_64", "file:///srv/mirror", "http://cache/"), (image.Key, image.Mirror, image.Mirrors));
        var problems = string.Join('\n', FarmFile.Read(folder.Write("farm.yaml", Text("bad.yaml")), Reading.Defaults).Problems);
        Assert.Contains("bad.yaml:2:7: base: \"ftp//x\" is not an address", problems);
        Assert.Contains("places[0].match: a place has no key \"match\"", problems);
        Assert.DoesNotContain("void3", problems);
        Assert.DoesNotContain("no family", problems);
        Assert.Contains(
            "https://example.org/void.yaml was not fetched yet; croft image update fetches it",
            string.Join(
                '\n',
                FarmFile.Read(folder.Write("farm.yaml", Text("\"https://example.org/void.yaml\"")), Reading.Defaults).Problems
            )
        );
        Assert.Equal(
            "void_3",
            Catalogue
                .Resolve(
                    "void-3",
                    UserConfiguration.Read(Reading.Defaults with { Catalog = [Path.Combine(folder.Path, "void.yaml")] }).Families
                )
                ?.Name
        );
    }

    [Fact]
    public void OfAMirrorMustBeOfAFamily() =>
        Assert.Contains(
            "no family \"fedorra\" in the catalogue; did you mean \"fedora\"?",
            Reading.Problems("farm: f\nmirrors: { fedorra: file:///srv }\nvms: {}")
        );

    [Fact]
    public void OfAMirrorAreThoseOfFamilies() =>
        Assert.Contains("; the family is called fedora", Reading.Problems("farm: f\nmirrors: { f43: file:///srv }\nvms: {}"));

    [Fact]
    public void InAPoolAreAnybodys() =>
        Assert.Equal(
            ["vnode03 fedora_33", "vnode04 fedora_43", "vnode18 ubuntu_18.04", "vnode20 ubuntu_24.04"],
            PoolRequest
                .Parse(["3:f33", "vnode4", "vnode18:u18.04", "20:ubuntu:noble"], "vnode", "f43")
                .Select(m => $"{m.Name} {m.Platform}")
        );
}
