using System.Globalization;
using System.Xml.Linq;

namespace Croft.Engines.Libvirt;

/// <summary>
/// libvirt's snapshots, as XML (https://libvirt.org/formatsnapshot.html). The entry by which it shows one of Croft's names no disk and no
/// memory, and its
/// state is one that libvirt refuses to revert to: so there is nothing that <c>virsh snapshot-delete</c> or <c>-revert</c> of it could
/// touch.
/// </summary>
static class SnapshotXml
{
    const string Mark = "snapshot";

    /// <summary>Writes the entry.</summary>
    /// <param name="domain">The machine's definition.</param>
    public static string Write(ShownSnapshot snapshot, XElement domain) =>
        new XElement(
            "domainsnapshot",
            new XElement("name", snapshot.Name),
            new XElement("description", snapshot.Description),
            new XElement("state", "disk-snapshot"),
            new XElement("creationTime", snapshot.Made.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
            new XElement("memory", new XAttribute("snapshot", "no")),
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
                new XElement("os", domain.Element("os")!.Element("type"))
            )
        ).ToString();

    /// <summary>The manifest's volume where the entry is one of Croft's; null for a snapshot that somebody else made.</summary>
    public static string? VolumeOf(XElement snapshot) =>
        (string?)snapshot.Element("domain")?.Element("metadata")?.Element(XName.Get(Mark, RecordXml.Namespace))?.Attribute("volume");

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
