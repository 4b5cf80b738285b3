using Croft.Farms;

namespace Croft.Tests.Farms;

public sealed class SmallestFarm
{
    [Fact]
    public void IsOnePlatformOnThisHost()
    {
        var farm = Reading.Farm("farm: demo\nvms: { permutations: { platforms: [debian_13] } }");
        var machine = Assert.Single(farm.Machines);
        Assert.Equal("debian-13-amd64", machine.Name);
        Assert.Equal("x86_64", machine.Arch);
        Assert.Equal(512L << 20, machine.Memory);
        Assert.Equal(Firmware.Kernel, machine.Firmware);
        Assert.Equal("default", Assert.Single(machine.Networks).Network);
        Assert.Equal("qemu:///system", Assert.Single(farm.Hypervisors).Uri);
        var image = Assert.IsType<BuiltImage>(machine.Image);
        Assert.Equal(("debian_13", "trixie", ImageFlavour.Micro), (image.Name, image.Suite, image.Flavour));
    }

    [Fact]
    public void MisspeltPlatformIsReportedWithItsPlace() =>
        Assert.StartsWith(
            "farm.yaml:4:17: vms.list[0].platform: no platform \"debain_12\"; did you mean \"debian_12\"?",
            Reading.Problems("farm: demo\nvms:\n  list:\n    - platform: debain_12\n")
        );
}
