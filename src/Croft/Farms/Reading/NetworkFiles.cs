using System.Xml;
using System.Xml.Linq;

namespace Croft.Farms.Reading;

/// <summary>Reads the project's files of libvirt's network XML; what cannot be such is reported at the key.</summary>
/// <param name="folder">The farm file's.</param>
sealed class NetworkFiles(string folder, ProblemList problems)
{
    static readonly XmlReaderSettings Strict = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    readonly OwnFiles files = new(folder, problems);

    /// <summary>A network's whole definition.</summary>
    /// <param name="name">As the farm file calls it; null where that is reported already.</param>
    public OwnFile? Definition(MapReading map, string? name)
    {
        if (Read(map, NetworkKeys.Define) is not ({ } file, { } root))
            return null;
        var own = root.Element("name")?.Value.Trim();
        if (name is not null && own != name)
            problems.Add(
                map.NodeOf(NetworkKeys.Define),
                own is { Length: > 0 } ? $"{file.File} is of network {Words.Quote(own)}" : $"{file.File} says no name",
                own is { Length: > 0 } ? $"network: {own}" : $"<name>{name}</name> in it"
            );
        return file;
    }

    /// <summary>What a network of Croft's has besides.</summary>
    public OwnFile? Template(MapReading map, NetworkMode mode)
    {
        if (Read(map, NetworkKeys.Template) is not ({ } file, { } root))
            return null;
        var forward = (string?)root.Element("forward")?.Attribute("mode") ?? (root.Element("forward") is null ? null : "nat");
        if (forward is not null && forward != Forward(mode))
            problems.Add(
                map.NodeOf(NetworkKeys.Template),
                $"{file.File} has <forward mode={Words.Quote(forward)}>, and the network is {mode.ToString().ToLowerInvariant()}",
                forward switch
                {
                    "nat" => "mode: nat",
                    "route" => "mode: routed",
                    _ => "networks of that kind are others': mode: existing, with define: FILE",
                }
            );
        return file;
    }

    static string? Forward(NetworkMode mode) =>
        mode switch
        {
            NetworkMode.Nat => "nat",
            NetworkMode.Routed => "route",
            _ => null,
        };

    (OwnFile File, XElement Root)? Read(MapReading map, Field<string> field)
    {
        if (files.Read(map, field) is not { } file)
            return null;
        try
        {
            using var reader = XmlReader.Create(new StringReader(file.Text), Strict);
            var root = XDocument.Load(reader).Root!;
            if (root.Name == "network")
                return (file, root);
            problems.Add(
                map.NodeOf(field),
                $"{file.File} is not a network of libvirt's, but <{root.Name.LocalName}>",
                "virsh net-dumpxml NETWORK shows one"
            );
        }
        catch (XmlException e)
        {
            problems.Add(map.NodeOf(field), $"{file.File} is not XML: {e.Message}", "virsh net-dumpxml NETWORK shows a network");
        }

        return null;
    }
}
