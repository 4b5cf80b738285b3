using System.Collections.Immutable;
using System.Xml.Linq;
using Croft.Libvirt;

namespace Croft.Engines.Libvirt;

/// <summary>UEFI variables and TPMs.</summary>
sealed partial class LibvirtHost
{
    public Task CopyNvramAsync(string from, string to, CancellationToken cancel) =>
        CallAsync(
            $"copying {from}",
            () =>
            {
                using var source = Pool().FindVolume(from)
                    ?? throw CroftException.World(
                        $"hypervisor \"{Name}\" has no {from}",
                        "croft snapshot list shows which snapshots are whole"
                    );
                using var copy = Pool().CloneVolume(VolumeXml(to, "raw", (long)source.Info().Capacity, "0600", null), source);
            },
            cancel
        );

    public Task CheckKeepableAsync(string domain, bool memory, bool fork, CancellationToken cancel) =>
        OnDomainAsync(
            $"reading {domain}",
            domain,
            d =>
            {
                if (d.HasManagedSave)
                    throw Keepable.HalfOf(domain);
                // As it runs, and as it will start: a device may be in one of them only.
                foreach (var flags in (DomainXmlFlags[])[DomainXmlFlags.None, DomainXmlFlags.Inactive])
                {
                    if (Keepable.Obstacle(XElement.Parse(d.Xml(flags)), memory, fork) is var (message, hint))
                        throw CroftException.Usage(message, hint);
                }
            },
            cancel
        );

    public Task ForgetTpmAsync(string domain, CancellationToken cancel) =>
        CallAsync(
            $"removing the TPM of {domain}",
            () =>
            {
                using var found = connection.FindDomain(domain);
                if (found is not null && XElement.Parse(found.Xml()).Descendants("tpm").Any())
                    found.Undefine(Since.In(connection.LibvirtVersion, WithAllState));
            },
            cancel
        );

    /// <summary>Whether the machine was never started: its variables are still an empty file.</summary>
    bool HasNoVariablesYet(LibvirtDomain domain)
    {
        if (RecordXml.Read(XElement.Parse(domain.Xml(DomainXmlFlags.Inactive)))?.Nvram is not { } nvram)
            return false;
        using var volume = FindPool()?.FindVolume(nvram);
        return volume?.Info().Capacity == 0;
    }

    ImmutableSortedDictionary<string, BootSupport> ObserveBoot(IEnumerable<string> archs)
    {
        var found = ImmutableSortedDictionary.CreateBuilder<string, BootSupport>(StringComparer.Ordinal);
        foreach (var arch in archs)
        {
            var can = XElement.Parse(connection.DomainCapabilitiesXml(arch: arch, machine: Architecture.Of(arch).MachineType));
            var os = can.Element("os");
            found[arch] = new(
                Offers(os, "firmware", "efi") && Since.Of(DomainStartFlags.ResetNvram) <= connection.LibvirtVersion,
                Offers(os?.Element("loader"), "secure", "yes"),
                Offers(can.Element("devices")?.Element("tpm"), "backendModel", "emulator")
            );
        }

        return found.ToImmutable();

        static bool Offers(XElement? part, string name, string value) =>
            part?.Elements("enum").Any(e => (string?)e.Attribute("name") == name && e.Elements("value").Any(v => v.Value == value)) is true;
    }
}
