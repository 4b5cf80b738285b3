using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Numerics;

namespace Croft.Engines;

/// <summary>What this host is connected to.</summary>
static class LocalHost
{
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
