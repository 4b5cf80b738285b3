using System.Text;
using System.Text.RegularExpressions;

namespace Croft.Images;

public static partial class Seed
{
    /// <summary>
    /// What the built images' cloud-init leaves undone, since a seed alone never asks for it: the modules of a usual Debian that the farm's
    /// author may mean.
    /// </summary>
    const string Modules = """
        cloud_init_modules: [bootcmd, write_files, growpart, resizefs, disk_setup, mounts, set_hostname, update_etc_hosts, ca_certs, users_groups, ssh]
        cloud_config_modules: [set_passwords, apt_configure, ntp, timezone, LOCALEruncmd]
        cloud_final_modules: [package_update_upgrade_install, write_files_deferred, scripts_vendor, scripts_user, phone_home, final_message, power_state_change]

        """;

    /// <summary>
    /// cloud-init has ifupdown set routes by <c>route</c>, which Debian has in net-tools only; where it is missing, not even the default
    /// route was there. Its init scripts for sysvinit and OpenRC begin the network before cloud-init has said what it is.
    /// </summary>
    const string Ifupdown = """
        command -v route >/dev/null || for f in /etc/network/interfaces /etc/network/interfaces.d/*; do
          grep -qs 'post-up route add' "$f" || continue
          sed -i -E 's/ route (add|del) (-A inet6 |-net |-host )?([^ ]+) gw / ip route \1 \3 via /' "$f"
          sed -n 's/^ *post-up \(ip route .*\)/\1/p' "$f" | sh
        done
        [ -d /run/systemd/system ] || ! command -v ifup >/dev/null || ifup -a
        """;

    /// <summary>What the farm file asks of a first boot beside identity.</summary>
    static void Further(StringBuilder text, SeedContent content)
    {
        var asked = content.FirstBoot;
        if (asked.Timezone is { } zone)
            text.Append(Lines($"timezone: {Word(zone)}"));
        if (asked.Locale is { } locale)
            text.Append(Lines($"locale: {Word(locale)}"));
        if (asked.Keyboard is { } keyboard && !content.IsTrimmed)
        {
            text.Append(Lines("keyboard:", $"  layout: {Word(keyboard.Layout)}"));
            foreach (var (key, value) in new[] { ("model", keyboard.Model), ("variant", keyboard.Variant), ("options", keyboard.Options) })
                if (value is not null)
                    text.Append(Lines($"  {key}: {Word(value)}"));
        }

        AtEachBoot(text, content);
        if (!asked.Packages.IsEmpty)
            text.Append(Lines("package_update: true", "packages:"));
        foreach (var package in asked.Packages)
            text.Append(Lines($"  - {Word(package)}"));
        if (content.HasWaiter)
            text.Append(Lines("runcmd:", $"  - [sh, {Waiter.Path}, install]"));
        if (content.IsTrimmed)
            text.Append(Modules.Replace("LOCALE", asked.Locale is null ? "" : "locale, ", StringComparison.Ordinal));
    }

    static void AtEachBoot(StringBuilder text, SeedContent content)
    {
        var scripts = new List<string>();
        if (content is { IsTrimmed: true, FirstBoot.Keyboard: { } keyboard })
            scripts.Add(KeyboardFile(keyboard)); // cloud-init's own module wants console-setup
        if (content is { IsBuilt: true, FirstBoot.NetworkConfig: not null } && NetworkdDevices.Script(WholeNetwork(content)) is { } devices)
            scripts.Add(devices);
        if (content is { IsBuilt: false, FirstBoot.Kind: Farms.FirstBoot.CloudInit })
            scripts.Add(Ifupdown);
        if (scripts.Count > 0)
            text.Append(Lines("bootcmd:"));
        foreach (var script in scripts)
        {
            text.Append(Lines("  - |"));
            foreach (var line in script.TrimEnd('\n').Split('\n'))
                text.Append(Lines("    " + line));
        }
    }

    static string KeyboardFile(Farms.KeyboardSpec keyboard)
    {
        var words = new[] { keyboard.Model ?? "pc105", keyboard.Layout, keyboard.Variant ?? "", keyboard.Options ?? "" };
        foreach (var word in words.Where(w => w.Length > 0))
            Word(word);
        return $"printf \"XKBMODEL=%s\\nXKBLAYOUT=%s\\nXKBVARIANT=%s\\nXKBOPTIONS=%s\\n\" \"{string.Join("\" \"", words)}\" >/etc/default/keyboard";
    }

    static string Word(string value) => Quoted(value, WordForm(), "a word of letters, digits and signs");

    [GeneratedRegex(@"^[A-Za-z0-9@._+:=~/,-]{1,200}\z")]
    private static partial Regex WordForm();
}
