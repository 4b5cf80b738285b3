using System.Xml.Linq;
using Croft.Engines.Libvirt;
using Croft.Farms;
using Croft.Lifecycle;
using Croft.Planning;
using Croft.Tests.Farms;

namespace Croft.Tests.Engines;

/// <summary>What a file of the user's says of a machine in libvirt's own XML.</summary>
public sealed class DomainsOfTheUsers : IDisposable
{
    readonly TemporaryFolder folder = new();

    [Fact]
    public void AddDevicesAndTakeThePlaceOfThoseThatAMachineHasOneOf()
    {
        var devices = Laid(
                "<devices><emulator>/opt/qemu</emulator><graphics type='vnc'/><video><model type='virtio'/></video>"
                    + "<controller type='usb' model='qemu-xhci'/><input type='tablet' bus='usb'/></devices>"
            )
            .Element("devices")!;
        Assert.Equal("/opt/qemu", devices.Element("emulator")!.Value);
        Assert.Equal("vnc", (string?)devices.Element("graphics")?.Attribute("type"));
        Assert.Equal("virtio", (string?)Assert.Single(devices.Elements("video")).Element("model")!.Attribute("type"));
        Assert.Equal(
            "qemu-xhci",
            (string?)Assert.Single(devices.Elements("controller"), c => (string?)c.Attribute("type") == "usb").Attribute("model")
        );
        Assert.Equal(2, devices.Elements("disk").Count());
    }

    [Fact]
    public void AddFeaturesAndReplaceWhatStandsAlone()
    {
        var domain = Laid(
            "<on_crash>restart</on_crash><memoryBacking><hugepages/></memoryBacking><features><hyperv mode='passthrough'/></features>"
                + "<cpu mode='custom'><model>Nehalem</model></cpu><os><bootmenu enable='yes'/></os>"
        );
        Assert.Equal("restart", Assert.Single(domain.Elements("on_crash")).Value);
        Assert.NotNull(domain.Element("memoryBacking"));
        Assert.Equal(["acpi", "apic", "hyperv"], domain.Element("features")!.Elements().Select(e => e.Name.LocalName));
        Assert.Equal("Nehalem", Assert.Single(domain.Elements("cpu")).Value);
        Assert.Equal("hvm", domain.Element("os")!.Element("type")!.Value);
        Assert.NotNull(domain.Element("os")!.Element("bootmenu"));
    }

    [Fact]
    public void OptionsOfQemuStandBehindThoseOfCroftsCards()
    {
        const string own =
            "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:arg value='-no-hpet'/></qemu:commandline>";
        var arguments = Laid(own, "networks: [ u ]", "networks: { u: { mode: user } }")
            .Element(DomainXml.Qemu + "commandline")!
            .Elements()
            .Select(a => (string?)a.Attribute("value"))
            .ToList();
        Assert.Equal("-netdev", arguments[0]);
        Assert.Equal("-no-hpet", arguments[^1]);
        Assert.Single(Laid(own).Element(DomainXml.Qemu + "commandline")!.Elements());
    }

    [Theory]
    [InlineData("<domain><name>x</name></domain>", "own.xml:1: <name> is Croft's to decide; the machine's name is that of its entry")]
    [InlineData("<domain>\n<memory>1</memory></domain>", "own.xml:2: <memory> is Croft's to decide; write memory")]
    [InlineData("<domain type='xen'/>", "own.xml:1: type of <domain> is Croft's to decide; virt_domain chooses")]
    [InlineData("<domain><os><kernel>/k</kernel></os></domain>", "<kernel> is Croft's to decide; write image")]
    [InlineData("<domain><devices><interface type='user'/></devices></domain>", "<interface> is Croft's to decide; write networks")]
    [InlineData("<domain><devices><disk><target dev='vdb'/></disk></devices></domain>", "vdb is for disks of Croft's")]
    [InlineData("<domain><devices><disk/></devices></domain>", "the disk has no <target dev='…'>")]
    [InlineData("<network/>", "own.xml:1: the file is <network>, not <domain>")]
    [InlineData("<domain>", "own.xml:1:9: not XML: ")]
    [InlineData("<!DOCTYPE domain [<!ENTITY e SYSTEM '/etc/passwd'>]><domain>&e;</domain>", "not XML: ")]
    public void AreRefusedWhereTheySayWhatIsNotTheirs(string xml, string problem) => Assert.Contains(problem, Problems(xml, ""));

    [Fact]
    public void AreRefusedForContainers() =>
        Assert.Contains("a container is no domain of libvirt's", Problems("<domain/>", "runtime: container,"));

    [Fact]
    public void ThatChangeAreTakenByARestart()
    {
        var digests = ((string[])["<domain/>", "<domain><devices><graphics type='vnc'/></devices></domain>"])
            .Select(xml => Identity.HardwareDigest(Machine(xml), "kvm", []))
            .Append(Identity.HardwareDigest(Machine("<domain/>") with { DomainXml = null }, "kvm", []));
        Assert.Equal(3, digests.Distinct().Count());
    }

    [Fact]
    public async Task ThatAreTemplatesAreRenderedForEachMachine()
    {
        var farm = Template("<domain><title>{{ vm.name }} of {{ vm.properties.room }}, {{ vm.ram // 2 }}</title></domain>");
        var rendered = await DomainTemplates.RenderAsync(farm, TestContext.Current.CancellationToken);
        Assert.Equal(
            ["<domain><title>db-1 of 12, 256</title></domain>", "<domain><title>db-2 of 12, 256</title></domain>"],
            rendered.Machines.Select(m => m.DomainXml!.Text)
        );
    }

    [Theory]
    [InlineData("<domain>\n<title>{{ vm.no }}</title></domain>", "own.xml.j2:2: machine \"db-1\": 'dict object' has no attribute 'no'")]
    [InlineData("<domain>\n\n{% if %}</domain>", "own.xml.j2:3: machine \"db-1\": Expected an expression")]
    [InlineData("<domain>{{ vm.__class__.__mro__ }}</domain>", "own.xml.j2:1: machine \"db-1\": access to attribute '__class__'")]
    [InlineData("<domain>\n<uuid>{{ vm.name }}</uuid></domain>", "machine \"db-1\": rendered, ")]
    public async Task ThatAreWrongTemplatesAreRefusedWithTheirLine(string text, string problem) =>
        Assert.Contains(
            problem,
            (
                await Assert.ThrowsAsync<CroftException>(() =>
                    DomainTemplates.RenderAsync(Template(text), TestContext.Current.CancellationToken)
                )
            ).Message
        );

    Farm Template(string text)
    {
        folder.Write("own.xml.j2", text);
        var reading = FarmFile.ReadText(
            "farm: f\nvms: { list: [ { name: db, count: 2, platform: debian_13, domain_xml: own.xml.j2, properties: { room: 12 } } ] }\n",
            Path.Combine(folder.Path, "farm.yaml"),
            Reading.Defaults
        );
        Assert.Equal("", string.Join('\n', reading.Problems));
        return reading.Farm!;
    }

    XElement Laid(string parts, string keys = "", string rest = "")
    {
        var machine = Machine($"<domain>{parts}</domain>", keys, rest);
        var record = LibvirtXml.Record with
        {
            Disks = [new("root", "f.db.root.0.qcow2")],
            Nics = rest.Length == 0 ? [] : [new("u", null, "52:54:00:00:00:02", null, 22001)],
        };
        return XElement.Parse(
            DomainXml.Write(new(record, Guid.Empty, machine, "kvm", new("k", "i", ""), "log"), volume => "/pool/" + volume)
        );
    }

    MachineSpec Machine(string xml, string keys = "", string rest = "")
    {
        var reading = Read(xml, keys, rest);
        Assert.Equal("", string.Join('\n', reading.Problems));
        return reading.Farm!.Machines[0];
    }

    string Problems(string xml, string keys) => string.Join('\n', Read(xml, keys, "").Problems);

    FarmReading Read(string xml, string keys, string rest)
    {
        folder.Write("own.xml", xml);
        return FarmFile.ReadText(
            $"farm: f\nvms: {{ list: [ {{ name: db, platform: debian_13, domain_xml: own.xml, {keys} }} ] }}\n{rest}\n",
            Path.Combine(folder.Path, "farm.yaml"),
            Reading.Defaults
        );
    }

    public void Dispose() => folder.Dispose();
}
