using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Croft.Engines;
using Croft.Guests;
using Croft.Images;

namespace Croft.Lifecycle;

/// <summary>
/// Tells a guest that continues in another one's memory who it is now: clock, random numbers, name, machine-id, host key, cards, and no
/// session of the other
/// one's left. Shell for both flavours of guest; what it says last is the proof that all of it was done.
/// </summary>
static class NewIdentity
{
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
        // quarter of Python's time.
        Line($"echo {Convert.ToBase64String(RandomNumberGenerator.GetBytes(64))} >/dev/urandom");
        Line(
            $"perl -e 'open F, \">/dev/urandom\" or exit 1; ioctl F, 0x5207, 0 or exit 1' 2>/dev/null || python3 -c 'import fcntl; fcntl.ioctl(open(\"/dev/urandom\", \"wb\"), 0x5207)'"
        );
        Line($"rm -f /etc/ssh/ssh_host_*");
        Line($"(umask 077; printf %s {ShellWord.Quote(who.HostKeyPrivate)} >/etc/ssh/ssh_host_ed25519_key)");
        Line($"echo {ShellWord.Quote(who.HostKeyPublic)} >/etc/ssh/ssh_host_ed25519_key.pub");
        // The other one's sessions end; the server that listens reads its new key, while the rest goes on.
        Line(
            $"for p in /proc/[0-9]*; do if read -r c <$p/cmdline 2>/dev/null; then :; fi; case $c in *listener*) ;; sshd:*|sshd-session:*) kill ${{p#/proc/}} 2>/dev/null || : ;; esac; done 2>/dev/null"
        );
        Line($"read -r p </run/sshd.pid; kill -HUP $p");
        Line($"echo {who.Hostname} >/proc/sys/kernel/hostname; echo {who.Hostname} >/etc/hostname");
        Line($"sed -i 's/\\b{former.Name}\\b/{who.Hostname}/g' /etc/hosts");
        Line($"echo {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))} >/etc/machine-id");
        Line($"[ ! -d /var/lib/croft ] || echo {ShellWord.Quote(who.InstanceId)} >/var/lib/croft/instance");
        // networkd would put the other one's addresses back on a card that comes up: it starts anew, with the new ones.
        Line(
            $"! systemctl -q is-active systemd-networkd 2>/dev/null || {{ networkd=yes; systemctl stop systemd-networkd.socket systemd-networkd; }}"
        );
        foreach (var (nic, card) in who.Nics.Zip(former.Nics))
            AddCard(Line, nic, card);
        Line($"[ -z \"$networkd\" ] || systemctl start systemd-networkd");
        Line($"echo {ShellWord.Quote(Proof(who))}");
        return text.ToString();
    }

    static void AddCard(Action<FormattableString> line, SeedNic nic, Nic card)
    {
        var old = card.Address is { } address && nic.Address is { } own ? $"; s/\\b{address}\\b/{own}/" : "";
        line($"[ ! -d /etc/systemd/network ] || sed -i 's/{card.Mac}/{nic.Mac}/{old}' /etc/systemd/network/*.network");
        if (nic.Address is null)
            return; // QEMU's own network: it is the same for everybody
        line($"for d in /sys/class/net/*; do read -r mac <$d/address; [ \"$mac\" != {card.Mac} ] || break; done; d=${{d##*/}}");
        line($"ip -batch - <<END");
        line($"link set dev $d down");
        line($"link set dev $d address {nic.Mac}");
        line($"address flush dev $d");
        line($"link set dev $d up");
        line($"address add {nic.Address}/{nic.PrefixLength} broadcast + dev $d");
        if (nic.Gateway is { } gateway)
            line($"route replace default via {gateway} dev $d");
        line($"END");
    }
}
