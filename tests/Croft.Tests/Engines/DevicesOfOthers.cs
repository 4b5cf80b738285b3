using System.Xml.Linq;
using Croft.Engines;
using Croft.Engines.Libvirt;

namespace Croft.Tests.Engines;

/// <summary>Devices that somebody added to a machine by virsh.</summary>
public sealed class DevicesOfOthers
{
    const string Own =
        "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/p/f.a.root.0.qcow2'/><target dev='vda'/><serial>root</serial></disk>"
        + "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/p/f.a.seed.0.iso'/><target dev='vdz'/><readonly/><serial>seed</serial></disk>";

    const string Empty = "<disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>";
    const string Iso = "<disk type='file' device='cdrom'><source file='/iso/x.iso'/><target dev='sda' bus='sata'/><readonly/></disk>";
    const string Loop =
        "<disk type='block' device='disk'><driver name='qemu' type='raw'/><source dev='/dev/loop7'/><target dev='vdb'/></disk>";

    [Theory]
    [InlineData("", null, null)]
    [InlineData(Empty, null, null)]
    [InlineData(
        Iso,
        "machine \"a\" has a device sda (/iso/x.iso) that Croft did not make and cannot keep",
        "virsh change-media f.a sda --eject"
    )]
    [InlineData(Loop, "machine \"a\" has a device vdb (/dev/loop7) that Croft did not make and cannot keep", "virsh detach-disk f.a vdb")]
    public void AreNamedUnlessTheyHoldNothing(string device, string? message, string? cure)
    {
        var obstacle = Keepable.Obstacle(Domain(device), memory: true, fork: false);
        Assert.Equal(message, obstacle?.Message);
        Assert.Contains(cure ?? "", obstacle?.Hint ?? "");
    }

    [Theory]
    [InlineData(Empty)]
    [InlineData(Loop)]
    public void AreNoDisksOfTheMachineAndStayWhereTheyAre(string device)
    {
        var domain = Domain(device);
        var record = RecordXml.Read(domain)!;
        Assert.Equal([new DiskVolume("root", "f.a.root.0.qcow2")], record.Disks);
        DomainXml.Refit(domain, record with { Disks = [new("root", "f.a.root.1.qcow2")] }, volume => "/p/" + volume);
        Assert.Equal("/p/f.a.root.1.qcow2", (string?)domain.Descendants("source").First().Attribute("file"));
        Assert.True(XNode.DeepEquals(XElement.Parse(device), domain.Descendants("disk").Last()));
    }

    static XElement Domain(string device) =>
        XElement.Parse(
            $"<domain><name>f.a</name><metadata><croft:machine xmlns:croft='https://croft.dev/xmlns/1' farm='f' name='a' owner='o'/></metadata><devices>{Own}{device}</devices></domain>"
        );
}
