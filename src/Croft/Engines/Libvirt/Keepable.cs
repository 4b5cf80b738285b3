using System.Xml.Linq;

namespace Croft.Engines.Libvirt;

/// <summary>Whether a machine's state can be kept whole. A snapshot that lacks a part of it would look complete and not be.</summary>
static class Keepable
{
    /// <summary>What stands in the way, and what to do; null when nothing does.</summary>
    /// <param name="memory">Whether the memory is kept, too.</param>
    /// <param name="fork">Whether another machine is to go on from it.</param>
    public static (string Message, string Hint)? Obstacle(XElement domain, bool memory, bool fork)
    {
        var record = RecordXml.Read(domain);
        var machine = $"machine \"{record?.Name ?? (string?)domain.Element("name")}\"";
        var tpm = domain.Descendants("tpm").Any();
        var foreign = domain.Descendants("disk").FirstOrDefault(d => !DomainXml.IsOwn(d) && SourceOf(d) is not null);
        return foreign is not null
                ? (
                    $"{machine} has a device {DomainXml.Names(foreign).Target} ({SourceOf(foreign)}) that Croft did not make and cannot keep",
                    $"take it out first: {Detach(domain, foreign)}"
                )
            : record?.LackOfDisk is { } lack ? lack
            : memory && domain.Descendants("hostdev").Any()
                ? (
                    $"{machine} has a device of its host, and QEMU cannot keep the memory of such a machine",
                    "croft snapshot create NAME --disk keeps its disks"
                )
            : tpm && fork ? ($"{machine} has a TPM, whose secrets a fork would share", "declare another machine instead")
            : tpm && !memory
                ? (
                    $"{machine} has a TPM, whose state can be kept only together with the memory",
                    "croft snapshot create NAME --memory, while it runs"
                )
            : memory && domain.Descendants("filesystem").Any()
                ? (
                    $"{machine} shares a folder of its host, and QEMU cannot keep the memory of such a machine",
                    "croft snapshot create NAME --disk keeps its disks"
                )
            : (domain.Element("os")?.Attribute("firmware")?.Value == "efi" || DomainXml.NvramOf(domain) is not null)
            && record?.Nvram is null
                ? (
                    $"the UEFI variables of {machine} are outside of Croft's pool and cannot be kept",
                    "croft destroy and croft up make it anew"
                )
            : null;
    }

    /// <summary>What is said of a domain whose disks are no state of it: what its guest has not written is in its saved memory.</summary>
    public static CroftException HalfOf(string domain) =>
        CroftException.World(
            $"machine {domain} is off with its memory saved, as virsh managedsave and libvirt-guests do: its disks alone are half of it",
            $"croft start goes on from there; or, if that memory is not needed: virsh managedsave-remove {domain}"
        );

    /// <summary>What is in a device; null for an empty drive, which holds nothing that could be kept.</summary>
    static string? SourceOf(XElement disk) =>
        disk.Element("source")?.Attributes().FirstOrDefault(a => a.Name.LocalName is "file" or "dev" or "dir" or "name" or "volume")?.Value;

    static string Detach(XElement domain, XElement disk)
    {
        var (name, target) = ((string?)domain.Element("name"), DomainXml.Names(disk).Target);
        return (string?)disk.Attribute("device") is "cdrom" or "floppy"
            ? $"virsh change-media {name} {target} --eject"
            : $"virsh detach-disk {name} {target}";
    }
}
