using System.Text.RegularExpressions;

namespace Croft.Farms.Reading;

/// <summary>
/// Finds what the user's network configuration says against Croft's own, devices that it names and nobody makes, and what a built image
/// would silently leave out.
/// </summary>
/// <param name="cards">How many the machine has.</param>
/// <param name="built">The image, where Croft built it: its cloud-init writes for systemd-networkd; null for others.</param>
sealed partial class CloudNetworkCheck(ProblemList problems, int cards, string? built)
{
    static readonly string[] NoDevices = ["version", "renderer"];

    /// <summary>Reports.</summary>
    public void Check(YamlMap map)
    {
        if ((Find(map, "version") as YamlScalar)?.Text != "2")
            problems.Add(map, "network_config must be in version 2, as Croft's own is", "begin it with version: 2");
        var kinds = map.Entries.Where(e => !NoDevices.Contains(e.Key)).ToList();
        var known = kinds.SelectMany(kind => (kind.Value as YamlMap)?.Entries ?? []).Select(e => e.Key).ToHashSet();
        foreach (var kind in kinds)
        {
            if (built is not null && kind.Key != "ethernets" && !NetworkdWords.Kinds.ContainsKey(kind.Key))
                problems.AddKey(map, kind, $"image {Words.Quote(built)}, which Croft built, makes no {kind.Key}", Cure);
            else if (kind.Value is YamlMap devices)
                foreach (var device in devices.Entries)
                    if (kind.Key == "ethernets")
                        CheckCard(devices, device);
                    else
                        CheckDevice(kind.Key, devices, device, known);
        }
    }

    static string Cure =>
        $"it makes {string.Join(", ", NetworkdWords.Kinds.Keys)}; files of your own for systemd-networkd do more: write_files of user_data";

    void CheckCard(YamlMap ethernets, YamlEntry card)
    {
        if (!OwnCard().IsMatch(card.Key))
            return;
        if (!IsCard(card.Key))
            problems.AddKey(
                ethernets,
                card,
                $"the machine has no card {card.Key}: it has {cards}",
                "networks: of the machine gives it cards"
            );
        else if (card.Value is YamlMap settings)
            foreach (var entry in settings.Entries.Where(e => e.Key is "match" or "set-name" or "dhcp4" or "gateway4"))
                problems.AddKey(
                    settings,
                    entry,
                    $"Croft decides {entry.Key} of {card.Key}",
                    "networks: of the machine says its addresses; a card of another name is yours"
                );
    }

    void CheckDevice(string kind, YamlMap devices, YamlEntry device, HashSet<string> known)
    {
        if (!DeviceForm().IsMatch(device.Key))
            problems.AddKey(
                devices,
                device,
                $"{Words.Quote(device.Key)} is no name of a network device",
                "15 letters, digits, -, _ or . at most"
            );
        if (device.Value is not YamlMap settings)
            return;
        foreach (var entry in settings.Entries.Where(e => e.Key is "interfaces" or "link"))
        foreach (var name in ((entry.Value as YamlList)?.Items ?? [entry.Value]).OfType<YamlScalar>())
            if (!known.Contains(name.Text) && !IsCard(name.Text))
                problems.Add(
                    name,
                    $"there is no device {Words.Quote(name.Text)} for {device.Key}",
                    $"the machine's cards are {string.Join(", ", Enumerable.Range(0, cards).Select(i => $"eth{i}"))}; others stand in this file"
                );
        if (built is not null && Find(settings, "parameters") is YamlMap parameters)
            foreach (var entry in parameters.Entries.Where(e => !NetworkdWords.Kinds[kind].Words.ContainsKey(e.Key)))
                problems.AddKey(
                    parameters,
                    entry,
                    $"image {Words.Quote(built)}, which Croft built, makes {kind} without {entry.Key}",
                    $"it knows {string.Join(", ", NetworkdWords.Kinds[kind].Words.Keys)}"
                );
    }

    bool IsCard(string name) =>
        OwnCard().Match(name) is { Success: true } match && int.TryParse(match.Groups[1].Value, out var number) && number < cards;

    static YamlNode? Find(YamlMap map, string key) => map.Entries.FirstOrDefault(e => e.Key == key).Value;

    [GeneratedRegex(@"^eth(0|[1-9][0-9]*)\z")]
    private static partial Regex OwnCard();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}\z")]
    private static partial Regex DeviceForm();
}
