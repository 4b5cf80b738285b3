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

    /// <summary>Whatever is written into the record meanwhile.</summary>
    [Fact]
    public void DiskThatWasTakenOutIsRemembered()
    {
        var sized = LibvirtXml.Record with { Disks = [LibvirtXml.Record.Disks[0], LibvirtXml.Record.Disks[1] with { Size = 5 }] };
        var domain = XElement.Parse(
            DomainXml.Write(LibvirtXml.Machine("{ name: db, platform: debian_13 }", sized), volume => "/p/" + volume)
        );
        domain.Descendants("disk").First(d => DomainXml.Names(d).Target == "vdb").Remove();
        var taken = RecordXml.Read(domain)!;
        domain.Element("metadata")!.ReplaceNodes(RecordXml.Write(taken with { Run = "later" }, RecordXml.Namespace));
        var record = RecordXml.Read(domain)!;
        Assert.Equal(["root"], record.Disks.Select(d => d.Disk));
        Assert.Equal([new DiskVolume("data", "") { Size = 5 }], record.Detached);
        Assert.Equal(["disk data"], DomainXml.LacksOf(domain, record));
        domain.Descendants("interface").Remove();
        Assert.Equal(["disk data", "card on network lan"], DomainXml.LacksOf(domain, record));
        Assert.Contains("lacks its disk data", Keepable.Obstacle(domain, memory: false, fork: false)?.Message);
    }

    static XElement Domain(string device) =>
        XElement.Parse(
            $"<domain><name>f.a</name><metadata><croft:machine xmlns:croft='https://croft.dev/xmlns/1' farm='f' name='a' owner='o'/></metadata><devices>{Own}{device}</devices></domain>"
        );
}
