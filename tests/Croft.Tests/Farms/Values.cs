using Croft.Farms;

namespace Croft.Tests.Farms;

public sealed class Values
{
    [Theory]
    [InlineData("512MiB", 512L << 20)]
    [InlineData("2GiB", 2L << 30)]
    [InlineData("1.5GiB", 3L << 29)]
    [InlineData("1TiB", 1L << 40)]
    [InlineData("65536KiB", 64L << 20)]
    public void SizesAreBinary(string size, long bytes) => Assert.Equal(bytes, Reading.Machine($"memory: {size}").Memory);

    [Theory]
    [InlineData("2GB", "\"2GB\" is not a size: a size is a number with KiB, MiB, GiB or TiB; write 2GiB")]
    [InlineData("10G", "\"10G\" is not a size: a size is a number with KiB, MiB, GiB or TiB; write 10GiB")]
    [InlineData("2 GiB", "\"2 GiB\" is not a size: a size is a number with KiB, MiB, GiB or TiB; write 2GiB")]
    [InlineData("512", "\"512\" is not a size: a size is a number with KiB, MiB, GiB or TiB; write 512MiB or 512GiB")]
    [InlineData("1073741824", "\"1073741824\" is not a size: a size is a number with KiB, MiB, GiB or TiB; write 1GiB")]
    [InlineData("-1GiB", "\"-1GiB\" is not a size; a size is a number with KiB, MiB, GiB or TiB")]
    [InlineData("much", "\"much\" is not a size; a size is a number with KiB, MiB, GiB or TiB")]
    [InlineData("1.3KiB", "\"1.3KiB\" is not a whole number of KiB below 4096 PiB")]
    [InlineData("999999999999TiB", "\"999999999999TiB\" is not a whole number of KiB below 4096 PiB")]
    [InlineData("1MiB", "\"1MiB\" is too small; at least 16MiB")]
    public void OtherSizesAreRefusedWithTheRule(string size, string problem) =>
        Assert.Equal("farm.yaml:5:15: vms.list[0].memory: " + problem, Reading.MachineProblems($"memory: {size}"));

    [Theory]
    [InlineData("90", 90)]
    [InlineData("30s", 30)]
    [InlineData("5m", 300)]
    [InlineData("5min", 300)]
    [InlineData("1h", 3600)]
    public void DurationsAreSecondsOrHaveAUnit(string duration, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Reading.Machine($"connection_timeout: {duration}").ConnectionTimeout);

    [Theory]
    [InlineData("connection_timeout: 5 minutes", "\"5 minutes\" is not a duration; a duration is a number with s, m or h, such as 90s")]
    [InlineData("connection_timeout: 0", "\"0\" is not between 1s and 720h")]
    [InlineData("connection_timeout: 999999999h", "\"999999999h\" is not between 1s and 720h")]
    [InlineData("vcpus: 0", "\"0\" is not a whole number from 1 to 4096")]
    [InlineData("vcpus: 1.5", "\"1.5\" is not a whole number from 1 to 4096")]
    [InlineData("vcpus: 99999999999", "\"99999999999\" is not a whole number from 1 to 4096")]
    [InlineData("vcpus: [1]", "must be number, 1 to 4096, not a list")]
    [InlineData("wait: port:0", "\"port:0\" names no port from 1 to 65535; write port:22")]
    [InlineData("wait: port:65536", "\"port:65536\" names no port from 1 to 65535; write port:22")]
    [InlineData("wait: shh", "\"shh\" is not ssh, agent, port:N or none; did you mean \"ssh\"?")]
    [InlineData("firmware: efi", "\"efi\" is not kernel, bios or uefi; did you mean \"uefi\"?")]
    [InlineData("virt_domain: kmv", "\"kmv\" is not kvm, qemu or lxc; did you mean \"kvm\"?")]
    [InlineData(
        "arch: x86-64",
        "\"x86-64\" is not x86_64, aarch64, riscv64, ppc64le, s390x, i686, amd64, arm64, ppc64el or i386; did you mean \"x86_64\"?"
    )]
    [InlineData("count: 10001", "\"10001\" is not a whole number from 1 to 10000")]
    public void BadOnesAreReported(string key, string problem)
    {
        var name = key[..key.IndexOf(':')];
        Assert.Equal($"farm.yaml:5:{9 + name.Length}: vms.list[0].{name}: {problem}", Reading.MachineProblems(key));
    }

    [Theory]
    [InlineData("amd64", "x86_64")]
    [InlineData("arm64", "aarch64")]
    [InlineData("ppc64el", "ppc64le")]
    [InlineData("s390x", "s390x")]
    public void DebianArchitecturesAreTakenAsLibvirts(string written, string arch) =>
        Assert.Equal(arch, Reading.Machine($"arch: {written}").Arch);

    [Theory]
    [InlineData("ssh", WaitKind.Ssh, 22)]
    [InlineData("agent", WaitKind.Agent, 22)]
    [InlineData("none", WaitKind.None, 22)]
    [InlineData("\"port:8080\"", WaitKind.Port, 8080)]
    public void WaitIsAKindAndAPort(string written, WaitKind kind, int port) =>
        Assert.Equal(new WaitSpec(kind, port), Reading.Machine($"wait: {written}").Wait);

    [Fact]
    public void NoIsNotFalse() =>
        Assert.Equal(
            "farm.yaml:2:23: networks.a.dhcp: \"no\" is not true or false; write false",
            Reading.Problems("farm: f\nnetworks: { a: {dhcp: no} }")
        );

    [Fact]
    public void KeyWithoutValueIsTheDefault() => Assert.Equal(512L << 20, Reading.Machine("memory: ").Memory);
}
