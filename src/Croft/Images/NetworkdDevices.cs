using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Croft.Farms;

namespace Croft.Images;

/// <summary>
/// Bridges, bonds and VLANs for systemd-networkd, as its own files. cloud-init writes their addresses, and leaves out that they exist and
/// what belongs to them.
/// </summary>
static partial class NetworkdDevices
{
    const string Folder = "/etc/systemd/network/";

    /// <summary>A script that makes them, once; null where there are none.</summary>
    /// <param name="config">netplan's words, as JSON.</param>
    public static string? Script(string config)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var all = JsonNode.Parse(config)!.AsObject();
        foreach (var (kinds, (kind, section, words)) in NetworkdWords.Kinds)
        foreach (var (name, node) in all[kinds] as JsonObject ?? [])
        {
            var device = node as JsonObject ?? [];
            files[$"10-croft-{Word(name)}.netdev"] = NetDev(name, kind, device) + Section(section, device, words);
            if ((bool?)device["accept-ra"] == false)
                files[$"10-cloud-init-{name}.network.d/croft.conf"] = "[Network]\nIPv6AcceptRA=no\n";
            foreach (var port in (device["interfaces"] as JsonArray ?? []).Append(device["link"]).OfType<JsonNode>().Select(Word))
                files[$"10-cloud-init-{port}.network.d/croft-{name}.conf"] = $"[Network]\n{section}={name}\n";
        }

        if (files.Count == 0)
            return null;
        var text = new StringBuilder($"cd {Folder}\n");
        foreach (var (name, content) in files)
        {
            if (Path.GetDirectoryName(name) is { Length: > 0 } folder)
                text.Append($"mkdir -p {folder}\n");
            text.Append($"[ -e {name} ] || {{ n=1; cat >{name} <<'END'\n{content}END\n}}\n");
        }

        return text.Append("[ -z \"$n\" ] || systemctl restart systemd-networkd\n").ToString(); // D-Bus, for networkctl, is not there yet
    }

    static string NetDev(string name, string kind, JsonObject device) =>
        $"[NetDev]\nName={name}\nKind={kind}\n"
        + (device["macaddress"] is { } mac ? $"MACAddress={Word(mac)}\n" : "")
        + (device["mtu"] is { } mtu ? $"MTUBytes={Word(mtu)}\n" : "");

    static string Section(string section, JsonObject device, IReadOnlyDictionary<string, NetworkdWords.Word> words)
    {
        var text = new StringBuilder($"\n[{section}]\n");
        if (device["id"] is { } id)
            text.Append($"Id={Word(id)}\n");
        foreach (var (key, value) in device["parameters"] as JsonObject ?? [])
            if (words.TryGetValue(key, out var word) && value is not null)
                text.Append($"{word.Key}={Value(value, word.Unit)}\n");
        return text.ToString();
    }

    static string Value(JsonNode value, string unit) =>
        value is JsonArray list ? string.Join(' ', list.OfType<JsonNode>().Select(Word))
        : value.GetValueKind() is System.Text.Json.JsonValueKind.Number ? Word(value) + unit
        : Word(value);

    static string Word(JsonNode value) => Word(value.ToString());

    static string Word(string value) =>
        WordForm().IsMatch(value) ? value : throw CroftException.Usage($"\"{value}\" is no word for systemd-networkd");

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.:+-]*\z")]
    private static partial Regex WordForm();
}
