using System.Text;

namespace Croft.Images;

public static partial class Seed
{
    const string Swap = "swap";

    static string MetaData(SeedContent content) =>
        Lines($"instance-id: {Identifier(content.InstanceId)}", $"local-hostname: {HostName(content.Hostname)}");

    /// <summary>Version 2, in netplan's words.</summary>
    static string NetworkConfig(SeedContent content)
    {
        var text = new StringBuilder(Lines("version: 2", "ethernets:"));
        var deciding = content.Nics.ToList().FindIndex(nic => !nic.Dns.IsDefaultOrEmpty);
        foreach (var (i, nic) in content.Nics.Index())
        {
            text.Append(
                Lines(
                    $"  {Checked(nic.Name, NicNameForm(), NicForm)}:", // an id of its own would be no device's name to other renderers than netplan
                    "    match:",
                    $"      macaddress: {Mac(nic.Mac)}",
                    $"    set-name: {NicName(nic.Name)}",
                    $"    dhcp4: {(nic.Address is null ? "true" : "false")}"
                )
            );
            if (i > 0)
                text.Append(Lines("    optional: true")); // the guest is up when the first one is
            if (nic.Mtu is { } mtu)
                text.Append(Lines($"    mtu: {mtu}"));
            text.Append(nic.Address is null ? Lease(nic, i) : Addresses(nic));
            if (nic.Gateway is not null)
                text.Append(
                    Lines(
                        "    routes:",
                        $"      - to: \"{(IsSix(nic.Gateway) ? "::/0" : "0.0.0.0/0")}\"",
                        $"        via: \"{Plain(nic.Gateway)}\""
                    )
                );
            if (i == deciding)
                text.Append(Names(nic));
        }

        return text.ToString();
    }

    static string Lease(SeedNic nic, int index) =>
        Lines(
            "    dhcp-identifier: \"mac\"",
            "    dhcp4-overrides:",
            nic.IsAside ? "      use-routes: false" : $"      route-metric: {100 * (index + 1)}"
        );

    /// <summary>Where no router of IPv6 is, networkd would wait 12 s for one at each boot.</summary>
    static string Addresses(SeedNic nic) =>
        Lines(
            $"    accept-ra: {(nic.Address6 is null && !IsSix(nic.Address!) ? "false" : "true")}",
            "    addresses:",
            $"      - \"{Plain(nic.Address!)}/{(IsSix(nic.Address!) ? Prefix6(nic.PrefixLength) : Prefix(nic.PrefixLength))}\""
        ) + (nic.Address6 is { } second ? Lines($"      - \"{second}/{Prefix6(nic.Prefix6)}\"") : "");

    static string Names(SeedNic nic)
    {
        var text = new StringBuilder(Lines("    nameservers:", "      addresses:"));
        foreach (var server in nic.Dns)
            text.Append(Lines($"        - \"{Plain(server)}\""));
        if (nic.Search is not null)
            text.Append(Lines("      search:", $"        - {HostName(nic.Search)}"));
        return text.ToString();
    }

    static string UserData(SeedContent content)
    {
        var text = new StringBuilder(
            Lines(
                "#cloud-config",
                $"hostname: {HostName(content.Hostname)}",
                "manage_etc_hosts: true",
                $"disable_root: {(content.User == "root" ? "false" : "true")}"
            )
        );
        if (content.PasswordHash is not null || !content.IsTrimmed) // it says so itself; again starts sshd anew
            text.Append(Lines($"ssh_pwauth: {(content.PasswordHash is null ? "false" : "true")}"));
        text.Append(
            Lines(
                "ssh_deletekeys: true", // those that a foreign image brought: the one below is the only one
                "ssh_keys:",
                "  ed25519_private: |"
            )
        );
        foreach (var line in PrivateKey(content.HostKeyPrivate))
            text.Append(Lines("    " + line));
        text.Append(Lines($"  ed25519_public: \"{PublicKey(content.HostKeyPublic)}\""));
        text.Append(Lines("ssh_authorized_keys:"));
        Keys(text, content, "  ");
        Users(text, content);
        Files(text, content);
        Disks(text, content);
        Further(text, content);
        text.Append(Lines("growpart:", "  mode: \"auto\"", "  devices: [\"/\"]", "resize_rootfs: true"));
        return text.ToString();
    }

    static void Users(StringBuilder text, SeedContent content)
    {
        var user = UserName(content.User);
        if (content.User == "root" && content.PasswordHash is null && content.Passwords.IsEmpty)
        {
            text.Append(Lines("users: []")); // not the distribution's own either
            return;
        }

        text.Append(Lines("users:"));
        if (content.User == "root" && content.PasswordHash is not null)
            text.Append(Lines("  - name: root") + Password(content));
        if (content.User != "root")
        {
            text.Append(
                Lines(
                    "  - default", // one of the same name is the image's own, with its groups
                    $"  - name: {user}",
                    "    sudo: \"ALL=(ALL) NOPASSWD:ALL\""
                )
                    + (content.FirstBoot.HasOwnShell ? "" : Lines("    shell: \"/bin/bash\""))
                    + Password(content)
                    + Lines("    ssh_authorized_keys:")
            );
            Keys(text, content, "      ");
        }

        foreach (var (name, hash) in content.Passwords.Where(p => p.User == "root" || p.User != content.User))
            text.Append(Lines($"  - name: {UserName(name)}", "    lock_passwd: false", $"    hashed_passwd: {Hash(hash)}"));
    }

    static string Password(SeedContent content) =>
        (content.PasswordHash ?? content.Passwords.FirstOrDefault(p => p.User == content.User).Hash) is { } hash
            ? Lines("    lock_passwd: false", $"    hashed_passwd: {Hash(hash)}")
            : Lines("    lock_passwd: true");

    static void Files(StringBuilder text, SeedContent content)
    {
        var files = SshServer(content).Concat(Proxies(content)).ToList();
        if (content.HasWaiter)
            files.Add((Waiter.Path, Waiter.Script.TrimEnd('\n').Split('\n')));
        if (files.Count > 0)
            text.Append(Lines("write_files:"));
        foreach (var (path, lines) in files)
        {
            text.Append(Lines($"  - path: \"{path}\"", "    permissions: \"0644\"", "    content: |"));
            foreach (var line in lines)
                text.Append(Lines("      " + line));
        }
    }

    /// <summary>Where the usual is not meant. cloud-init's own keys for it know no port.</summary>
    static IEnumerable<(string Path, string[] Lines)> SshServer(SeedContent content)
    {
        string[] lines =
        [
            .. content.PasswordHash is null ? [] : (string[])["PasswordAuthentication yes"],
            .. content.SshPort == Farms.LoginSpec.SshPort ? [] : (string[])[$"Port {content.SshPort}"],
        ];
        return lines.Length == 0 ? [] : [("/etc/ssh/sshd_config.d/10-croft.conf", lines)];
    }

    static IEnumerable<(string Path, string[] Lines)> Proxies(SeedContent content)
    {
        if (content.FirstBoot.Proxy is not { } proxy)
            yield break;
        if (proxy.Apt is { } apt)
            yield return ("/etc/apt/apt.conf.d/90croft-proxy", [$"Acquire::http::Proxy {Word(apt)};"]);
        if (proxy.Pip is { } pip)
            yield return ("/etc/pip.conf", ["[global]", $"index-url = {Word(pip).Trim('"')}", .. Trusted(new Uri(pip))]);
    }

    /// <summary>pip asks nobody without TLS unless it is told so.</summary>
    static string[] Trusted(Uri index) => index.Scheme == Uri.UriSchemeHttp ? [$"trusted-host = {index.Host}"] : [];

    static void Keys(StringBuilder text, SeedContent content, string indent)
    {
        foreach (var key in content.AuthorizedKeys)
            text.Append(Lines($"{indent}- |-", $"{indent}  {AuthorizedKey(key)}"));
    }

    static void Disks(StringBuilder text, SeedContent content)
    {
        foreach (var disk in content.Disks)
            Device(disk.Serial); // checked even where nothing is done with it
        var formatted = content.Disks.Where(disk => disk.Format is not null).ToArray();
        if (formatted.Length > 0)
            text.Append(Lines("fs_setup:"));
        foreach (var disk in formatted)
            text.Append(
                Lines(
                    $"  - device: {Device(disk.Serial)}",
                    $"    filesystem: {FileSystem(disk.Format!)}",
                    $"    label: \"{Label(disk.Serial, disk.Format!)}\"", // cloud-init knows by it that this disk was made already
                    "    overwrite: false"
                )
            );

        var mounted = content.Disks.Where(disk => disk.Mount is not null || disk.Format == Swap).ToArray();
        if (mounted.Length > 0)
            text.Append(Lines("mounts:"));
        foreach (var disk in mounted)
        {
            var (place, pass) = disk.Format == Swap ? ("\"none\"", 0) : (Folder(disk.Mount!), 2);
            text.Append(
                Lines($"  - [{Device(disk.Serial)}, {place}, {FileSystem(disk.Format ?? "auto")}, \"defaults,nofail\", \"0\", \"{pass}\"]")
            );
        }
    }

    static string Lines(params ReadOnlySpan<string> lines) => string.Join('\n', lines) + "\n";
}
