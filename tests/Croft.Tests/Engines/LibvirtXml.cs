using System.Collections.Immutable;
using System.Net;
using System.Xml.Linq;
using Croft.Engines;
using Croft.Engines.Libvirt;
using Croft.Farms;
using Croft.Planning;
using Croft.Tests.Farms;
using Croft.Tests.Planning;
using Croft.Tools;

namespace Croft.Tests.Engines;

public sealed partial class LibvirtXml
{
    const string Hostile = "/a\"b'/><domain type='x'>&lt;]]>\n\té\u4e2d &amp;";

    internal static readonly MachineRecord Record = new()
    {
        Farm = "f",
        Owner = "owner",
        Folder = Hostile,
        Name = "db",
        Platform = "debian_13",
        Target = "amd64",
        User = "root",
        HardwareDigest = "h",
        DiskDigest = "d",
        Run = "run-1",
        InUse = "ssh\"<&>",
        HostKey = "ssh-ed25519 AAAA",
        Seed = "f.db.seed.0.iso",
        Nics =
        [
            new("lan", "f.lan", "52:54:00:00:00:01", IPAddress.Parse("10.9.0.10"), null),
            new("u", null, "52:54:00:00:00:02", null, 22001),
        ],
        Disks = [new("root", "f.db.root.0.qcow2"), new("data", "f.db.data.3.qcow2")],
        Made = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
        HardwareVersion = MachineRecord.NewestHardware,
    };

    [Fact]
    public void OfARecordIsReadAsItWasWritten()
    {
        var read = RecordXml.Read(
            XElement.Parse(DomainXml.Write(Machine("{ name: db, platform: debian_13 }", Record), volume => "/pool/" + volume))
        )!;
        Assert.Equal(Record with { Nics = [], Disks = [], Detached = [] }, read with { Nics = [], Disks = [], Detached = [] });
        Assert.Empty(read.Detached);
        Assert.Equal(Record.Nics, read.Nics);
        Assert.Equal(Record.Disks, read.Disks);
        var unheld = Machine("{ name: db, platform: debian_13 }", Record with { InUse = null });
        Assert.Null(RecordXml.Read(XElement.Parse(DomainXml.Write(unheld, volume => volume)))!.InUse);
    }

    /// <summary>It is a CD, and no disk.</summary>
    [Fact]
    public void OfWindowsNamesItsSeed()
    {
        var machine = Machine("{ name: db, platform: debian_13 }", Record);
        machine = machine with { Spec = machine.Spec with { FirstBoot = new(FirstBoot.Unattend) } };
        var read = RecordXml.Read(XElement.Parse(DomainXml.Write(machine, volume => "/pool/" + volume)))!;
        Assert.Equal(Record.Seed, read.Seed);
        Assert.Equal(Record.Disks, read.Disks);
    }

    /// <summary>Whoever took a snapshot past Croft gave the disk another file; read as raw, its guest would write over it.</summary>
    [Fact]
    public void OfADiskThatSomebodyElseMadeKeepsItsForm()
    {
        var machine = Machine("{ name: db, platform: debian_13 }", Record);
        var taken = DomainXml.Write(machine, volume => "/pool/" + volume).Replace("root.0.qcow2", "root.0.files", StringComparison.Ordinal);
        var read = RecordXml.Read(XElement.Parse(taken))!;
        var again = XElement.Parse(DomainXml.Write(machine with { Record = read }, volume => "/pool/" + volume));
        DomainXml.Refit(again, read, volume => "/pool/" + volume);
        var disk = again.Descendants("disk").Single(d => DomainXml.Names(d).Volume == "f.db.root.0.files");
        Assert.Equal("qcow2", (string?)disk.Element("driver")!.Attribute("type"));
    }

    [Fact]
    public void OfIgnitionNamesItsFileByBothNamesAndNeverItsContent()
    {
        var xml = XElement.Parse(DomainXml.Write(Machine("{ name: db, platform: flatcar }", Record), volume => "/pool/" + volume));
        Assert.Equal(
            [("opt/com.coreos/config", "/pool/" + Record.Seed), ("opt/org.flatcar-linux/config", "/pool/" + Record.Seed)],
            xml.Elements("sysinfo").Elements("entry").Select(e => ((string)e.Attribute("name")!, (string)e.Attribute("file")!))
        );
        Assert.All(xml.Elements("sysinfo").Elements("entry"), entry => Assert.Empty(entry.Value));
        Assert.Contains("ignition", xml.Descendants("serial").Select(s => s.Value));
        DomainXml.Refit(xml, Record with { Seed = "f.db.seed.1.iso" }, volume => "/pool/" + volume);
        Assert.All(xml.Elements("sysinfo").Elements("entry"), e => Assert.Equal("/pool/f.db.seed.1.iso", (string)e.Attribute("file")!));
    }

    [Fact]
    public void OfARecordThatIsSetAloneHasNoNamespace() =>
        Assert.Equal(XNamespace.None, RecordXml.Write(Record, XNamespace.None).Name.Namespace);

    [Fact]
    public void OfADefinitionOfThenStandsOnTheDisksOfNow()
    {
        var xml = XElement.Parse(
            DomainXml.Write(Machine("{ name: db, platform: debian_13, memory: 320MiB }", Record), volume => "/pool/" + volume)
        );
        var now = Record with
        {
            Run = "run-2",
            Seed = "f.db.seed.1.iso",
            Disks = [new("root", "f.db.root.7.qcow2"), new("data", "f.db.data.4.qcow2")],
        };
        DomainXml.Refit(xml, now, volume => "/pool/" + volume);
        var read = RecordXml.Read(xml)!;
        Assert.Equal(("run-2", "f.db.seed.1.iso"), (read.Run, read.Seed));
        Assert.Equal(now.Disks, read.Disks);
        Assert.Single(xml.Elements("metadata"));
        Assert.Equal("335544320", xml.Element("memory")!.Value);
    }

    [Fact]
    public void OfAMachineWithUefiNamesItsVariables()
    {
        var machine = Machine(
            "{ name: db, platform: debian_13, target: amd64, firmware: uefi }",
            Record with
            {
                Nvram = "f.db.nvram.0.fd",
            }
        );
        var xml = XElement.Parse(DomainXml.Write(machine, volume => "/pool/" + volume));
        Assert.Equal("f.db.nvram.0.fd", RecordXml.Read(xml)!.Nvram);
        DomainXml.Refit(xml, machine.Record with { Nvram = "f.db.nvram.4.fd" }, volume => "/pool/" + volume);
        Assert.Equal("f.db.nvram.4.fd", RecordXml.Read(xml)!.Nvram);
        xml.Element("os")!.Element("nvram")!.Value = "/var/lib/libvirt/qemu/nvram/f.db_VARS.fd";
        Assert.Null(RecordXml.Read(xml)!.Nvram);
    }

    [Fact]
    public void OfARawDiskSaysSoUntilAnOverlayStandsOnIt()
    {
        var machine = Machine(
            "{ name: db, platform: debian_13 }",
            Record with
            {
                Disks = [new("root", "f.db.root.0.qcow2"), new("data", "f.db.data.0.raw")],
            }
        );
        var xml = XElement.Parse(DomainXml.Write(machine, volume => "/pool/" + volume));
        Assert.Equal(["qcow2", "raw", "raw"], Formats()); // the last is the seed
        DomainXml.Refit(xml, machine.Record with { Disks = [new("root", "f.db.root.1.qcow2"), new("data", "f.db.data.1.qcow2")] }, volume =>
            "/pool/" + volume
        );
        Assert.Equal(["qcow2", "qcow2", "raw"], Formats());

        IEnumerable<string?> Formats() => xml.Descendants("driver").Select(d => (string?)d.Attribute("type")).Take(3);
    }

    [Theory]
    [InlineData("<domain/>")]
    [InlineData("<domain><metadata/></domain>")]
    [InlineData("<domain><metadata><machine farm='f' name='n' owner='o'/></metadata></domain>")]
    [InlineData("<domain><metadata><croft:machine xmlns:croft='https://croft.dev/xmlns/1' farm='f' name='n'/></metadata></domain>")]
    public void OfADamagedRecordIsNoRecord(string xml) => Assert.Null(RecordXml.Read(XElement.Parse(xml)));

    [Fact]
    public void OfAMachineSaysWhichFilesAndNetworksItUses()
    {
        var xml = XElement.Parse(DomainXml.Write(Machine("{ name: db, platform: debian_13 }", Record), volume => "/pool/" + volume));
        string[] files = ["f.db.console.log", "f.db.root.0.qcow2", "f.db.data.3.qcow2", "f.db.seed.0.iso", "image.kernel", "image.initrd"];
        Assert.Equal(files.Append("f.lan").Order(), DomainXml.Uses(xml, "/pool/").Distinct().Order());
        Assert.Equal(["f.lan"], DomainXml.Uses(xml, null));
    }

    [Fact]
    public void OfAMachineHoldsEveryPathWhole()
    {
        var xml = XElement.Parse(DomainXml.Write(Machine("{ name: db, platform: debian_13 }", Record), volume => Hostile + volume));
        Assert.Equal(
            [Hostile + "f.db.root.0.qcow2", Hostile + "f.db.data.3.qcow2", Hostile + "f.db.seed.0.iso"],
            xml.Descendants("source").Select(s => (string?)s.Attribute("file")).Where(f => f is not null)
        );
        Assert.Equal(Hostile + "image.kernel", xml.Element("os")!.Element("kernel")!.Value);
        Assert.Equal(Record.Folder, RecordXml.Read(xml)!.Folder);
        Assert.Single(xml.DescendantsAndSelf("domain"));
        Assert.Equal("f.db", xml.Element("name")!.Value);
    }

    [Theory]
    [InlineData("platform: debian_13", "kvm", true)]
    [InlineData("platform: debian_13, target: amd64, virt_domain: qemu, vcpus: 4, memory: 2GiB, cpu: max", "qemu", true)]
    [InlineData("platform: debian_13, target: amd64, firmware: uefi", "kvm", false)]
    [InlineData("platform: debian_13, target: amd64, firmware: uefi", "qemu", true)]
    [InlineData("platform: debian_13, target: amd64, secure_boot: true, tpm: true", "qemu", true)]
    [InlineData("platform: debian_13, target: arm64, firmware: uefi, tpm: true", "qemu", true)]
    [InlineData("platform: debian_13, target: amd64, firmware: bios, machine: pc, cpu: host-model", "kvm", false)]
    [InlineData("platform: debian_13, target: arm64", "qemu", true)]
    [InlineData("platform: debian_13, target: riscv64", "qemu", true)]
    [InlineData("platform: debian_13, target: ppc64el", "qemu", true)]
    [InlineData("platform: debian_13, target: s390x", "qemu", true)]
    [InlineData("platform: debian_12, target: i386", "qemu", true)]
    public async Task OfAMachineIsValid(string keys, string virtType, bool kernel)
    {
        var machine = Machine($"{{ name: db, {keys} }}", Record with { Folder = "/a b/é&<", Nvram = "f.db.nvram.0.fd" }) with
        {
            VirtType = virtType,
        };
        await ValidateAsync("domain", DomainXml.Write(kernel ? machine : machine with { Boot = null }, volume => "/pool/" + volume));
    }

    [Fact]
    public async Task OfCardsOnWhatOthersMadeIsValidAndReadAsItWasWritten()
    {
        var machine = Machine(
            "{ name: db, platform: debian_13 }",
            Record with
            {
                Nics =
                [
                    new("lan", "br0", "52:54:00:00:00:01", null, null) { Source = NicSource.Bridge, Model = "e1000e" },
                    new("wire", "eth0", "52:54:00:00:00:02", null, null) { Source = NicSource.Device },
                    new("old", "default", "52:54:00:00:00:03", null, null),
                ],
            }
        );
        var xml = DomainXml.Write(machine, volume => "/pool/" + volume);
        await ValidateAsync("domain", xml);
        var read = XElement.Parse(xml);
        Assert.Equal(machine.Record.Nics, RecordXml.Read(read)!.Nics);
        Assert.Equal(["bridge", "direct", "network"], read.Descendants("interface").Select(card => (string?)card.Attribute("type")));
        Assert.Equal(
            ["e1000e", "virtio", "virtio"],
            read.Descendants("interface").Elements("model").Select(model => (string?)model.Attribute("type"))
        );
    }

    [Theory]
    [InlineData("platform: debian_13, target: amd64", "qemu", "acpi apic", "qemu64")]
    [InlineData("platform: debian_12, target: i386", "qemu", "acpi apic", "qemu32")]
    [InlineData("platform: debian_13, target: arm64", "qemu", "gic", "cortex-a57")]
    [InlineData("platform: debian_13, target: arm64", "kvm", "", null)]
    [InlineData("platform: debian_13, target: arm64, firmware: uefi", "qemu", "acpi gic", "cortex-a57")]
    [InlineData("platform: debian_13, target: riscv64", "qemu", "", null)]
    [InlineData("platform: debian_13, target: ppc64el", "qemu", "", null)]
    [InlineData("platform: debian_13, target: s390x", "qemu", "", null)]
    public void OfAMachineHasWhatItsArchitectureHas(string keys, string virtType, string features, string? cpu)
    {
        var xml = XElement.Parse(
            DomainXml.Write(Machine($"{{ name: db, {keys} }}", Record) with { VirtType = virtType }, volume => volume)
        );
        Assert.Equal(features, string.Join(' ', xml.Element("features")!.Elements().Select(feature => feature.Name)));
        Assert.Equal(cpu, (string?)xml.Element("cpu")?.Element("model"));
    }

    /// <summary>Emulated, the cheap processor does not boot what was compiled for later ones.</summary>
    [Theory]
    [InlineData("rocky_9", "qemu", "maximum")]
    [InlineData("almalinux_10", "qemu", "maximum")]
    [InlineData("almalinux_10", "kvm", "host-passthrough")]
    [InlineData("debian_cloud", "qemu", "custom")]
    public void OfAnImageOfTheCatalogueHasAProcessorThatBootsIt(string platform, string virtType, string mode)
    {
        var machine = Machine($"{{ name: db, platform: {platform}, target: amd64 }}", Record) with { VirtType = virtType };
        Assert.Equal(mode, (string?)XElement.Parse(DomainXml.Write(machine, volume => volume)).Element("cpu")!.Attribute("mode"));
    }

    /// <summary>The boot loader of Debian 13's own cloud images stands still for ever where its menu cannot be drawn.</summary>
    [Theory]
    [InlineData("target: amd64", true)]
    [InlineData("target: amd64, firmware: bios", true)]
    [InlineData("target: i386", true)]
    [InlineData("target: amd64, firmware: uefi", false)]
    [InlineData("target: arm64", false)]
    [InlineData("target: s390x, firmware: bios", false)]
    public async Task OfAPcThatBootsByItsDiskHasAVga(string keys, bool has)
    {
        using var folder = new TemporaryFolder();
        folder.Write("d.qcow2", "");
        var text =
            $"farm: f\nplatforms: {{ own: {{ image: {{ file: {folder.Path}/d.qcow2 }} }} }}\nvms: {{ list: [ {{ name: db, platform: own, {keys} }} ] }}";
        var machine = Machine("{ name: db, platform: debian_13 }", Record) with
        {
            Spec = Reading.Farm(text).Machines[0],
            Boot = null,
            VirtType = "qemu",
        };
        var xml = DomainXml.Write(machine, volume => "/pool/" + volume);
        Assert.Equal(
            has ? ["vga"] : [],
            XElement.Parse(xml).Descendants("video").Elements("model").Select(model => (string?)model.Attribute("type"))
        );
        await ValidateAsync("domain", xml);
    }

    [Theory]
    [InlineData("target: amd64", 0, 0)]
    [InlineData("target: amd64", 1, 7 + 8)]
    [InlineData("target: arm64", 1, 7 + 8)]
    [InlineData("target: amd64, machine: pc", 1, 0)]
    [InlineData("target: ppc64el", 1, 0)]
    [InlineData("target: s390x", 1, 0)]
    public void OfAMachineHasPortsForItsCardsAndEightMore(string keys, int version, int ports)
    {
        var xml = XElement.Parse(
            DomainXml.Write(Machine($"{{ name: db, platform: debian_13, {keys} }}", Record with { HardwareVersion = version }), volume =>
                volume
            )
        );
        Assert.Equal(ports, xml.Descendants("controller").Count(c => (string?)c.Attribute("model") == "pcie-root-port"));
        Assert.Equal(version, xml.Descendants("controller").Count(c => (string?)c.Attribute("type") == "scsi"));
    }

    [Fact]
    public void OfAMachineThatQemuLoadsAKernelIntoHasNoVga() =>
        Assert.DoesNotContain(
            "<video",
            DomainXml.Write(Machine("{ name: db, platform: debian_13, target: amd64 }", Record), volume => volume)
        );

    [Fact]
    public void OfAMachineWithoutPciHasNoPciCards()
    {
        var xml = XElement.Parse(DomainXml.Write(Machine("{ name: db, platform: debian_13, target: s390x }", Record), volume => volume));
        Assert.Empty(xml.Descendants("rom"));
        Assert.Contains(xml.Descendants().Attributes("value"), option =>
            option.Value == "virtio-net-ccw,netdev=croft0,mac=52:54:00:00:00:02,devno=fe.0.0010"
        );
    }

    internal static DomainDefinition Machine(string entry, MachineRecord record) =>
        new(
            record,
            new MachineId("f", "db").Uuid,
            Reading.Farm($"farm: f\nvms: {{ list: [ {entry} ] }}").Machines[0],
            "kvm",
            new("image.kernel", "image.initrd", "root=/dev/vda quiet"),
            "f.db.console.log"
        );

    static async Task ValidateAsync(string schema, string xml)
    {
        if (!File.Exists("/usr/bin/virt-xml-validate") || !File.Exists($"/usr/share/libvirt/schemas/{schema}.rng"))
            Assert.Skip("virt-xml-validate is not installed (libvirt-clients, libvirt-daemon)");
        using var folder = new TemporaryFolder();
        var result = await new Tool("virt-xml-validate", folder.Write("it.xml", xml), schema).RunAsync(
            TestContext.Current.CancellationToken
        );
        Assert.True(result.ExitCode == 0, result.Error + xml);
    }
}
