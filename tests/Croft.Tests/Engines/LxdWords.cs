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
}
