using System.Xml.Linq;

namespace Croft.Engines.Libvirt;

/// <summary>Lays what the user says of a machine in libvirt's XML over what Croft makes of it.</summary>
static class OwnDomainXml
{
    /// <summary>Devices that a machine has one of: the user's takes the place of Croft's.</summary>
    static readonly string[] Single = ["emulator", "video", "memballoon", "rng"];

    /// <summary>Elements whose parts stand beside each other; of the rest the user's takes the place of Croft's.</summary>
    static readonly string[] Merged = ["os", "features", "clock"];

    /// <summary>Changes a definition.</summary>
    /// <param name="text">The user's: a <c>domain</c> with what is to be added, or to be another.</param>
    public static void Lay(XElement domain, string text)
    {
        foreach (var own in XElement.Parse(text).Elements())
        {
            if (own.Name == "devices")
                Add(domain.Element("devices")!, own.Elements());
            else if (own.Name == DomainXml.Qemu + "commandline" && domain.Element(own.Name) is { } options)
                options.Add(own.Elements());
            else if (Merged.Contains(own.Name.LocalName) && domain.Element(own.Name) is { } there)
                Merge(there, own);
            else
            {
                if (own.Name != "sysinfo") // of which there are several types
                    domain.Elements(own.Name).Remove();
                domain.Add(own);
            }
        }
    }

    static void Add(XElement devices, IEnumerable<XElement> own)
    {
        foreach (var device in own)
        {
            var isUsb = device.Name == "controller" && (string?)device.Attribute("type") == "usb";
            devices
                .Elements(device.Name)
                .Where(d => Single.Contains(device.Name.LocalName) || isUsb && (string?)d.Attribute("model") == "none")
                .Remove();
            devices.Add(device);
        }
    }

    static void Merge(XElement there, XElement own)
    {
        foreach (var attribute in own.Attributes())
            there.SetAttributeValue(attribute.Name, attribute.Value);
        foreach (var part in own.Elements())
        {
            if (part.Name != "timer")
                there.Elements(part.Name).Remove();
            there.Add(part);
        }
    }
}
