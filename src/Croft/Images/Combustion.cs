using System.Text;
using Croft.Farms;

namespace Croft.Images;

/// <summary>
/// A seed as openSUSE's Combustion reads it: a script that its initramfs runs as root in the new system, before that starts for the first
/// time. When it fails, the system does not start.
/// </summary>
static class Combustion
{
    /// <summary>The script's place on the volume, whose label is <see cref="Label"/>.</summary>
    public const string FileName = "combustion/script";

    public const string Label = "combustion";

    /// <summary>The whole script: Croft's, then the user's, which may use another language.</summary>
    public static string Build(SeedContent content)
    {
        Seed.Check(content);
        var text = new StringBuilder("#!/bin/bash\nset -e\numask 022\nmkdir -p /var/lib/croft\n");
        Files(text, content);
        Users(text, content);
        Disks(text, content);
        if (content.FirstBoot.Combustion is { } own)
        {
            Put(text, "/var/lib/croft/own", own.Text.ReplaceLineEndings("\n"), "700");
            text.Append(own.Text.StartsWith("#!", StringComparison.Ordinal) ? "/var/lib/croft/own\n" : "bash /var/lib/croft/own\n");
        }

        return text.Append(">/var/lib/croft/combustion # it has ended\n").ToString();
    }

    static void Files(StringBuilder text, SeedContent content)
    {
        var asked = content.FirstBoot;
        Put(text, "/etc/hostname", content.Hostname + "\n", "644");
        Put(text, "/etc/ssh/ssh_host_ed25519_key", content.HostKeyPrivate.ReplaceLineEndings("\n").Trim() + "\n", "600");
        Put(text, "/etc/ssh/ssh_host_ed25519_key.pub", content.HostKeyPublic.Trim() + "\n", "644");
        foreach (var nic in content.Nics)
            Put(text, $"/etc/NetworkManager/system-connections/croft-{nic.Name}.nmconnection", IgnitionNetwork.Keyfile(nic), "600");
        if (asked.Keyboard is { } keyboard)
            Put(text, "/etc/vconsole.conf", $"KEYMAP={keyboard.Layout}\n", "644");
        if (asked.Locale is { } locale)
            Put(text, "/etc/locale.conf", $"LANG={locale}\n", "644");
        if (asked.Timezone is { } zone)
            text.Append($"ln -sf ../usr/share/zoneinfo/{zone} /etc/localtime\n");
        string[] server =
        [
            .. content.PasswordHash is null ? [] : (string[])["PasswordAuthentication yes"],
            .. content.SshPort == LoginSpec.SshPort ? [] : (string[])[$"Port {content.SshPort}"],
        ];
        if (server.Length > 0)
            Put(text, "/etc/ssh/sshd_config.d/10-croft.conf", string.Join('\n', server) + "\n", "600");
        if (!content.HasWaiter)
            return;
        Put(text, Waiter.Path, Waiter.Script, "700");
        Unit(text, "croft-wait.service", Waiter.Unit, "multi-user.target.wants");
    }

    static void Users(StringBuilder text, SeedContent content)
    {
        var user = content.User;
        if (user != "root")
        {
            text.Append("mount /home 2>/dev/null || : # a file system of its own there\n");
            text.Append($"id {user} >/dev/null 2>&1 || useradd -m {user}\n");
            Put(text, "/etc/sudoers.d/croft", $"{user} ALL=(ALL) NOPASSWD:ALL\n", "440");
        }

        var keys = string.Concat(content.AuthorizedKeys.Select(key => key.Trim() + "\n"));
        text.Append($"h=$(getent passwd {user} | cut -d: -f6); mkdir -p -m 700 \"$h/.ssh\"\n");
        text.Append($"printf %s {ShellWord.Quote(keys)} >>\"$h/.ssh/authorized_keys\"\n");
        text.Append($"chmod 600 \"$h/.ssh/authorized_keys\"; chown -R {user}: \"$h/.ssh\"\n");
        if (content.PasswordHash is { } hash)
            text.Append($"usermod -p {ShellWord.Quote(hash)} {user}\n");
        foreach (var (name, other) in content.Passwords)
        {
            text.Append($"id {name} >/dev/null 2>&1 || useradd -m {name}\n");
            text.Append($"usermod -p {ShellWord.Quote(other)} {name}\n");
        }

        if (user != "root")
            text.Append("umount /home 2>/dev/null || :\n");
    }

    static void Disks(StringBuilder text, SeedContent content)
    {
        foreach (var disk in content.Disks)
        {
            var device = $"/dev/disk/by-id/virtio-{disk.Serial}";
            if (disk.Format is { } format)
                text.Append($"blkid {device} >/dev/null || {(format == "swap" ? "mkswap" : $"mkfs.{format}")} {device}\n");
            if (disk.Format == "swap")
                Unit(text, MountUnit.NameOf(device, "swap"), MountUnit.SwapOf(device), "swap.target.requires");
            else if (disk.Mount is { } path)
                Unit(
                    text,
                    MountUnit.NameOf(path),
                    MountUnit.TextOf(device, path, disk.Format ?? "auto", "defaults,nofail"),
                    "local-fs.target.requires"
                );
        }
    }

    static void Unit(StringBuilder text, string name, string unit, string wanted)
    {
        var path = $"/etc/systemd/system/{name}";
        Put(text, path, unit, "644");
        text.Append($"mkdir -p /etc/systemd/system/{wanted}; ln -sf {ShellWord.Quote(path)} /etc/systemd/system/{wanted}/\n");
    }

    static void Put(StringBuilder text, string path, string content, string mode)
    {
        var file = ShellWord.Quote(path);
        text.Append($"mkdir -p {ShellWord.Quote(Path.GetDirectoryName(path)!)}; (umask 077; printf %s {ShellWord.Quote(content)} >{file})");
        text.Append($"; chmod {mode} {file}\n");
    }
}
