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
    [InlineData(
        "3:f33 vnode4 vnode18:u18.04 20:u20.04",
        "vnode03 fedora_33, vnode04 debian_13, vnode18 ubuntu_18.04, vnode20 ubuntu_20.04"
    )]
    [InlineData("3:f43 vnode4 18:u22.04 20:u24.04", "vnode03 fedora_43, vnode04 debian_13, vnode18 ubuntu_22.04, vnode20 ubuntu_24.04")]
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
    [InlineData("3:disk.qcow2", "no platform \"disk.qcow2\" in the catalogue")]
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

    [Theory]
    [InlineData(1, "vnode3")]
    [InlineData(3, "vnode003")]
    public void HaveAsManyDigitsAsAsked(int width, string name) =>
        Assert.Equal(name, Assert.Single(PoolRequest.Parse(["3"], "vnode", "debian_13", width: width)).Name);

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public void OfAWidthThatIsNoneAreRefused(int width) =>
        Assert.StartsWith(
            $"--width {width}",
            Assert.Throws<CroftException>(() => PoolRequest.Parse(["3"], "vnode", "debian_13", width: width)).Message
        );

    [Fact]
    public void TakeTheUsersPlatforms()
    {
        using TemporaryFolder folder = new();
        folder.Write("own/disk.qcow2", "");
        folder.Write("platforms/sealed.yaml", "image: debian_12\nmemory: 1GiB\n");
        var defaults = Reading.Defaults with
        {
            Configuration = folder.Write(
                "own/config.yaml",
                "platform: mine\nplatforms: { mine: { image: { file: disk.qcow2 }, memory: 2GiB }, f43: { image: debian_13 } }\n"
            ),
            Platforms = Path.Combine(folder.Path, "platforms"),
        };
        var user = UserConfiguration.Read(defaults);
        var machines = PoolRequest.Parse(["3", "4:sealed", "5:f43"], "vnode", user.Platform!, user);
        var farm = Reading.Farm(PoolRequest.FarmText("vnode", machines, TimeSpan.FromSeconds(90), defaults), defaults);
        Assert.Equal(
            ["vnode03 mine 2048", "vnode04 sealed 1024", "vnode05 f43 512"],
            farm.Machines.Select(m => $"{m.Name} {m.Platform} {m.Memory >> 20}")
        );
        Assert.Equal(Path.Combine(folder.Path, "own/disk.qcow2"), Assert.IsType<FileImage>(farm.Machines[0].Image).File);
        Assert.IsType<BuiltImage>(farm.Machines[2].Image);
    }

    [Fact]
    public void MayBeContainers()
    {
        var text = PoolRequest.FarmText(
            "vnode",
            [.. Parse("3").Select(m => m with { IsContainer = true }), .. Parse("4")],
            TimeSpan.FromSeconds(90),
            Reading.Defaults
        );
        var farm = Reading.Farm(text);
        Assert.Equal([true, false], farm.Machines.Select(m => m.IsContainer));
        Assert.Equal(["lxd://", Reading.Defaults.LocalUri], farm.Hypervisors.Select(h => h.Uri));
    }

    [Fact]
    public void TakeImagesByPathOrAddress()
    {
        using TemporaryFolder folder = new();
        var file = folder.Write("my disk.qcow2", "");
        var machines = PoolRequest.Parse([$"3-4:{file}", "5:https://example.org/a.qcow2.xz"], "vnode", "debian_13");
        var farm = Reading.Farm(PoolRequest.FarmText("vnode", machines, TimeSpan.FromSeconds(90), Reading.Defaults));
        Assert.Equal(file, Assert.IsType<FileImage>(farm.Machines[1].Image).File);
        Assert.Equal("https://example.org/a.qcow2.xz", Assert.IsType<UrlImage>(farm.Machines[2].Image).Url.AbsoluteUri);
        Assert.StartsWith("mydisk-", farm.Machines[0].Platform);
    }

    [Fact]
    public void SayWhereTheUsersConfigurationIsWrong()
    {
        using TemporaryFolder folder = new();
        var file = folder.Write("config.yaml", "platfrom: f43\n");
        var error = Assert.Throws<CroftException>(() => UserConfiguration.Read(Reading.Defaults with { Configuration = file }));
        Assert.Equal($"{file}:1:1: platfrom: the user's configuration has no key \"platfrom\"; did you mean \"platform\"?", error.Message);
    }

    [Fact]
    public void BecomeAFarm()
    {
        var farm = Reading.Farm(PoolRequest.FarmText("vnode", Parse("3:d12 7"), TimeSpan.FromSeconds(90), Reading.Defaults));
        Assert.Equal("vnode", farm.Name);
        Assert.Equal(
            ["vnode03 debian_12 90", "vnode07 debian_13 90"],
            farm.Machines.Select(m => $"{m.Name} {m.Platform} {m.ConnectionTimeout.TotalSeconds}")
        );
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("52:54:00:00:00", "52:54:00:00:00:18")]
    [InlineData("52:54:00:AB", "52:54:00:ab:00:18")]
    public void HaveASecondCardOnABridge(string? prefix, string mac)
    {
        var machines = PoolRequest.OnBridge([.. Parse("18")], "br0", prefix);
        var farm = Reading.Farm(PoolRequest.FarmText("vnode", [.. machines, .. Parse("19")], TimeSpan.FromSeconds(90), Reading.Defaults));
        Assert.Equal(["default Nat ", "br0 Bridge br0"], farm.Networks.Select(n => $"{n.Name} {n.Mode} {n.Source}"));
        Assert.Equal(["default ", $"br0 {mac}"], farm.Machines[0].Networks.Select(n => $"{n.Network} {n.Mac}"));
        Assert.Equal("default", Assert.Single(farm.Machines[1].Networks).Network);
    }

    [Theory]
    [InlineData("1", "br 0", null, "--bridge: ")]
    [InlineData("1", "br0", "52:54", "--mac-prefix 52:54 begins no MAC")]
    [InlineData("1", "br0", "53:54:00:00:00", "begins no MAC")]
    [InlineData("1", "br0", "52:54:00:00:00:00", "begins no MAC")]
    [InlineData("1", "br0", "52:54:00:0:0", "begins no MAC")]
    [InlineData("100", "br0", "52:54:00:00:00", "leaves no room for the number of vnode100")]
    [InlineData("1 web1", "br0", "52:54:00:00:00", "gives vnode01 and web01 the MAC 52:54:00:00:00:01")]
    public void OnABridgeAreRefusedByName(string line, string bridge, string? prefix, string message) =>
        Assert.Contains(message, Assert.Throws<CroftException>(() => PoolRequest.OnBridge([.. Parse(line)], bridge, prefix)).Message);

    static IEnumerable<PoolMachine> Parse(string line) => PoolRequest.Parse(line.Split(' '), "vnode", "debian_13");
}
