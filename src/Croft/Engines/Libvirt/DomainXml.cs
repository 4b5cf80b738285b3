using System.Xml.Linq;
using Croft.Farms;

namespace Croft.Engines.Libvirt;

/// <summary>
/// The only place that writes domain XML: from a machine's definition, top to bottom. Format: https://libvirt.org/formatdomain.html.
/// </summary>
static class DomainXml
{
    /// <summary>libvirt's extension for QEMU options that it does not know.</summary>
    public static readonly XNamespace Qemu = "http://libvirt.org/schemas/domain/qemu/1.0";

    /// <summary>The guest's device of the seed; far from the disks, so that a disk added later keeps its place.</summary>
    public const string SeedTarget = "vdz";

    /// <summary>The name in the guest of a channel that nobody has, except where a guest without agent waits at it.</summary>
    public const string SpareChannel = "org.croft.spare.0";

    /// <summary>Root ports that a machine has free for cards that are plugged in while it runs.</summary>
    const int SparePorts = 8;

    /// <summary>Writes the definition.</summary>
    /// <param name="path">Path on the hypervisor of a volume of Croft's pool.</param>
    /// <param name="socket">Path of the switch that a card is connected to, by what its record names.</param>
    public static string Write(DomainDefinition machine, Func<string, string> path, Func<string, string>? socket = null)
    {
        var spec = machine.Spec;
        var arch = Architecture.Of(spec.Arch);
        var domain = new XElement(
            "domain",
            new XAttribute("type", machine.VirtType),
            new XAttribute(XNamespace.Xmlns + "qemu", Qemu),
            new XElement("name", machine.DomainName),
            new XElement("uuid", machine.Uuid),
            new XElement("metadata", RecordXml.Write(machine.Record, RecordXml.Namespace)),
            new XElement("memory", new XAttribute("unit", "b"), spec.Memory),
            new XElement("vcpu", spec.Vcpus),
            FirmwareConfig(machine, path),
            Os(machine, arch, path),
            Features(spec.Arch, machine.VirtType, spec.Firmware),
            Cpu(spec.Cpu ?? (spec.Image.Cpu is not null && machine.VirtType != "kvm" ? "maximum" : null), spec.Arch, machine.VirtType),
            new XElement("clock", new XAttribute("offset", "utc")),
            new XElement("on_crash", "destroy"),
            new XElement(
                "devices",
                machine.Record.Disks.Select((disk, i) => Disk(path(disk.Volume), Volumes.FormatOf(disk), Target(i), disk.Disk)),
                SeedDisk(machine, path),
                machine.Disc is { } disc ? Drive(path(disc), spec) : null,
                machine.Record.Nics.Where(IsLibvirts).Select(nic => Interface(nic, arch, machine.Spec.Boots.Contains(BootDevice.Network))),
                Serial(path(machine.Console)),
                Channel("org.qemu.guest_agent.0"),
                spec.Tpm ? Tpm(spec.Arch) : null,
                NeedsVga(machine) ? new XElement("video", new XElement("model", new XAttribute("type", "vga"))) : null,
                Randomness(),
                new XElement("controller", new XAttribute("type", "usb"), new XAttribute("model", "none")),
                new XElement("memballoon", new XAttribute("model", "none")),
                machine.Record.HardwareVersion < 1 ? null : Spare(machine, arch)
            ),
            CardOptions.Write(machine.Record.Nics, arch, machine.Spec.Login.Port, socket ?? (name => name))
        );
        if (spec.DomainXml is { } own)
            OwnDomainXml.Lay(domain, own.Text);
        return domain.ToString();
    }

    /// <summary>The guest's device of the n-th disk: vda, vdb, …</summary>
    public static string Target(int disk) => $"vd{(char)('a' + disk)}";

    /// <summary>Whether Croft made a disk; all of those have a serial. Others were added by somebody else, and are left to them.</summary>
    public static bool IsOwn(XElement disk) => (string?)disk.Attribute("device") is null or "disk" && disk.Element("serial") is not null;

    /// <summary>The guest's device of a disk, and its volume.</summary>
    public static (string Target, string Volume) Names(XElement disk) =>
        (
            (string?)disk.Element("target")?.Attribute("dev") ?? "",
            Path.GetFileName((string?)disk.Element("source")?.Attribute("file") ?? "")
        );

    /// <summary>The processors that a machine has now, as far as they are not to come later.</summary>
    public static int VcpusOf(XElement domain) => (int?)domain.Element("vcpu")?.Attribute("current") ?? (int?)domain.Element("vcpu") ?? 1;

    /// <summary>The most memory that a machine may have, in bytes: libvirt writes it in KiB, whatever was given.</summary>
    public static long MemoryOf(XElement domain) => (long)domain.Element("memory")! * 1024;

    /// <summary>What somebody took out of a machine, in words.</summary>
    public static IEnumerable<string> LacksOf(XElement domain, MachineRecord record)
    {
        var cards = domain.Descendants("interface").Elements("mac").Attributes("address").Select(a => a.Value).ToHashSet();
        return record
            .Detached.Select(disk => $"disk {disk.Disk}")
            .Concat(record.Nics.Where(nic => IsLibvirts(nic) && !cards.Contains(nic.Mac)).Select(nic => $"card on network {nic.Network}"));
    }

    /// <summary>Networks that a definition names, and files of a folder, wherever it names them.</summary>
    /// <param name="folder">With a slash at its end; null for no files.</param>
    public static IEnumerable<string> Uses(XElement domain, string? folder) =>
        domain
            .DescendantsAndSelf()
            .SelectMany(e => e.Attributes().Select(a => a.Value).Append(e.HasElements ? "" : e.Value))
            .Where(text => folder is not null && text.StartsWith(folder, StringComparison.Ordinal))
            .Select(text => text[folder!.Length..])
            .Concat(domain.Descendants("interface").Elements("source").Attributes("network").Select(a => a.Value));

    /// <summary>The file of a machine's UEFI variables, without its folder; null when the definition names none.</summary>
    public static string? NvramOf(XElement domain) =>
        domain.Element("os")?.Element("nvram")?.Value is { Length: > 0 } file ? Path.GetFileName(file) : null;

    /// <summary>
    /// Puts a machine's present disks, seed, UEFI variables and record into its definition of another time; all else stays.
    /// </summary>
    public static void Refit(XElement domain, MachineRecord record, Func<string, string> path)
    {
        var volumes = record
            .Disks.Select((disk, i) => (Target: Target(i), Disk: disk))
            .Append((Target: SeedTarget, Disk: new("seed", record.Seed)))
            .ToDictionary(d => d.Target, d => d.Disk);
        foreach (var disk in domain.Descendants("disk").Where(IsOwn))
        {
            if (!volumes.TryGetValue(Names(disk).Target, out var volume))
                continue;
            disk.Element("source")!.ReplaceWith(new XElement("source", new XAttribute("file", path(volume.Volume))));
            disk.Element("driver")!.SetAttributeValue("type", Volumes.FormatOf(volume));
            disk.Element("backingStore")?.Remove();
        }

        foreach (var entry in domain.Elements("sysinfo").Where(s => (string?)s.Attribute("type") == "fwcfg").Elements("entry"))
            entry.SetAttributeValue("file", path(record.Seed));
        if (record.Nvram is { } nvram)
            domain.Element("os")!.Element("nvram")!.Value = path(nvram);
        domain.Element("metadata")?.Remove();
        domain.Add(new XElement("metadata", RecordXml.Write(record, RecordXml.Namespace)));
    }

    /// <summary>
    /// Turns a machine's definition into that of another machine of the same hardware: name, uuid, disks, cards, console and record are its
    /// own.
    /// </summary>
    /// <param name="console">Path of its console's log.</param>
    public static void Become(
        XElement domain,
        MachineRecord record,
        Guid uuid,
        string console,
        Func<string, string> path,
        Func<string, string> socket
    )
    {
        Refit(domain, record, path);
        domain.Element("name")!.Value = record.Id.ToString();
        domain.Element("uuid")!.Value = uuid.ToString();
        foreach (var log in domain.Descendants("log"))
            log.SetAttributeValue("file", console);
        foreach (var (card, nic) in domain.Descendants("interface").Zip(record.Nics.Where(IsLibvirts)))
            card.Element("mac")!.SetAttributeValue("address", nic.Mac);

        var arch = Architecture.Of((string)domain.Element("os")!.Element("type")!.Attribute("arch")!);
        if (CardOptions.Write(record.Nics, arch, record.Login.Port, socket)?.Elements().ToList() is { } cards)
        {
            var options = domain.Element(Qemu + "commandline")!;
            options.Elements().Take(cards.Count).Remove(); // those of the other machine, before the user's own
            options.AddFirst(cards);
        }
    }

    static bool IsLibvirts(Nic nic) => nic.Bridge is not null && nic.Source != NicSource.Switch;

    /// <summary>
    /// The file that Ignition reads, by the names of CoreOS and of Flatcar, which each read their own alone; never its content, which is
    /// secret. Where firmware has no such files, Ignition reads a disk of the serial <c>ignition</c>.
    /// </summary>
    static XElement? FirmwareConfig(DomainDefinition machine, Func<string, string> path) =>
        machine.Spec.FirstBoot.Kind != FirstBoot.Ignition || machine.Spec.Arch is "ppc64le" or "s390x"
            ? null
            : new(
                "sysinfo",
                new XAttribute("type", "fwcfg"),
                ((string[])["opt/com.coreos/config", "opt/org.flatcar-linux/config"]).Select(name => new XElement(
                    "entry",
                    new XAttribute("name", name),
                    new XAttribute("file", path(machine.Record.Seed))
                ))
            );

    /// <summary>
    /// A PC's boot loader may draw its menu, as Debian's GRUB does since trixie; without a VGA BIOS it stands still there for ever.
    /// </summary>
    static bool NeedsVga(DomainDefinition machine) =>
        machine is { Boot: null, Spec: { Firmware: Firmware.Bios, Arch: "x86_64" or "i686" } };

    static XElement Os(DomainDefinition machine, Architecture arch, Func<string, string> path)
    {
        var os = new XElement("os");
        if (machine.Spec.Firmware == Firmware.Uefi)
            os.Add(
                new XAttribute("firmware", "efi"),
                new XElement("firmware", Feature("enrolled-keys"), Feature("secure-boot")),
                machine.Record.Nvram is { } nvram ? new XElement("nvram", path(nvram)) : null
            );
        os.Add(
            new XElement(
                "type",
                new XAttribute("arch", machine.Spec.Arch),
                new XAttribute("machine", machine.Spec.Machine ?? arch.MachineType),
                "hvm"
            )
        );
        if (machine.Boot is { } boot)
            os.Add(
                new XElement("kernel", path(boot.Kernel)),
                new XElement("initrd", path(boot.Initrd)),
                new XElement("cmdline", $"console={arch.Console} {boot.Arguments}")
            );
        else
            os.Add(BootsOf(machine).Select(device => new XElement("boot", new XAttribute("dev", device))));
        return os;

        XElement Feature(string name) =>
            new("feature", new XAttribute("enabled", machine.Spec.SecureBoot ? "yes" : "no"), new XAttribute("name", name));
    }

    static IEnumerable<string> BootsOf(DomainDefinition machine) =>
        !machine.Spec.Boots.IsEmpty
            ? machine.Spec.Boots.Select(b =>
                b switch
                {
                    BootDevice.Network => "network",
                    BootDevice.Cdrom => "cdrom",
                    _ => "hd",
                }
            )
        : machine.Disc is null ? ["hd"]
        : machine.Spec.Image is EmptyImage ? ["hd", "cdrom"]
        : (string[])["cdrom", "hd"];

    /// <summary>What every machine of an architecture has.</summary>
    public static XElement Features(string arch, string virtType, Firmware firmware)
    {
        var features = new XElement("features");
        if (Architecture.Of(arch).HasAcpi(firmware))
            features.Add(new XElement("acpi"));
        if (arch is "x86_64" or "i686")
            features.Add(new XElement("apic"));
        if (arch == "aarch64" && virtType != "kvm") // what the emulated processor goes with; hardware has its own
            features.Add(new XElement("gic", new XAttribute("version", "2")));
        return features;
    }

    /// <summary>The processor: as asked for, otherwise the host's own on hardware and a cheap one under emulation.</summary>
    public static XElement? Cpu(string? asked, string arch, string virtType)
    {
        var model = asked ?? (virtType == "kvm" ? "host-passthrough" : Architecture.Of(arch).EmulatedCpu);
        return model switch
        {
            null => null,
            "host-passthrough" or "host-model" or "maximum" => new("cpu", new XAttribute("mode", model)),
            _ => new("cpu", new XAttribute("mode", "custom"), new XAttribute("match", "exact"), new XElement("model", model)),
        };
    }

    static XElement Disk(string path, string format, string target, string serial, bool readOnly = false) =>
        new(
            "disk",
            new XAttribute("type", "file"),
            new XAttribute("device", "disk"),
            new XElement(
                "driver",
                new XAttribute("name", "qemu"),
                new XAttribute("type", format),
                readOnly ? null : new XAttribute("discard", "unmap")
            ),
            new XElement("source", new XAttribute("file", path)),
            new XElement("target", new XAttribute("dev", target), new XAttribute("bus", "virtio")),
            readOnly ? new XElement("readonly") : null,
            new XElement("serial", serial)
        );

    /// <summary>Windows' Setup looks at CDs alone.</summary>
    static XElement? SeedDisk(DomainDefinition machine, Func<string, string> path) =>
        machine.Record.Seed.Length == 0 ? null
        : machine.Spec.FirstBoot.Kind == FirstBoot.Unattend ? Drive(path(machine.Record.Seed), machine.Spec, 'b')
        : Disk(
            path(machine.Record.Seed),
            "raw",
            SeedTarget,
            machine.Spec.FirstBoot.Kind == FirstBoot.Ignition ? "ignition" : "seed",
            readOnly: true
        );

    static XElement Channel(string name) =>
        new(
            "channel",
            new XAttribute("type", "unix"),
            new XElement("target", new XAttribute("type", "virtio"), new XAttribute("name", name))
        );

    /// <summary>A CD drive on the bus that firmware and installers of all kinds know.</summary>
    static XElement Drive(string path, MachineSpec spec, char letter = 'a')
    {
        var isPc = spec.Arch is "x86_64" or "i686";
        var bus =
            !isPc ? "scsi"
            : spec.Machine is null || spec.Machine.Contains("q35", StringComparison.Ordinal) ? "sata"
            : "ide";
        return new(
            "disk",
            new XAttribute("type", "file"),
            new XAttribute("device", "cdrom"),
            new XElement("driver", new XAttribute("name", "qemu"), new XAttribute("type", "raw")),
            new XElement("source", new XAttribute("file", path)),
            new XElement("target", new XAttribute("dev", $"{(bus == "ide" ? "hd" : "sd")}{letter}"), new XAttribute("bus", bus)),
            new XElement("readonly")
        );
    }

    /// <summary>
    /// What a running machine needs to take further devices: disks by SCSI, a channel of the user's own, and root ports for cards.
    /// </summary>
    static IEnumerable<XElement> Spare(DomainDefinition machine, Architecture arch)
    {
        yield return new("controller", new XAttribute("type", "scsi"), new XAttribute("model", "virtio-scsi"));
        yield return Channel(SpareChannel);
        if (!arch.NeedsPorts(machine.Spec.Machine))
            yield break;
        // The seed, the controllers of SCSI and of the channels, and the source of randomness take a port each, as disks and cards do.
        var taken = machine.Record.Disks.Length + machine.Record.Nics.Count(IsLibvirts) + 4;
        yield return new("controller", new XAttribute("type", "pci"), new XAttribute("index", 0), new XAttribute("model", "pcie-root"));
        for (var port = 0; port < taken + SparePorts; port++)
            yield return new("controller", new XAttribute("type", "pci"), new XAttribute("model", "pcie-root-port"));
    }

    static XElement Randomness() =>
        new("rng", new XAttribute("model", "virtio"), new XElement("backend", new XAttribute("model", "random"), "/dev/urandom"));

    static XElement Tpm(string arch) =>
        new(
            "tpm",
            new XAttribute(
                "model",
                arch switch
                {
                    "x86_64" or "i686" => "tpm-crb",
                    "ppc64le" => "tpm-spapr",
                    _ => "tpm-tis",
                }
            ),
            new XElement("backend", new XAttribute("type", "emulator"), new XAttribute("version", "2.0"))
        );

    /// <param name="boots">Whether it asks the network for a system, for which it has its own program.</param>
    static XElement Interface(Nic nic, Architecture arch, bool boots) =>
        new(
            "interface",
            new XAttribute(
                "type",
                nic.Source switch
                {
                    NicSource.Bridge => "bridge",
                    NicSource.Device => "direct",
                    NicSource.Tap => "ethernet",
                    _ => "network",
                }
            ),
            new XElement("mac", new XAttribute("address", nic.Mac)),
            nic.Source switch
            {
                NicSource.Bridge => new XElement("source", new XAttribute("bridge", nic.Bridge!)),
                NicSource.Tap => new XElement("target", new XAttribute("dev", nic.Bridge!), new XAttribute("managed", "no")),
                NicSource.Device => new XElement("source", new XAttribute("dev", nic.Bridge!), new XAttribute("mode", "bridge")),
                _ => new XElement("source", new XAttribute("network", nic.Bridge!)),
            },
            new XElement("model", new XAttribute("type", nic.Model ?? "virtio")),
            arch.Bus is null || boots ? null : new XElement("rom", new XAttribute("enabled", "no")),
            nic.Filter is null ? null : FilterOf(nic, nic.Filter)
        );

    /// <summary>Filters that know the card's address need not learn it from its first packets.</summary>
    static XElement FilterOf(Nic nic, string filter) =>
        new(
            "filterref",
            new XAttribute("filter", filter),
            nic.Address is null ? null : new XElement("parameter", new XAttribute("name", "IP"), new XAttribute("value", nic.Address))
        );

    static XElement Serial(string log) =>
        new(
            "serial",
            new XAttribute("type", "pty"),
            new XElement("target", new XAttribute("port", 0)),
            new XElement("log", new XAttribute("file", log), new XAttribute("append", "on"))
        );
}
