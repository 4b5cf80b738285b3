using Croft.Farms;

namespace Croft.Tests.Farms;

/// <summary>Farm text in, farm or problems out.</summary>
static class Reading
{
    public static readonly FarmDefaults Defaults = new("qemu:///system", "x86_64", Session: false);

    /// <summary>Where a text without files is said to stand; nothing is there.</summary>
    public const string Nowhere = "/nowhere/farm.yaml";

    public static Farm Farm(string text, FarmDefaults? defaults = null)
    {
        var reading = FarmFile.ReadText(text, Nowhere, defaults ?? Defaults);
        Assert.Equal("", string.Join('\n', reading.Problems));
        return reading.Farm!;
    }

    public static string Problems(string text, FarmDefaults? defaults = null)
    {
        var reading = FarmFile.ReadText(text, Nowhere, defaults ?? Defaults);
        Assert.Equal(reading.Problems.IsEmpty, reading.Farm is not null);
        return string.Join('\n', reading.Problems);
    }

    /// <summary>A farm of one machine, the entry's further keys given in flow style.</summary>
    public static MachineSpec Machine(string keys, string rest = "") =>
        Assert.Single(Farm($"farm: f\nvms: {{ list: [ {{ platform: debian_13, target: amd64, {keys} }} ] }}\n{rest}").Machines);

    public static string MachineProblems(string keys, string rest = "") =>
        Problems($"farm: f\nvms:\n  list:\n    - platform: debian_13\n      {keys}\n{rest}");
}
