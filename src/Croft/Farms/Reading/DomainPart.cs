using System.Xml;
using System.Xml.Linq;

namespace Croft.Farms.Reading;

/// <summary>
/// Reads what a user adds to a machine's definition in libvirt's own XML, and what of it is not the user's to say. Format:
/// https://libvirt.org/formatdomain.html.
/// </summary>
sealed class DomainPart(OwnFiles files, ProblemList problems)
{
    const string Begin = "it begins with <domain>, and has in it what the machine shall have beside";

    /// <summary>What the farm file's own keys say, by the element that would say it.</summary>
    static readonly Dictionary<string, string> Keys = new(StringComparer.Ordinal)
    {
        ["name"] = "the machine's name is that of its entry",
        ["uuid"] = "it follows from the farm's and the machine's names",
        ["metadata"] = "properties holds values of your own",
        ["memory"] = "write memory",
        ["currentMemory"] = "write memory",
        ["maxMemory"] = "write memory",
        ["vcpu"] = "write vcpus",
        ["vcpus"] = "write vcpus",
        ["os/type"] = "write arch and machine",
        ["os/kernel"] = "write image",
        ["os/initrd"] = "write image",
        ["os/cmdline"] = "write image",
        ["os/boot"] = "the machine boots from its image, or its cdrom",
        ["os/loader"] = "write firmware and secure_boot",
        ["os/nvram"] = "write firmware and secure_boot",
        ["os/firmware"] = "write firmware and secure_boot",
        ["devices/interface"] = "write networks",
        ["devices/tpm"] = "write tpm: true",
    };

    /// <summary>Whether a file is a template of Jinja2, which is rendered for each machine.</summary>
    public static bool IsTemplate(string file) => file.EndsWith(".j2", StringComparison.Ordinal);

    /// <summary>The file; null where there is none, or it is wrong, which is then reported.</summary>
    public OwnFile? Read(MapReading map)
    {
        if (files.Read(map, MachineKeys.DomainXml) is not { } file)
            return null;
        if (!IsTemplate(file.File))
            foreach (var (problem, cure) in Complaints(file))
                problems.Add(map.NodeOf(MachineKeys.DomainXml), problem, cure);
        return file;
    }

    /// <summary>What is wrong with a file, each with its line and a cure.</summary>
    public static IReadOnlyList<(string Problem, string Cure)> Complaints(OwnFile file)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(file.Text), new() { DtdProcessing = DtdProcessing.Prohibit });
            return
            [
                .. Complaints(XElement.Load(reader, LoadOptions.SetLineInfo))
                    .Select(c => ($"{file.File}:{((IXmlLineInfo)c.At).LineNumber}: {c.Problem}", c.Cure)),
            ];
        }
        catch (XmlException e)
        {
            return [($"{file.File}:{e.LineNumber}:{e.LinePosition}: not XML: {e.Message}", Begin)];
        }
    }

    static IEnumerable<(XElement At, string Problem, string Cure)> Complaints(XElement domain)
    {
        if (domain.Name != "domain")
            return [(domain, $"the file is <{domain.Name.LocalName}>, not <domain>", Begin)];
        var own = domain
            .Attributes()
            .Where(a => !a.IsNamespaceDeclaration)
            .Select(a => (domain, $"{a.Name.LocalName} of <domain> is Croft's to decide", "virt_domain chooses the virtualization"));
        var keys =
            from element in domain.Elements().Concat(domain.Elements().Elements())
            let key = element.Parent == domain ? element.Name.LocalName : $"{element.Parent!.Name.LocalName}/{element.Name.LocalName}"
            where Keys.ContainsKey(key)
            select (element, $"<{element.Name.LocalName}> is Croft's to decide", Keys[key]);
        return [.. own, .. keys, .. domain.Elements("devices").Elements("disk").SelectMany(OfDisk)];
    }

    static IEnumerable<(XElement At, string Problem, string Cure)> OfDisk(XElement disk)
    {
        const string cure = "such as <target dev='sda' bus='scsi'/>";
        var target = (string?)disk.Element("target")?.Attribute("dev");
        if (disk.Element("serial") is not null)
            yield return (disk, "a disk with a <serial> is one of Croft's", "leave it out; or write disks");
        if (target is null)
            yield return (disk, "the disk has no <target dev='…'>", cure);
        else if (target.StartsWith("vd", StringComparison.Ordinal))
            yield return (disk, $"{target} is for disks of Croft's", cure + "; or write disks");
    }
}
