using System.Xml.Linq;
using Croft.Farms;

namespace Croft.Tests.Planning;

public sealed class NeedsOfImages
{
    /// <summary>By family: osinfo's name of it, and what is meant where the two differ. Installers need more than ready disks.</summary>
    static readonly (string Family, string Osinfo, string Why)[] Meant =
    [
        ("debian", "debian11", "a ready disk needs less than the installer"),
        ("ubuntu", "ubuntu22.04", "a server's disk; osinfo has the desktop in mind"),
        ("fedora", "fedora37", "a server's disk; osinfo has the desktop in mind"),
        ("centos", "centos-stream9", "a ready disk needs less than the installer"),
        ("rocky", "rocky9", "a ready disk needs less than the installer"),
        ("almalinux", "almalinux9", "a ready disk needs less than the installer"),
        ("oracle", "ol9.0", "a ready disk needs less than the installer"),
        ("opensuse", "opensuse15.4", ""),
        ("archlinux", "archlinux", ""),
        ("alpine", "alpinelinux3.16", "with cloud-init, which needs Python"),
        ("freebsd", "freebsd13.1", "osinfo has what the kernel needs, without a first boot"),
        ("cirros", "cirros0.5.2", ""),
    ];

    [Theory]
    [InlineData("rocky_9", "memory: 512MiB", "machine \"m\" has 512MiB of memory; image rocky_9 needs 1024MiB")]
    [InlineData("rocky_9", "cpu: qemu64", "image rocky_9 boots on x86-64-v2 and later only")]
    [InlineData("almalinux_10", "cpu: Nehalem", "image almalinux_10 boots on x86-64-v3 and later only")]
    [InlineData("amazonlinux", "cpu: kvm64", "boots on x86-64-v2 and later only")]
    public void AreNotedWhereTheMachineHasLess(string platform, string keys, string note) =>
        Assert.Contains(note, Assert.Single(Plan(platform, keys)));

    [Theory]
    [InlineData("rocky_9", "memory: 1GiB")]
    [InlineData("rocky_9", "cpu: Nehalem")]
    [InlineData("almalinux_10", "cpu: host-passthrough")]
    [InlineData("almalinux_10", "vcpus: 2")]
    [InlineData("debian_cloud", "cpu: qemu64")]
    public void AreNotNotedWhereItHasEnough(string platform, string keys) => Assert.Empty(Plan(platform, keys));

    [Fact]
    public void AreWhatOsinfoSaysOrMeantOtherwise()
    {
        const string all = "/usr/share/osinfo/os";
        if (!Directory.Exists(all))
            Assert.Skip("osinfo-db is not installed");
        var least = Directory
            .EnumerateFiles(all, "*.xml", SearchOption.AllDirectories)
            .SelectMany(file => XDocument.Load(file).Descendants("os"))
            .Where(os => os.Element("short-id") is not null)
            .Select(os =>
                (
                    Name: os.Element("short-id")!.Value,
                    Memory: os.Elements("resources")
                        .Where(r => (string?)r.Attribute("arch") is "all" or "x86_64")
                        .Select(r => (long?)r.Element("minimum")?.Element("ram"))
                        .Max()
                )
            )
            .Where(os => os.Memory is not null)
            .DistinctBy(os => os.Name)
            .ToDictionary(os => os.Name, os => os.Memory!.Value);
        var compared = 0;
        foreach (var (family, name, why) in Meant)
        {
            if (!least.TryGetValue(name, out var memory))
                continue;
            compared++;
            var found = Catalogue.Families.Single(f => f.Name == family);
            var ours = found.MachineOf("", found.Variants.FirstOrDefault().Name ?? "", "x86_64").Memory;
            Assert.True(
                ours == memory || why.Length > 0,
                $"{family}: the catalogue has {ours >> 20} MiB, osinfo {memory >> 20} MiB for {name}; say why in this test"
            );
        }

        Assert.InRange(compared, 6, Meant.Length);
    }

    static string[] Plan(string platform, string keys) =>
        [
            .. Lab.Plan(
                $"farm: f\nhypervisors: {{ h1: {{ uri: qemu+ssh://h1/system }} }}\nvms: {{ list: [ {{ name: m, platform: {platform}, target: amd64, {keys} }} ] }}",
                Lab.Host("h1")
            ).Notes,
        ];
}
