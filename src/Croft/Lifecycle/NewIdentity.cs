using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Croft.Engines;
using Croft.Guests;
using Croft.Images;

namespace Croft.Lifecycle;

/// <summary>
/// Tells a guest that continues in another one's memory who it is now: clock, random numbers, name, machine-id, host key, cards, and no session of the other
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
        // Fresh random numbers first, and the kernel takes them at once (RNDRESEEDCRNG): everything after may need some.
        Line($"echo {Convert.ToBase64String(RandomNumberGenerator.GetBytes(64))} >/dev/urandom");
        Line($"python3 -c 'import fcntl; fcntl.ioctl(open(\"/dev/urandom\", \"wb\"), 0x5207)'");
        Line($"echo {who.Hostname} >/proc/sys/kernel/hostname; echo {who.Hostname} >/etc/hostname");
        Line($"sed -i 's/\\b{former.Name}\\b/{who.Hostname}/g' /etc/hosts");
        Line($"echo {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))} >/etc/machine-id");
        Line($"[ ! -d /var/lib/croft ] || echo {Shell.Quote(who.InstanceId)} >/var/lib/croft/instance");
        Line($"rm -f /etc/ssh/ssh_host_*");
        Line($"(umask 077; printf %s {Shell.Quote(who.HostKeyPrivate)} >/etc/ssh/ssh_host_ed25519_key)");
        Line($"echo {Shell.Quote(who.HostKeyPublic)} >/etc/ssh/ssh_host_ed25519_key.pub");
        // The other one's sessions end; the server that listens reads its new key.
        Line($"for p in /proc/[0-9]*; do if read -r c <$p/cmdline 2>/dev/null; then :; fi; case $c in *listener*) ;; sshd:*|sshd-session:*) kill ${{p#/proc/}} 2>/dev/null || : ;; esac; done 2>/dev/null");
        Line($"kill -HUP $(cat /run/sshd.pid)");
        foreach (var (nic, card) in who.Nics.Zip(former.Nics))
        {
            Line($"for d in /sys/class/net/*; do read -r mac <$d/address; [ \"$mac\" != {card.Mac} ] || break; done; d=${{d##*/}}");
            Line($"ip link set $d down; ip link set $d address {nic.Mac}; ip address flush dev $d; ip link set $d up");
            Line($"[ ! -d /etc/systemd/network ] || sed -i 's/{card.Mac}/{nic.Mac}/' /etc/systemd/network/*.network");
            if (nic.Address is null)
                continue;
            Line($"ip address add {nic.Address}/{nic.PrefixLength} broadcast + dev $d");
            if (card.Address is { } old)
                Line($"[ ! -d /etc/systemd/network ] || sed -i 's/\\b{old}\\b/{nic.Address}/' /etc/systemd/network/*.network");
            if (nic.Gateway is { } gateway)
                Line($"ip route replace default via {gateway} dev $d");
        }

        Line($"echo {Shell.Quote(Proof(who))}");
        return text.ToString();
    }
}
