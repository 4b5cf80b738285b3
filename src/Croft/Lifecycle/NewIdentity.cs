using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Croft.Engines;
using Croft.Guests;
using Croft.Images;

namespace Croft.Lifecycle;

/// <summary>
/// Tells a guest that continues in another one's memory who it is now: clock, random numbers, name, machine-id, host key, cards, and no
/// session of the other one's left. Shell for guests of all kinds; what it says last is the proof that all of it was done.
/// </summary>
static class NewIdentity
{
    /// <summary>
    /// Where guests of all kinds keep what their cards are called and addressed: networkd, netplan, ifupdown and Alpine, NetworkManager,
    /// Red Hat's and SUSE's files, which cloud-init writes, too.
    /// </summary>
    const string NetworkFiles =
        "/etc/systemd/network/*.network /run/systemd/network/*.network /etc/systemd/network/*.link /run/systemd/network/*.link "
        + "/etc/systemd/network/*.netdev /run/systemd/network/*.netdev "
        + "/etc/netplan/*.yaml /run/netplan/*.yaml /etc/network/interfaces /etc/network/interfaces.d/* "
        + "/etc/NetworkManager/system-connections/* /run/NetworkManager/system-connections/* "
        + "/etc/sysconfig/network-scripts/ifcfg-* /etc/sysconfig/network/ifcfg-* /etc/udev/rules.d/*persistent-net* /etc/dhcpcd.conf";

    /// <summary>What a guest was given and remembers: leases, and random numbers for its next boot.</summary>
    const string Memories =
        "/var/lib/dhcp/*.leases /var/lib/dhcpcd/*.lease* /var/lib/NetworkManager/*.lease /var/lib/NetworkManager/secret_key "
        + "/run/systemd/netif/leases/* /var/lib/wicked/lease* /var/lib/systemd/random-seed /var/lib/urandom/random-seed /var/lib/seedrng/*";

    /// <summary>What the script says last.</summary>
    public static string Proof(SeedContent who) => $"croft: {who.Hostname} {who.InstanceId}";

    /// <summary>The script, for root, on standard input.</summary>
    /// <param name="former">The machine whose memory it is.</param>
    public static string Script(MachineRecord former, SeedContent who, DateTimeOffset now)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(FormattableString.Invariant(line)).Append('\n');
        Line($"set -e; export PATH=/usr/sbin:/usr/bin:/sbin:/bin; umask 022");
        Line($"date -u -s @{now.ToUnixTimeSeconds()} >/dev/null");
        // Fresh random numbers first, and the kernel takes them at once (RNDRESEEDCRNG): everything after may need some. Perl starts in a
        // quarter of Python's time. Without either the kernel takes them within a minute.
        Line($"echo {Convert.ToBase64String(RandomNumberGenerator.GetBytes(64))} >/dev/urandom");
        Line(
            $"perl -e 'open F, \">/dev/urandom\" or exit 1; ioctl F, 0x5207, 0 or exit 1' 2>/dev/null || python3 -c 'import fcntl; fcntl.ioctl(open(\"/dev/urandom\", \"wb\"), 0x5207)' 2>/dev/null || :"
        );
        if (who.HostKeyPrivate.Length > 0)
            AddHostKey(Line, who);
        AddName(Line, former, who);
        // Who looks after cards would put the other one's addresses back on one that comes up: it starts anew, with the new ones.
        Line($"for s in systemd-networkd NetworkManager; do ! systemctl -q is-active $s 2>/dev/null || keeper=\"$keeper $s\"; done");
        Line($"case $keeper in *networkd*) systemctl stop systemd-networkd.socket systemd-networkd ;; esac");
        Line($"case $keeper in *NetworkManager*) systemctl stop NetworkManager ;; esac");
        Line($"ip=; set --; for f in {NetworkFiles}; do [ ! -f \"$f\" ] || set -- \"$@\" \"$f\"; done");
        foreach (var (nic, card) in who.Nics.Zip(former.Nics))
            AddCard(Line, nic, card);
        Line($"rm -f {Memories}");
        Line($"[ -z \"$keeper\" ] || systemctl start $keeper");
        Line($"! command -v restorecon >/dev/null || restorecon -F /etc/ssh/* /etc/hostname /etc/hosts /etc/machine-id \"$@\" || :");
        Line($"echo {ShellWord.Quote(Proof(who))}");
        return text.ToString();
    }

    /// <summary>The other one's sessions end; the server that listens reads its new key, while the rest goes on.</summary>
    static void AddHostKey(Action<FormattableString> line, SeedContent who)
    {
        line($"rm -f /etc/ssh/ssh_host_*; mkdir -p /etc/ssh");
        line($"(umask 077; printf %s {ShellWord.Quote(who.HostKeyPrivate)} >/etc/ssh/ssh_host_ed25519_key)");
        line($"echo {ShellWord.Quote(who.HostKeyPublic)} >/etc/ssh/ssh_host_ed25519_key.pub");
        line(
            $"for p in /proc/[0-9]*; do if read -r c <$p/cmdline 2>/dev/null; then :; fi; case $c in *listener*) ;; sshd:*|sshd-session:*) kill ${{p#/proc/}} 2>/dev/null || : ;; esac; done 2>/dev/null"
        );
        line($"[ ! -s /run/sshd.pid ] || {{ read -r p </run/sshd.pid; kill -HUP $p; }}"); // where it has none, each connection reads its key
    }

    static void AddName(Action<FormattableString> line, MachineRecord former, SeedContent who)
    {
        line($"echo {who.Hostname} >/proc/sys/kernel/hostname; echo {who.Hostname} >/etc/hostname");
        line(
            $"for f in /etc/hosts /etc/HOSTNAME /etc/conf.d/hostname; do [ ! -f $f ] || sed -i 's/\\b{former.Name}\\b/{who.Hostname}/g' $f; done"
        );
        line($"echo {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))} >/etc/machine-id");
        line($"[ ! -f /var/lib/dbus/machine-id ] || [ -L /var/lib/dbus/machine-id ] || cp /etc/machine-id /var/lib/dbus/machine-id");
        line($"[ ! -d /var/lib/croft ] || echo {ShellWord.Quote(who.InstanceId)} >/var/lib/croft/instance");
    }

    /// <summary>
    /// A card keeps its permanent address until the next boot: what is found by that is found by the present one, or by name, which hold
    /// then, too.
    /// </summary>
    static void AddCard(Action<FormattableString> line, SeedNic nic, Nic card)
    {
        var old =
            card.Address is { } address && nic.Address is { } own
                ? $"; s/\\b{address.ToString().Replace(".", "\\.", StringComparison.Ordinal)}\\b/{own}/g"
                : "";
        var six = card.Address6 is { } before && nic.Address6 is { } next ? $"; s/\\b{before}\\b/{next}/g" : "";
        line($"[ $# = 0 ] || sed -i 's/{card.Mac}/{nic.Mac}/Ig; s/^PermanentMACAddress=/MACAddress=/{old}{six}' \"$@\"");
        line(
            $"for n in /sys/class/net/*/address; do read -r mac <$n; n=${{n%/address}}; case \"$mac $(echo $n/lower_*)\" in \"{card.Mac} $n/lower_*\") break ;; esac; done; d=${{n##*/}}"
        );
        line(
            $"for f; do case $f in */system-connections/*) ! grep -qi '^mac-address={nic.Mac}' \"$f\" || sed -i \"/^mac-address=/Id; /^interface-name=/d; s/^\\[connection\\]$/&\\ninterface-name=$d/\" \"$f\" ;; */ifcfg-*) ! grep -qi '{nic.Mac}' \"$f\" || sed -i '/^HWADDR=/d' \"$f\" ;; esac; done"
        );
        if (nic.Address is null)
            return; // QEMU's own network: it is the same for everybody
        // Where the card belongs to a bridge or a bond, that has its address.
        line(
            $"ip=; nl=$(printf '\\nx'); nl=${{nl%x}}; while :; do d=${{n##*/}}; for i in \"link set dev $d down\" \"link set dev $d address {nic.Mac}\" \"address flush dev $d\" \"link set dev $d up\"; do ip=\"$ip$i$nl\"; done; [ -d $n/master/bridge ] || [ -d $n/master/bonding ] || break; n=$(readlink -f $n/master); done"
        );
        line($"ip=\"$ip\"'address add {nic.Address}/{nic.PrefixLength}{(Subnets.IsSix(nic.Address) ? "" : " broadcast +")} dev '$d");
        if (nic.Address6 is { } second)
            line($"ip=\"$ip\n\"'address add {second}/{nic.Prefix6} dev '$d");
        if (nic.Gateway is { } gateway)
            line($"ip=\"$ip\n\"'route replace default via {gateway} dev '$d");
        // busybox's takes one at a time.
        line($"echo \"$ip\" | ip -batch - 2>/dev/null || echo \"$ip\" | while read -r i; do ip $i; done");
    }
}
