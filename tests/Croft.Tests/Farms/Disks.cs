using Croft.Farms;

namespace Croft.Tests.Farms;

public sealed class Disks
{
    [Fact]
    public void AreTaken()
    {
        var machine = Reading.Machine(
            "disk: 10GiB, disks: [ { name: data, size: 1GiB, format: ext4, mount: /srv/data }, { name: raw, size: 2GiB, type: raw }, { name: s, size: 1GiB, format: swap } ]"
        );
        Assert.Equal(10L << 30, machine.DiskSize);
        Assert.Equal(
            [
                new("data", 1L << 30, "ext4", "/srv/data"),
                new("raw", 2L << 30, null, null, Raw: true),
                new DiskSpec("s", 1L << 30, "swap", null),
            ],
            machine.Disks
        );
    }

    [Theory]
    [InlineData(
        "{ name: root, size: 1GiB }",
        "disks[0].name: \"root\" is the name of a disk that every machine has; call it data, for example"
    )]
    [InlineData(
        "{ name: a, size: 1GiB }, { name: a, size: 1GiB }",
        "disks[1].name: a second disk named \"a\"; the first is at farm.yaml:5:"
    )]
    [InlineData(
        "{ name: a, size: 1GiB, format: ext4, mount: /s }, { name: b, size: 1GiB, format: ext4, mount: /s }",
        "disks[1].mount: a second disk on /s; the first is at farm.yaml:5:"
    )]
    [InlineData("{ name: a, size: 1GiB, mount: /s }", "disks[0].mount: a mounted disk needs a file system; add format: ext4")]
    [InlineData(
        "{ name: a, size: 1GiB, format: swap, mount: /s }",
        "disks[0].mount: swap is in use without a mount point; leave mount out"
    )]
    [InlineData(
        "{ name: a, size: 1GiB, format: ext5 }",
        "disks[0].format: \"ext5\" is not ext2, ext3, ext4, xfs, btrfs, vfat or swap; did you mean \"ext2\"?"
    )]
    [InlineData("{ name: a, size: 1GiB, type: vdi }", "disks[0].type: \"vdi\" is not qcow2 or raw")]
    [InlineData("{ name: a }", "disks[0].size: missing; a disk needs size: size, such as `512MiB` or `2GiB`")]
    [InlineData("{ name: a, size: 1GiB, format: ext4, mount: srv }", "disks[0].mount: \"srv\" is not a mount point")]
    [InlineData("{ name: a, size: 1GiB, format: ext4, mount: /srv/../etc }", "is not a mount point")]
    [InlineData("{ name: a, size: 1GiB, format: ext4, mount: / }", "is not a mount point")]
    [InlineData("{ name: a, size: 1GiB, format: ext4, mount: \"/a b\" }", "is not a mount point")]
    [InlineData("{ name: a, size: 1GiB, format: ext4, mount: \"/a;reboot\" }", "is not a mount point")]
    [InlineData("{ name: ../a, size: 1GiB }", "is not a disk's name")]
    [InlineData("{ name: a<b, size: 1GiB }", "is not a disk's name")]
    [InlineData("{ name: a.b, size: 1GiB }", "disks[0].name: \"a.b\" is not a disk's name")]
    [InlineData("{ name: a23456789012345678901, size: 1GiB }", "disks[0].name: \"a23456789012345678901\" is not a disk's name")]
    public void BadOnesAreRefused(string disks, string problem) => Assert.Contains(problem, Reading.MachineProblems($"disks: [ {disks} ]"));

    [Theory]
    [InlineData(24, "")]
    [InlineData(25, "a machine has at most 24 further disks; this one has 25; make some of them one")]
    public void AreNoMoreThanThereAreLettersFor(int count, string problem) =>
        Assert.Contains(
            problem,
            Reading.Problems(
                $"farm: f\nvms: {{ list: [ {{ platform: debian_13, disks: [ {string.Join(", ", Enumerable.Range(1, count).Select(i => $"{{ name: d{i}, size: 1GiB }}"))} ] }} ] }}"
            )
        );
}
