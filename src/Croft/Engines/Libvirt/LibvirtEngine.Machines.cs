using System.Xml.Linq;
using Croft.Libvirt;

namespace Croft.Engines.Libvirt;

public sealed partial class LibvirtEngine
{
    /// <summary>Makes the machine's definition, or replaces it; does not start it.</summary>
    public Task DefineAsync(MachineDefinition machine, CancellationToken cancel) => CallAsync(
        $"defining machine \"{machine.Record.Name}\"",
        () =>
        {
            using var domain = connection.DefineDomain(DomainXml.Write(machine, PathOf));
        },
        cancel);

    /// <summary>Starts a defined machine.</summary>
    public Task StartAsync(string domain, CancellationToken cancel) => OnDomainAsync($"starting {domain}", domain, d => d.Start(), cancel);

    /// <summary>Asks the guest to shut down, by power button and agent.</summary>
    public Task ShutdownAsync(string domain, CancellationToken cancel) => OnDomainAsync($"shutting down {domain}", domain, d => Quietly(() => d.Shutdown()), cancel);

    /// <summary>Cuts the power; nothing happens when the machine is off.</summary>
    public Task PowerOffAsync(string domain, CancellationToken cancel) => OnDomainAsync($"switching off {domain}", domain, d => Quietly(() => d.Destroy()), cancel);

    /// <summary>Presses the reset button.</summary>
    public Task ResetAsync(string domain, CancellationToken cancel) => OnDomainAsync($"resetting {domain}", domain, d => d.Reset(), cancel);

    /// <summary>Stops the processors.</summary>
    public Task PauseAsync(string domain, CancellationToken cancel) => OnDomainAsync($"pausing {domain}", domain, d => d.Suspend(), cancel);

    /// <summary>Lets the processors run again.</summary>
    public Task ResumeAsync(string domain, CancellationToken cancel) => OnDomainAsync($"resuming {domain}", domain, d => d.Resume(), cancel);

    /// <summary>Opens the serial console of a running machine, taking it from whoever has it.</summary>
    public Task<Stream> OpenConsoleAsync(string domain, CancellationToken cancel) => CallAsync<Stream>(
        $"opening the console of {domain}",
        () =>
        {
            using var found = connection.FindDomain(domain) ?? throw CroftException.World($"hypervisor \"{Name}\" has no machine {domain}");
            return found.OpenConsole(null, ConsoleFlags.Force);
        },
        cancel);

    /// <summary>Whether the machine runs; null when it does not exist.</summary>
    public Task<PowerState?> PowerAsync(string domain, CancellationToken cancel) => CallAsync<PowerState?>(
        $"asking for {domain}",
        () =>
        {
            using var found = connection.FindDomain(domain);
            return found is null ? null : Observe(found).Power;
        },
        cancel);

    /// <summary>Removes a machine's definition, switching it off first; its volumes stay. Nothing happens when there is none.</summary>
    public Task UndefineAsync(string domain, CancellationToken cancel) => CallAsync(
        $"removing {domain}",
        () =>
        {
            using var found = connection.FindDomain(domain);
            if (found is null)
                return;
            Quietly(() => found.Destroy());
            found.Undefine(DomainUndefineFlags.ManagedSave | DomainUndefineFlags.SnapshotsMetadata | DomainUndefineFlags.Nvram);
        },
        cancel);

    /// <summary>Writes Croft's record into a machine, running or not.</summary>
    public Task WriteRecordAsync(MachineRecord record, CancellationToken cancel) => OnDomainAsync(
        $"marking {record.Name}",
        MachineDefinition.DomainNameOf(record.Farm, record.Name),
        d => WriteRecord(d, record),
        cancel);

    /// <summary>
    /// Saves a running machine's memory and freezes its disks at the same instant: its present volumes are never written again,
    /// it goes on with the given empty overlays on them. An external snapshot without libvirt metadata (https://libvirt.org/formatsnapshot.html).
    /// </summary>
    /// <param name="overlays">For each disk in order, the volume it goes on with; made before.</param>
    /// <param name="memory">The volume that takes the memory; made before.</param>
    public Task FreezeAsync(string domain, IReadOnlyList<string> overlays, string memory, CancellationToken cancel) => OnDomainAsync(
        $"saving a layer of {domain}",
        domain,
        d =>
        {
            var disks = overlays.Select((overlay, i) => new XElement(
                "disk",
                new XAttribute("name", DomainXml.Target(i)),
                new XAttribute("snapshot", "external"),
                new XElement("driver", new XAttribute("type", "qcow2")),
                new XElement("source", new XAttribute("file", PathOf(overlay)))));
            var xml = new XElement(
                "domainsnapshot",
                new XElement("memory", new XAttribute("snapshot", "external"), new XAttribute("file", PathOf(memory))),
                new XElement("disks", disks, new XElement("disk", new XAttribute("name", DomainXml.SeedTarget), new XAttribute("snapshot", "no"))));
            using var snapshot = d.CreateSnapshot(xml.ToString(), SnapshotCreateFlags.NoMetadata | SnapshotCreateFlags.ReuseExternal | SnapshotCreateFlags.Atomic);
        },
        cancel);

    /// <summary>Names of the volumes that a machine stands on, as it runs and as it would start; none when it does not exist.</summary>
    public Task<IReadOnlySet<string>> DisksOfAsync(string domain, CancellationToken cancel) => CallAsync<IReadOnlySet<string>>(
        $"reading the disks of {domain}",
        () =>
        {
            using var found = connection.FindDomain(domain);
            if (found is null)
                return new HashSet<string>();
            return new[] { DomainXmlFlags.None, DomainXmlFlags.Inactive }.SelectMany(flags => XElement.Parse(found.Xml(flags)).Descendants("source"))
                .Select(source => (string?)source.Attribute("file")).OfType<string>().Select(file => Path.GetFileName(file)).ToHashSet(StringComparer.Ordinal);
        },
        cancel);

    /// <summary>Puts a machine that is off on other disks; nothing else of its definition changes.</summary>
    /// <param name="volumes">For each disk in order, its volume.</param>
    public Task SwitchDisksAsync(string domain, IReadOnlyList<string> volumes, CancellationToken cancel) => OnDomainAsync(
        $"changing the disks of {domain}",
        domain,
        d =>
        {
            var xml = XElement.Parse(d.Xml(DomainXmlFlags.Inactive | DomainXmlFlags.Secure));
            for (var i = 0; i < volumes.Count; i++)
            {
                var disk = xml.Descendants("disk").First(e => (string?)e.Element("target")!.Attribute("dev") == DomainXml.Target(i));
                disk.Element("source")!.ReplaceWith(new XElement("source", new XAttribute("file", PathOf(volumes[i]))));
                disk.Element("backingStore")?.Remove();
            }

            using var changed = connection.DefineDomain(xml.ToString());
        },
        cancel);

    /// <summary>Starts a machine that is off from saved memory, on the disks, console and ports that it is defined with now.</summary>
    /// <param name="memory">Volume of the saved memory; it is only read.</param>
    public Task RestoreAsync(MachineRecord record, string memory, CancellationToken cancel) => OnDomainAsync(
        $"restoring machine \"{record.Name}\"",
        MachineDefinition.DomainNameOf(record.Farm, record.Name),
        domain =>
        {
            var saved = XElement.Parse(connection.SaveImageXml(PathOf(memory), DomainXmlFlags.Secure));
            Refit(saved, XElement.Parse(domain.Xml(DomainXmlFlags.Inactive)));
            saved.Element("metadata")?.ReplaceWith(new XElement("metadata", RecordXml.Write(record, RecordXml.Namespace)));
            connection.Restore(PathOf(memory), saved.ToString(), DomainSaveFlags.Running);
            WriteRecord(domain, record); // in case that the memory brought back the metadata of its time
        },
        cancel);

    /// <summary>Puts today's disks, console, seed and port into the definition that was saved with the memory; all else must stay as the memory expects it.</summary>
    static void Refit(XElement saved, XElement wanted)
    {
        var disks = wanted.Descendants("disk").ToDictionary(d => (string)d.Element("target")!.Attribute("dev")!, d => (string)d.Element("source")!.Attribute("file")!);
        foreach (var disk in saved.Descendants("disk"))
        {
            if (disks.TryGetValue((string)disk.Element("target")!.Attribute("dev")!, out var file))
                disk.Element("source")!.ReplaceWith(new XElement("source", new XAttribute("file", file)));
            disk.Element("backingStore")?.Remove();
        }

        var log = wanted.Descendants("log").First().Attribute("file")!.Value;
        foreach (var element in saved.Descendants("log").Where(l => l.Parent!.Name.LocalName is "serial" or "console"))
            element.SetAttributeValue("file", log);
        var commandline = wanted.Elements().FirstOrDefault(e => e.Name.LocalName == "commandline");
        saved.Elements().Where(e => e.Name.LocalName == "commandline").Remove();
        if (commandline is not null)
            saved.Add(commandline);
    }

    static void WriteRecord(LibvirtDomain domain, MachineRecord record)
    {
        var xml = RecordXml.Write(record, XNamespace.None).ToString();
        var running = domain.IsActive;
        domain.SetMetadata(xml, RecordXml.Prefix, RecordXml.Namespace, running ? AffectFlags.Live | AffectFlags.Config : AffectFlags.Config);
    }

    Task OnDomainAsync(string doing, string name, Action<LibvirtDomain> act, CancellationToken cancel) => CallAsync(
        doing,
        () =>
        {
            using var domain = connection.FindDomain(name)
                ?? throw CroftException.World($"hypervisor \"{Name}\" has no machine {name}", "croft ls shows what exists");
            act(domain);
        },
        cancel);

    /// <summary>For requests that are pointless, not wrong, when the machine is off already.</summary>
    static void Quietly(Action act)
    {
        try
        {
            act();
        }
        catch (LibvirtException e) when (e.Code is LibvirtError.OperationInvalid or LibvirtError.NoDomain)
        {
            // It is off, or gone.
        }
    }
}
