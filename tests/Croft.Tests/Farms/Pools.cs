using Croft.Farms;

namespace Croft.Tests.Farms;

public sealed class Pools
{
    [Theory]
    [InlineData("3:debian_13 vnode4 vnode18:d12 20", "vnode03 debian_13, vnode04 debian_13, vnode18 debian_12, vnode20 debian_13")]
    [InlineData("5-9:d13", "vnode05 debian_13, vnode06 debian_13, vnode07 debian_13, vnode08 debian_13, vnode09 debian_13")]
    [InlineData("vnode1-2:d12s", "vnode01 debian_12_systemd, vnode02 debian_12_systemd")]
    [InlineData("lab7 7", "lab07 debian_13, vnode07 debian_13")]
    [InlineData("0 999", "vnode00 debian_13, vnode999 debian_13")]
    public void AreReadFromOneLine(string line, string machines) =>
        Assert.Equal(machines, string.Join(", ", Parse(line).Select(m => $"{m.Name} {m.Platform}")));

    [Theory]
    [InlineData("", "\"\" is no machine of a pool")]
    [InlineData("vnode", "\"vnode\" is no machine of a pool")]
    [InlineData("Vnode3", "\"Vnode3\" is no machine of a pool")]
    [InlineData("../x3", "\"../x3\" is no machine of a pool")]
    [InlineData("a b3", "\"a\" is no machine of a pool")]
    [InlineData("3:", "no platform \"\" in the catalogue")]
    [InlineData("3:d99", "no platform \"d99\" in the catalogue")]
    [InlineData("3:d12:d13", "\"3:d12:d13\" is no machine of a pool")]
    [InlineData("1000", "\"1000\" is no machine of a pool")]
    [InlineData("99999999999", "\"99999999999\" is no machine of a pool")]
    [InlineData("9-5", "\"9-5\" is an empty range")]
    [InlineData("1-2-3", "\"1-2-3\" is no machine of a pool")]
    [InlineData("3-", "\"3-\" is no machine of a pool")]
    [InlineData("3 03", "machine vnode03 is asked for twice")]
    [InlineData("1-5 4", "machine vnode04 is asked for twice")]
    public void AreRefusedByName(string line, string message)
    {
        var error = Assert.Throws<CroftException>(() => PoolRequest.Parse(line.Split(' '), "vnode", "debian_13"));
        Assert.Equal((FaultKind.Usage, message), (error.Kind, error.Message));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("a\nb")]
    [InlineData("Node")]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz")]
    public void OfAStemThatIsNoNameAreRefused(string stem) =>
        Assert.Contains("is no name of a pool", Assert.Throws<CroftException>(() => PoolRequest.Parse(["3"], stem, "debian_13")).Message);

    [Fact]
    public void BecomeAFarm()
    {
        var farm = Reading.Farm(PoolRequest.FarmText("vnode", Parse("3:d12 7"), TimeSpan.FromSeconds(90)));
        Assert.Equal("vnode", farm.Name);
        Assert.Equal(
            ["vnode03 debian_12 90", "vnode07 debian_13 90"],
            farm.Machines.Select(m => $"{m.Name} {m.Platform} {m.ConnectionTimeout.TotalSeconds}")
        );
    }

    static IEnumerable<PoolMachine> Parse(string line) => PoolRequest.Parse(line.Split(' '), "vnode", "debian_13");
}
