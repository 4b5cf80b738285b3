using System.Text;
using System.Text.Json.Nodes;
using Croft.Farms;

namespace Croft.Images;

/// <summary>
/// A seed as Ignition's JSON, specification 3.x. The network is said twice, to NetworkManager as CoreOS has it and to networkd as
/// Flatcar has it; whichever is not there reads nothing.
/// </summary>
static class Ignition
{
    /// <summary>The seed's one file; by its name it is no image.</summary>
    public const string FileName = "config.ign";

    /// <summary>What block devices are read in.</summary>
    const int Sector = 512;

    static readonly string[] Keys = ["name", "path", "device", "number"];

    /// <summary>The whole document: the user's with Croft's over it.</summary>
    public static string Build(SeedContent content)
    {
        Seed.Check(content);
        var made = Croft(content);
        var text = (content.FirstBoot.Ignition is { } own ? (JsonObject)Merge(JsonNode.Parse(own.Text), made)! : made).ToJsonString();
        return text + new string(' ', Sector - 1 - (Encoding.UTF8.GetByteCount(text) % Sector)) + "\n"; // also whole as a disk
    }

    static JsonObject Croft(SeedContent content)
    {
        var files = new JsonArray(
            File("/etc/hostname", 420, content.Hostname + "\n"),
            File("/etc/ssh/ssh_host_ed25519_key", 384, content.HostKeyPrivate.ReplaceLineEndings("\n").Trim() + "\n"),
            File("/etc/ssh/ssh_host_ed25519_key.pub", 420, content.HostKeyPublic.Trim() + "\n")
        );
        if (content.User != "root")
            files.Add(File("/etc/sudoers.d/croft", 288, $"{content.User} ALL=(ALL) NOPASSWD:ALL\n"));
        foreach (var nic in content.Nics)
        {
            files.Add(File($"/etc/NetworkManager/system-connections/croft-{nic.Name}.nmconnection", 384, IgnitionNetwork.Keyfile(nic)));
            files.Add(File($"/etc/systemd/network/10-croft-{nic.Name}.network", 420, IgnitionNetwork.Networkd(nic)));
        }

        AddFiles(files, content);
        var made = new JsonObject
        {
            ["ignition"] = new JsonObject { ["version"] = "3.0.0" },
            ["passwd"] = new JsonObject { ["users"] = Users(content) },
            ["storage"] = new JsonObject { ["files"] = files },
        };
        if (content.FirstBoot.Timezone is { } zone)
            made["storage"]!["links"] = new JsonArray(
                new JsonObject
                {
                    ["path"] = "/etc/localtime",
                    ["target"] = $"../usr/share/zoneinfo/{zone}",
                    ["overwrite"] = true,
                }
            );
        AddDisks(made, content);
        return made;
    }

    static void AddFiles(JsonArray files, SeedContent content)
    {
        if (content.FirstBoot.Keyboard is { } keyboard)
            files.Add(File("/etc/vconsole.conf", 420, $"KEYMAP={keyboard.Layout}\n"));
        if (content.FirstBoot.Locale is { } locale)
            files.Add(File("/etc/locale.conf", 420, $"LANG={locale}\n"));
        var server =
            (content.PasswordHash is null ? "" : "PasswordAuthentication yes\n")
            + (content.SshPort == LoginSpec.SshPort ? "" : $"Port {content.SshPort}\n");
        if (server.Length > 0)
            files.Add(File("/etc/ssh/sshd_config.d/10-croft.conf", 384, server));
        if (content.HasWaiter)
            files.Add(File(Waiter.Path, 448, Waiter.Script));
    }

    static JsonArray Users(SeedContent content)
    {
        var login = new JsonObject
        {
            ["name"] = content.User,
            ["sshAuthorizedKeys"] = new JsonArray([.. content.AuthorizedKeys.Select(key => (JsonNode)key.Trim())]),
        };
        if (content.PasswordHash is { } hash)
            login["passwordHash"] = hash;
        var users = new JsonArray(login);
        foreach (var (name, other) in content.Passwords)
            if (name == content.User)
                login["passwordHash"] = other;
            else
                users.Add((JsonNode)new JsonObject { ["name"] = name, ["passwordHash"] = other });
        return users;
    }

    static void AddDisks(JsonObject made, SeedContent content)
    {
        var (systems, units) = (new JsonArray(), new JsonArray());
        foreach (var disk in content.Disks)
        {
            var device = $"/dev/disk/by-id/virtio-{disk.Serial}";
            if (disk.Format is { } format)
                systems.Add(
                    (JsonNode)
                        new JsonObject
                        {
                            ["device"] = device,
                            ["format"] = format,
                            ["wipeFilesystem"] = false,
                        }
                );
            if (disk.Format == "swap")
                units.Add(Unit(MountUnit.NameOf(device, "swap"), MountUnit.SwapOf(device)));
            else if (disk.Mount is { } path)
                units.Add(Unit(MountUnit.NameOf(path), MountUnit.TextOf(device, path, disk.Format ?? "auto", "defaults,nofail")));
        }

        if (content.HasWaiter)
            units.Add(Unit("croft-wait.service", Waiter.Unit));
        if (content.SshPort != LoginSpec.SshPort)
            units.Add(SocketOf(content.SshPort));
        if (systems.Count > 0)
            made["storage"]!["filesystems"] = systems;
        if (units.Count > 0)
            made["systemd"] = new JsonObject { ["units"] = units };
    }

    /// <summary>Flatcar's, by which its server listens.</summary>
    static JsonNode SocketOf(int port) =>
        new JsonObject
        {
            ["name"] = "sshd.socket",
            ["dropins"] = new JsonArray(
                new JsonObject { ["name"] = "10-croft.conf", ["contents"] = $"[Socket]\nListenStream=\nListenStream={port}\n" }
            ),
        };

    static JsonNode Unit(string name, string text) =>
        new JsonObject
        {
            ["name"] = name,
            ["enabled"] = true,
            ["contents"] = text,
        };

    static JsonNode File(string path, int mode, string text) =>
        new JsonObject
        {
            ["path"] = path,
            ["mode"] = mode,
            ["overwrite"] = true,
            ["contents"] = new JsonObject { ["source"] = "data:;base64," + Convert.ToBase64String(Encoding.UTF8.GetBytes(text)) },
        };

    /// <summary>As Ignition itself merges: entries of one name become one, other lists add up, single values are the upper's.</summary>
    internal static JsonNode? Merge(JsonNode? lower, JsonNode? upper, string key = "")
    {
        if (key == "version")
            return Version.Parse(lower!.ToString()) > Version.Parse(upper!.ToString()) ? lower.DeepClone() : upper.DeepClone();
        if (lower is JsonObject map && upper is JsonObject other)
        {
            var merged = (JsonObject)map.DeepClone();
            foreach (var (name, value) in other)
                merged[name] = map[name] is null ? value?.DeepClone() : Merge(map[name], value, name);
            return merged;
        }

        if (lower is not JsonArray list || upper is not JsonArray more)
            return upper?.DeepClone();
        var items = list.Select(item => item?.DeepClone()).ToList();
        foreach (var item in more)
            if (items.FindIndex(i => IsSame(i, item)) is >= 0 and var at)
                items[at] = Merge(items[at], item);
            else
                items.Add(item?.DeepClone());
        return new JsonArray([.. items]);
    }

    static bool IsSame(JsonNode? one, JsonNode? other) =>
        one is JsonObject a && other is JsonObject b
            ? Keys.FirstOrDefault(key => a[key] is not null && b[key] is not null) is { } key && a[key]!.ToString() == b[key]!.ToString()
            : JsonNode.DeepEquals(one, other);
}
