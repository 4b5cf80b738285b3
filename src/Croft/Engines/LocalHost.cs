using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Numerics;
using Croft.Tools;

namespace Croft.Engines;

/// <summary>What this host is connected to.</summary>
static class LocalHost
{
    /// <summary>Its processors and the bytes of its memory; null where the kernel does not say so.</summary>
    public static (int Processors, long Memory)? Size()
    {
        const string table = "/proc/meminfo";
        const string total = "MemTotal:";
        return
            File.Exists(table)
            && File.ReadLines(table).FirstOrDefault(l => l.StartsWith(total, StringComparison.Ordinal)) is { } line
            && long.TryParse(line[total.Length..].Trim().Split(' ')[0], out var kib)
            ? (Environment.ProcessorCount, kib << 10)
            : null;
    }

    /// <summary>Its own addresses, as the networks that they are in.</summary>
    public static ImmutableArray<IPNetwork> Addresses() =>
        [
            .. from device in NetworkInterface.GetAllNetworkInterfaces()
            from address in device.GetIPProperties().UnicastAddresses
            where !IPAddress.IsLoopback(address.Address) && !address.Address.IsIPv6LinkLocal
            select Subnets.Of(address.Address, address.PrefixLength),
        ];

    /// <summary>Its network devices, tap devices too, of which libvirt does not tell.</summary>
    public static IEnumerable<string> Devices() => NetworkInterface.GetAllNetworkInterfaces().Select(device => device.Name);

    /// <summary>Removes a bridge that nothing is in. Who may not leaves it.</summary>
    public static async Task RemoveBridgeAsync(string name)
    {
        var ports = Path.Combine(Net, name, "brif");
        if (Directory.Exists(ports) && !Directory.EnumerateFileSystemEntries(ports).Any())
            await new Tool("ip", "link", "delete", name).RunAsync(CancellationToken.None);
    }

    /// <summary>What its network devices are, by name.</summary>
    public static ImmutableDictionary<string, DeviceKind> Kinds() =>
        Directory.Exists(Net)
            ? Directory.EnumerateFileSystemEntries(Net).ToImmutableDictionary(device => Path.GetFileName(device), KindOf)
            : ImmutableDictionary<string, DeviceKind>.Empty;

    const string Net = "/sys/class/net";

    static DeviceKind KindOf(string device)
    {
        const string ethernet = "1";
        const int tap = 2; // IFF_TAP
        return Has("bridge") ? DeviceKind.Bridge
            : File.Exists($"/run/openvswitch/{Path.GetFileName(device)}.mgmt") ? DeviceKind.OpenVSwitch
            : Has("master") ? DeviceKind.Port
            : Has("wireless") || Has("phy80211") ? DeviceKind.Wireless
            : Read("tun_flags") is { } flags
                ? (Convert.ToInt32(flags, 16) & tap) == 0 ? DeviceKind.Frameless
                    : DeviceKind.Tap
            : Read("type") is null or ethernet ? DeviceKind.Card
            : DeviceKind.Frameless;

        bool Has(string part) => Path.Exists(Path.Combine(device, part));

        string? Read(string part)
        {
            try
            {
                return File.ReadAllText(Path.Combine(device, part)).Trim();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null; // it has no such property, or went away
            }
        }
    }

    /// <summary>The networks of the host's libvirt whose name server runs; null where that cannot be seen.</summary>
    /// <param name="names">Of networks that are on.</param>
    public static ImmutableHashSet<string>? Heard(IReadOnlyCollection<string> names)
    {
        const string configurations = "/var/lib/libvirt/dnsmasq/";
        if (!names.Any(n => File.Exists($"{configurations}{n}.conf")) || CommandOf("1") is null or "")
            return null; // of one without configuration nobody expects any; and processes may be hidden
        var running = Directory.EnumerateDirectories("/proc").Select(p => CommandOf(Path.GetFileName(p))).OfType<string>().ToList();
        return
        [
            .. names.Where(n =>
                !File.Exists($"{configurations}{n}.conf")
                || running.Any(c => c.Contains($"--conf-file={configurations}{n}.conf\0", StringComparison.Ordinal))
            ),
        ];
    }

    /// <summary>A process's command line, whose words end in NUL; null of what is none, or has gone.</summary>
    static string? CommandOf(string process)
    {
        try
        {
            return char.IsAsciiDigit(process[0]) ? File.ReadAllText($"/proc/{process}/cmdline") : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The device by which everywhere else is reached; null when there is no such way.</summary>
    public static string? Uplink()
    {
        const string table = "/proc/net/route";
        return File.Exists(table)
            ? File.ReadLines(table)
                .Skip(1)
                .Select(line => line.Split('\t'))
                .FirstOrDefault(w => w is [_, "00000000", not "00000000", ..])
                ?[0]
            : null;
    }

    /// <summary>Half of everywhere is how VPNs take all traffic: no route to a place.</summary>
    public static ImmutableArray<IPNetwork> Routes()
    {
        const string table = "/proc/net/route";
        return File.Exists(table) ? [.. RoutesOf(File.ReadLines(table)).Where(r => r.PrefixLength > 1).Distinct()] : [];
    }

    /// <summary>
    /// Reads the kernel's table of routes: a line of names, then device, destination, …, and as the eighth word the mask, as the processor
    /// has them in memory.
    /// </summary>
    internal static IEnumerable<IPNetwork> RoutesOf(IEnumerable<string> lines) =>
        from line in lines.Skip(1)
        let words = line.Split('\t', StringSplitOptions.TrimEntries)
        where words.Length > 7
        let mask = uint.Parse(words[7], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        select Subnets.Of(
            new IPAddress(uint.Parse(words[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
            BitOperations.PopCount(mask)
        );
}
