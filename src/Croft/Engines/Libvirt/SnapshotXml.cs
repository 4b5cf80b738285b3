using System.Globalization;
using System.Xml.Linq;

namespace Croft.Engines.Libvirt;

/// <summary>
/// libvirt's snapshots, as XML (https://libvirt.org/formatsnapshot.html). The entry by which it shows one of Croft's is of a disk that
/// cannot be there, and none of the machine's: so <c>virsh snapshot-revert</c> and <c>-delete</c> of it fail. With no disk at all, libvirt
/// 10 and later succeed: they put the entry's bare definition in the place of the machine's.
/// </summary>
static class SnapshotXml
{
    const string Mark = "snapshot";

    /// <summary>A file below no folder; the rest of its path is for people.</summary>
    const string Nowhere = "/dev/null/";

    /// <summary>Writes the entry.</summary>
    /// <param name="domain">The machine's definition.</param>
    public static string Write(ShownSnapshot snapshot, XElement domain) =>
        new XElement(
            "domainsnapshot",
            new XElement("name", snapshot.Name),
            new XElement("description", snapshot.Description),
            new XElement("state", "shutoff"),
            new XElement("creationTime", snapshot.Made.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
            new XElement("memory", new XAttribute("snapshot", "no")),
            new XElement(
                "disks",
                new XElement("disk", new XAttribute("name", DomainXml.Target(0)), new XAttribute("snapshot", "internal"))
            ),
            new XElement(
                "domain",
                domain.Attribute("type"),
                domain.Element("name"),
                domain.Element("uuid"),
                new XElement(
                    "metadata",
                    new XElement(
                        XName.Get(Mark, RecordXml.Namespace),
                        new XAttribute(XNamespace.Xmlns + RecordXml.Prefix, RecordXml.Namespace),
                        new XAttribute("volume", snapshot.Volume)
                    )
                ),
                domain.Element("memory"),
                new XElement("os", domain.Element("os")!.Element("type")),
                new XElement(
                    "devices",
                    new XElement(
                        "disk",
                        new XAttribute("type", "file"),
                        new XElement("driver", new XAttribute("name", "qemu"), new XAttribute("type", "qcow2")),
                        new XElement("source", new XAttribute("file", Nowhere + snapshot.Description)),
                        new XElement("target", new XAttribute("dev", DomainXml.Target(0)), new XAttribute("bus", "virtio"))
                    )
                )
            )
        ).ToString();

    /// <summary>The manifest's volume where the entry is one of Croft's; null for a snapshot that somebody else made.</summary>
    public static string? VolumeOf(XElement snapshot) =>
        (string?)snapshot.Element("domain")?.Element("metadata")?.Element(XName.Get(Mark, RecordXml.Namespace))?.Attribute("volume");

    /// <summary>Whether reverting to an entry of Croft's fails; not to one of its first versions.</summary>
    public static bool IsHarmless(XElement snapshot) => snapshot.Element("domain")?.Descendants("disk").Any() == true;

    /// <summary>Reads somebody else's.</summary>
    public static ForeignSnapshot Read(XElement snapshot, bool current)
    {
        var memory = (string?)snapshot.Element("memory")?.Attribute("snapshot") ?? "no";
        var places = snapshot.Descendants("disks").Elements("disk").Select(d => (string?)d.Attribute("snapshot")).Append(memory);
        return new(
            (string)snapshot.Element("name")!,
            (string?)snapshot.Element("parent")?.Element("name"),
            memory != "no",
            !places.Contains("external"),
            current,
            DateTimeOffset.FromUnixTimeSeconds((long?)snapshot.Element("creationTime") ?? 0)
        );
    }
}
