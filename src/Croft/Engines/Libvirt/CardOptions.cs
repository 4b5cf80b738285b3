using System.Xml.Linq;

namespace Croft.Engines.Libvirt;

/// <summary>
/// Cards that libvirt does not know, as options of QEMU: QEMU's user networking, and VDE's switches, which libvirt has no element for. They
/// cannot be plugged in while a machine runs.
/// </summary>
static class CardOptions
{
    /// <summary>Slot of the first; libvirt numbers its own from 1.</summary>
    const int FirstSlot = 0x10;

    /// <summary>The options; null for none.</summary>
    /// <param name="ssh">The guest's port of ssh.</param>
    /// <param name="socket">Path of the switch that a card is connected to.</param>
    public static XElement? Write(IReadOnlyCollection<Nic> nics, Architecture arch, int ssh, Func<string, string> socket)
    {
        var own = nics.Where(nic => nic.Bridge is null || nic.Source == NicSource.Switch).ToList();
        var users = 0;
        var arguments = own.Concat(own.Where(nic => nic is { Source: NicSource.Switch, Port: not null }).Select(Nic.WayOf))
            .SelectMany(
                (nic, i) =>
                {
                    var name = nic.Bridge is null ? $"croft{users}" : SwitchCard.End(i);
                    string[] nets = nic.Bridge is null
                        ? [User(nic, users++, ssh, i < own.Count)]
                        : SwitchCard.Options(i, socket(nic.Bridge));
                    return nets.SelectMany(n => (string[])["-netdev", n]).Concat(["-device", Device(nic, arch, name, FirstSlot + i)]);
                }
            );
        XElement[] written = [.. arguments.Select(a => new XElement(DomainXml.Qemu + "arg", new XAttribute("value", a)))];
        return written.Length == 0 ? null : new(DomainXml.Qemu + "commandline", written);
    }

    static string User(Nic nic, int number, int ssh, bool declared) =>
        string.Concat([
            $"user,id=croft{number}",
            number == 0 ? "" : $",net=10.0.{2 + number}.0/24",
            declared ? "" : ",ipv6=off",
            nic.IsClosed ? ",restrict=on" : "",
            .. Forwards(nic, ssh).Select(forward => $",hostfwd={forward}"),
        ]);

    static string Device(Nic nic, Architecture arch, string net, int slot) =>
        arch.Bus is { } bus
            ? $"{(nic.Model is null or "virtio" ? "virtio-net-pci" : nic.Model)},netdev={net},mac={nic.Mac},romfile=,bus={bus},addr=0x{slot:x}"
            : $"virtio-net-ccw,netdev={net},mac={nic.Mac},devno=fe.0.{slot:x4}";

    /// <summary>Those of the user's and the one to ssh, which may be one of those.</summary>
    static IEnumerable<string> Forwards(Nic nic, int ssh)
    {
        var all = nic.Forwards.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return nic.Port is { } port ? all.Prepend($"tcp:127.0.0.1:{port}-:{ssh}").Distinct() : all;
    }
}
