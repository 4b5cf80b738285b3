using System.Globalization;
using System.Xml.Linq;

namespace Croft.Engines.Libvirt;

/// <summary>
/// A card on a VDE switch as QEMU has it: its end of a hub, which stays, and the hub's way to the switch, which can be replaced while the
/// machine runs. A card joined directly would need a restart when its switch was started anew.
/// </summary>
/// <param name="Number">Among the machine's cards that libvirt does not know.</param>
/// <param name="Socket">Path of the switch.</param>
readonly record struct SwitchCard(int Number, string Socket)
{
    const string Prefix = "vde,id=croftv";

    /// <summary>The card's end of the hub.</summary>
    public static string End(int number) => string.Create(CultureInfo.InvariantCulture, $"croftn{number}");

    /// <summary>What QEMU connects them by.</summary>
    public static string[] Options(int number, string socket) =>
        string.Create(CultureInfo.InvariantCulture, $"{number}") is var n
            ?
            [
                $"{Prefix}{n},sock={socket.Replace(",", ",,", StringComparison.Ordinal)}",
                $"hubport,id=crofth{n},hubid={n},netdev=croftv{n}",
                $"hubport,id={End(number)},hubid={n}",
            ]
            : [];

    /// <summary>Those of a machine's definition.</summary>
    public static IEnumerable<SwitchCard> In(XElement domain) =>
        from argument in domain.Elements().Where(e => e.Name.LocalName == "commandline").Elements().Attributes("value")
        let text = argument.Value
        where text.StartsWith(Prefix, StringComparison.Ordinal)
        let comma = text.IndexOf(',', Prefix.Length)
        select new SwitchCard(
            int.Parse(text.AsSpan(Prefix.Length, comma - Prefix.Length), CultureInfo.InvariantCulture),
            text[(comma + ",sock=".Length)..].Replace(",,", ",", StringComparison.Ordinal)
        );

    /// <summary>What QEMU's monitor is told to have the card leave its switch and join the one that is there now.</summary>
    public IEnumerable<string> Joining
    {
        get
        {
            var (net, hub) = (Options(Number, Socket)[0], Options(Number, Socket)[1]);
            return
            [
                Invariant($"netdev_del crofth{Number}"),
                Invariant($"netdev_del croftv{Number}"),
                $"netdev_add {net}",
                $"netdev_add {hub}",
            ];
        }
    }

    /// <summary>What it is told to plug its cable in or out.</summary>
    public string Plugging(bool plugged) => $"set_link {End(Number)} {(plugged ? "on" : "off")}";

    static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
