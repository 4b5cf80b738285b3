using Croft.Engines;
using Croft.Engines.Lxd;

namespace Croft.Tests.Engines;

/// <summary>Names and numbers as LXD has them.</summary>
public sealed class LxdWords
{
    [Theory]
    [InlineData("lab", "web", "lab--web")]
    [InlineData("a-b", "c", "a-b--c")]
    public void NameAMachineAsItIsCalled(string farm, string machine, string name) =>
        Assert.Equal(name, LxdNames.InstanceOf(new(farm, machine)));

    [Fact]
    public void NameNoTwoMachinesAlike()
    {
        MachineId[] machines =
        [
            new("a", "b--c"),
            new("a--b", "c"),
            new("1a", "b"),
            new("m-1a", "b"),
            new(new string('a', 63), "b"),
            new(new string('a', 63), "c"),
            new("a", new string('b', 63)),
        ];
        var names = machines.Select(LxdNames.InstanceOf).ToList();
        Assert.Equal(machines.Length, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches("^[a-z]([a-z0-9-]{0,54}[a-z0-9])?$", name));
    }

    [Theory]
    [InlineData("536870912", 536870912)]
    [InlineData("512MiB", 536870912)]
    [InlineData("1GB", 1000000000)]
    [InlineData("50%", 0)]
    [InlineData("", 0)]
    public void AreBytes(string text, long bytes) => Assert.Equal(bytes, LxdUnits.Bytes(text));

    [Theory]
    [InlineData("2", 2)]
    [InlineData("0-3,5", 5)]
    [InlineData(null, 0)]
    public void AreProcessors(string? text, int count) => Assert.Equal(count, LxdUnits.Count(text));

    [Theory]
    [InlineData("lab--web", true)]
    [InlineData("lab--web-before", true)]
    [InlineData("lab--web-kept12", true)]
    [InlineData("lab--web-kept12x", false)]
    [InlineData("lab--web2", false)]
    public void TellWhichInstancesAreAMachines(string instance, bool isIts) =>
        Assert.Equal(isIts, LxdNames.IsOf(new("lab", "web"), instance));

    [Theory]
    [InlineData("snapshot-mine", "mine")]
    [InlineData("snapshot-layer-of-mine", "snapshot-layer-of-mine")]
    [InlineData("layer-0123456789abcdef-01234567", "layer-0123456789abcdef-01234567")]
    public void NameStatesBothWays(string state, string snapshot)
    {
        var id = new StateId(new("lab", "web"), state);
        Assert.Equal(snapshot, LxdNames.SnapshotOf(id));
        Assert.Equal(id, LxdNames.StateOf(id.Machine, snapshot));
    }

    /// <summary>The service leaves out what an instance still shares with its snapshot.</summary>
    [Theory]
    [InlineData(5, true, 80)]
    [InlineData(90, true, 90)]
    [InlineData(0, false, 180)]
    public void SayHowLargeASnapshotIs(long said, bool isShared, long size) =>
        Assert.Equal(size, Snapshot("b", 180, said).SizeOver(Snapshot("a", 100, 1), isShared));

    static LxdSnapshot Snapshot(string name, long bytes, long said)
    {
        var standing = new LxdStanding(name, name, "key", []) { Bytes = bytes };
        var config = new Dictionary<string, string> { [LxdNames.State] = standing.ToJson() };
        return new(new("lab", "web"), new("lab--web"), new(name, default, false, said) { Config = config });
    }

    /// <summary>As LXD says it of a container whose pool is full.</summary>
    [Fact]
    public void HaveACureWhereAContainerDoesNotStart() =>
        Assert.Contains(
            "incus storage info POOL",
            LxdCures.Of("Failed to run: /usr/bin/lxd forkstart f--a /c /l: exit status 1", "incus", "incus"),
            StringComparison.Ordinal
        );

    [Fact]
    public void ReadATokenAndWhatWasPrintedBeforeIt()
    {
        var token = Convert.ToBase64String(
            """{"client_name":"me","fingerprint":"ab","addresses":["10.0.0.1:8443"],"secret":"s","expires_at":"0001-01-01T00:00:00Z"}"""u8
        );
        Assert.Equal("ab", LxdToken.Read($"Client me certificate add token:\n{token}\n")?.Fingerprint);
        Assert.Null(LxdToken.Read("nonsense"));
        Assert.Null(LxdToken.Read(""));
    }
}
