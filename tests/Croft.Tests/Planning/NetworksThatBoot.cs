using System.Xml.Linq;
using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Farms;
using Croft.Planning;
using Croft.Tests.Farms;

namespace Croft.Tests.Planning;

/// <summary>Machines that boot from the network, and what the network gives them.</summary>
public sealed class NetworksThatBoot : IDisposable
{
    const string Lan = "lan: { cidr: 10.9.0.0/24, pxe: tftp }";
    const string Machine = "name: a, boot: [ network, disk ]";

    readonly TemporaryFolder folder = new();

    public NetworksThatBoot()
    {
        folder.Write("tftp/boot.ipxe", "#!ipxe\n");
        folder.Write("empty/readme", "");
    }

    [Fact]
    public void GiveOutTheirFolderToMachinesWithoutAnImage()
    {
        var plan = Make(Lan, Machine);
        Assert.Empty(plan.Problems);
        var machine = plan.Machines[0].Spec;
        Assert.IsType<EmptyImage>(machine.Image);
        Assert.Equal(WaitKind.None, machine.Wait.Kind);
        var ip = XElement.Parse(NetworkXml.Write(plan.Networks[0].Definition)).Element("ip")!;
        Assert.Equal("/var/lib/croft-pxe/f.lan", (string?)ip.Element("tftp")!.Attribute("root"));
        Assert.Equal("boot.ipxe", (string?)ip.Element("dhcp")!.Element("bootp")!.Attribute("file"));
        Assert.NotEqual(
            Identity.HardwareDigest(machine, "qemu", plan.Machines[0].Nics),
            Identity.HardwareDigest(machine with { Boots = [BootDevice.Disk] }, "qemu", plan.Machines[0].Nics)
        );
    }

    [Theory]
    [InlineData("lan: { pxe: none }", Machine, "there is no folder")]
    [InlineData("lan: { pxe: empty }", Machine, "has no file of the usual names")]
    [InlineData("lan: { pxe: { root: tftp, file: x } }", Machine, "has no file x")]
    [InlineData("lan: { pxe: tftp, dhcp: false }", Machine, "machines hear of pxe by DHCP")]
    [InlineData("lan: { pxe: tftp, cidr: 'fd00:9::/64' }", Machine, "pxe is given out by IPv4")]
    [InlineData("lan: { mode: bridge, bridge: br0, pxe: tftp }", Machine, "pxe is for networks that this farm makes")]
    [InlineData(Lan, "name: a, image: debian_13, boot: [ network ]", "has no boot loader")]
    [InlineData(Lan, "name: a, boot: [ network, cdrom ]", "the machine has no CD to boot from")]
    [InlineData(Lan, "name: a, networks: [], boot: [ network ]", "the machine has no network to boot from")]
    [InlineData(Lan, "name: a, boot: [ network, floppy ]", "\"floppy\" is not disk, network or cdrom")]
    [InlineData(Lan, "name: a, boot: [ disk ]", "names no image")]
    public void AreRefusedByName(string network, string machine, string complaint)
    {
        var problems = FarmFile.ReadText(Text(network, machine), Path.Combine(folder.Path, "farm.yaml"), Reading.Defaults).Problems;
        Assert.Contains(complaint, Assert.Single(problems).ToString());
    }

    [Theory]
    [InlineData("lan: { cidr: 10.9.0.0/24 }", "none of its networks has anything to boot from", "networks.lan: { pxe: { root: FOLDER } }")]
    [InlineData("lan: { mode: user }", "has no card that can", "mode: nat or bridge")]
    public void AreMissedByMachinesThatBootFromThem(string network, string complaint, string cure)
    {
        var refused = Assert.Single(Make(network, Machine).Problems);
        Assert.Contains(complaint, refused.Message);
        Assert.Contains(cure, refused.Hint);
    }

    [Fact]
    public void MayBeOnTheLan() => Assert.Empty(Make("lan: { mode: bridge, bridge: br0 }", Machine).Problems);

    [Fact]
    public void HaveTheirFilesWhereDnsmasqReadsThem()
    {
        folder.Write("tftp/pxelinux.cfg/default", "x");
        var to = Path.Combine(folder.Path, "there", "f.lan");
        TftpFiles.Copy(Path.Combine(folder.Path, "tftp"), to);
        Assert.Equal("x", File.ReadAllText(Path.Combine(to, "pxelinux.cfg/default")));
        Assert.True(File.GetUnixFileMode(Path.Combine(to, "boot.ipxe")).HasFlag(UnixFileMode.OtherRead));
        File.Delete(Path.Combine(folder.Path, "tftp/pxelinux.cfg/default"));
        folder.Write("tftp/boot.ipxe", "#!ipxe\nshell\n");
        TftpFiles.Copy(Path.Combine(folder.Path, "tftp"), to);
        Assert.False(File.Exists(Path.Combine(to, "pxelinux.cfg/default")));
        Assert.Contains("shell", File.ReadAllText(Path.Combine(to, "boot.ipxe")));
        TftpFiles.Copy(Path.Combine(folder.Path, "tftp"), to + "2");
        TftpFiles.RemoveCopy(to);
        Assert.Equal([to + "2"], Directory.GetFileSystemEntries(Path.GetDirectoryName(to)!));
        TftpFiles.RemoveCopy(to + "2");
        Assert.False(Directory.Exists(Path.GetDirectoryName(to)));
        TftpFiles.RemoveCopy(to); // most hosts never had any
    }

    public void Dispose() => folder.Dispose();

    Plan Make(string network, string machine)
    {
        var reading = FarmFile.ReadText(Text(network, machine), Path.Combine(folder.Path, "farm.yaml"), Reading.Defaults);
        Assert.Equal("", string.Join('\n', reading.Problems));
        return Planner.Make(Lab.Input(reading.Farm!, Lab.Host("h1")));
    }

    static string Text(string network, string machine) =>
        $"farm: f\nhypervisors: {{ h1: {{ uri: 'qemu:///system' }} }}\nplatforms: {{ p: {{}} }}\nnetworks: {{ {network} }}\nvms: {{ list: [ {{ platform: p, {machine} }} ] }}";
}
