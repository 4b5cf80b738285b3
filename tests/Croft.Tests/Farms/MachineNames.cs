namespace Croft.Tests.Farms;

public sealed class MachineNames
{
    static string Names(string vms, string before = "") =>
        string.Join(' ', Reading.Farm($"farm: f\n{before}\nvms:\n{vms}").Machines.Select(machine => machine.Name));

    [Fact]
    public void PermutationsHavePlatformsOutside() =>
        Assert.Equal(
            "debian-12-amd64 debian-12-arm64 debian-13-amd64 debian-13-arm64",
            Names("  permutations: { platforms: [debian_12, debian_13, debian_12], targets: [amd64, arm64] }")
        );

    [Fact]
    public void ListFollowsPermutations() =>
        Assert.Equal(
            "debian-13-amd64 debian-12-amd64 db",
            Names(
                "  list: [ { platform: debian_12 }, { platform: debian_12, name: db } ]\n  permutations: { platforms: [debian_13], targets: [amd64] }"
            )
        );

    [Fact]
    public void DuplicatesCountOnce() =>
        Assert.Equal(
            "debian-13-amd64",
            Names("  permutations: { platforms: [debian_13] }\n  list: [ { platform: debian_13 }, { platform: debian_13, target: amd64 } ]")
        );

    [Fact]
    public void EntryChangesItsPermutationInPlace()
    {
        var farm = Reading.Farm(
            "farm: f\nvms:\n  permutations: { platforms: [debian_12, debian_13] }\n  list: [ { platform: debian_12, vcpus: 4 } ]"
        );
        Assert.Equal(["debian-12-amd64 4", "debian-13-amd64 1"], farm.Machines.Select(machine => $"{machine.Name} {machine.Vcpus}"));
    }

    [Theory]
    [InlineData("all")]
    [InlineData("localhost")]
    public void NameThatMeansSomethingElseIsRefused(string name) =>
        Assert.StartsWith(
            $"farm.yaml:2:45: vms.list[0].name: \"{name}\" is no name for a machine",
            Reading.Problems($"farm: f\nvms: {{ list: [ {{ platform: debian_12, name: {name} }} ] }}")
        );

    [Theory]
    [InlineData("\"1\"")]
    [InlineData("10")]
    [InlineData("0x7f")]
    public void NameThatIsAnAddressIsRefused(string name) =>
        Assert.Contains(
            "is no name for a machine: guests take a bare number for an address",
            Reading.Problems($"farm: f\nvms: {{ list: [ {{ platform: debian_12, name: {name} }} ] }}")
        );

    [Theory]
    [InlineData("1e3")]
    [InlineData("0xg")]
    [InlineData("7-1")]
    public void NameThatOnlyBeginsAsOneIsNot(string name) =>
        Assert.Equal(name, Names($"  list: [ {{ platform: debian_12, name: {name} }} ]"));

    [Fact]
    public void SecondChangeOfTheSameMachineIsRefused() =>
        Assert.Equal(
            "farm.yaml:3:46: vms.list[1]: a second machine named \"debian-12-amd64\"; the first is at farm.yaml:3:11; give one of them a name",
            Reading.Problems("farm: f\nvms:\n  list: [ { platform: debian_12, vcpus: 4 }, { platform: debian_12, vcpus: 2 } ]")
        );

    [Fact]
    public void SameNameTwiceIsRefusedNamingBothPlaces() =>
        Assert.Equal(
            "farm.yaml:5:13: vms.list[1].name: a second machine named \"db-1\"; the first is at farm.yaml:4:36; give each machine a name of its own",
            Reading.Problems(
                "farm: f\nvms:\n  list:\n    - { platform: debian_12, name: db, count: 2 }\n    - name: db-1\n      platform: debian_12"
            )
        );

    [Fact]
    public void CountThatMeetsANameIsRefused() =>
        Assert.Equal(
            "farm.yaml:3:76: vms.list[1].name: a second machine named \"a-1\"; the first is at farm.yaml:3:40; give each machine a name of its own",
            Reading
                .Problems("farm: f\nvms:\n  list: [ { platform: debian_12, name: a-1 }, { platform: debian_12, name: a, count: 2 } ]")
                .ReplaceLineEndings("\n")
                .Trim()
        );

    [Fact]
    public void CountNumbersFromOne() =>
        Assert.Equal(
            "db-1 db-2 db-3 debian-12-amd64-1",
            Names("  list: [ { platform: debian_12, name: db, count: 3 }, { platform: debian_12, count: 1 } ]")
        );

    [Fact]
    public void ExclusionIsByPlatformTargetOrPair() =>
        Assert.Equal(
            "debian-13-amd64 debian-13-systemd-amd64",
            Names(
                """
                  permutations: { platforms: [debian_12, debian_13, debian_13_systemd], targets: [amd64, arm64, s390x] }
                  exclude: [ { platform: debian_12 }, { target: s390x }, { platform: debian_13, target: arm64 }, { platform: debian_13_systemd, target: arm64 } ]
                """
            )
        );

    [Fact]
    public void IdleExclusionIsRefused() =>
        Assert.Equal(
            "farm.yaml:4:14: vms.exclude[0]: excludes nothing: no permutation is like this; remove it, or correct its names\n"
                + "farm.yaml:4:39: vms.exclude[1]: names neither a platform nor a target",
            Reading.Problems("farm: f\nvms:\n  permutations: { platforms: [debian_12] }\n  exclude: [ { platform: debian_21 }, {} ]")
        );

    [Fact]
    public void TargetIsThisHostsByDefault() =>
        Assert.Equal(
            "s390x",
            Reading
                .Farm("farm: f\nvms: { list: [ { platform: debian_13 } ] }", Reading.Defaults with { HostArch = "s390x" })
                .Machines[0]
                .Arch
        );

    [Fact]
    public void DefaultNameThatIsNoLabelIsRefusedWithTheRule()
    {
        var name = new string('u', 60);
        Assert.Equal(
            $"farm.yaml:3:36: vms.permutations.platforms[0]: the machine of platform \"{name}\" and target \"amd64\" gets no good name: \"{name}…\" is not a DNS label: "
                + "1 to 63 lower case letters, digits and \"-\", not \"-\" at either end; declare it in vms.list with a name of its own",
            Reading.Problems(
                $"farm: f\nplatforms: {{ {name}: {{ image: debian_13 }} }}\nvms: {{ permutations: {{ platforms: [{name}] }} }}"
            )
        );
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a;b")]
    [InlineData("$(a)")]
    [InlineData("a<b")]
    [InlineData("a&b")]
    [InlineData("../a")]
    [InlineData("a\\\"b")]
    [InlineData("a\\nb")]
    [InlineData("-a")]
    [InlineData("A")]
    [InlineData("ä")]
    [InlineData("a.b")]
    public void StrangeNamesAreRefused(string name) => Assert.Contains("is not a DNS label", Reading.MachineProblems($"name: \"{name}\""));

    [Fact]
    public void NameLongerThan63IsRefused()
    {
        Assert.Contains("is not a DNS label", Reading.MachineProblems($"name: {new string('a', 64)}"));
        Assert.Contains("is not a DNS label", Reading.MachineProblems($"name: {new string('a', 62)}\n      count: 2"));
    }

    [Fact]
    public void MoreThanAHundredThousandMachinesAreRefused() =>
        Assert.Equal(
            "farm.yaml:3:3: vms: more than 100,000 machines",
            Reading.Problems(
                "farm: f\nvms:\n  list:\n"
                    + string.Concat(Enumerable.Range(0, 11).Select(i => $"    - {{ platform: debian_13, name: n{i}, count: 10000 }}\n"))
            )
        );
}
