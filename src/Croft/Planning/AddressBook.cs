using System.Collections.Immutable;
using System.Net;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>The addresses of one network: which are taken and by whom, and the next free one.</summary>
sealed class AddressBook
{
    /// <summary>The first address that is given away unasked; below it is room for fixed ones.</summary>
    const uint FirstHost = 10;

    readonly Dictionary<IPAddress, string> taken = [];
    readonly Dictionary<string, IPAddress> kept = [];
    uint next = FirstHost;

    public AddressBook(NetworkSpec spec, NetworkDefinition? definition, IEnumerable<NetworkState> existing)
    {
        Spec = spec;
        Definition = definition;
        foreach (var reservation in existing.SelectMany(n => n.Reservations))
        {
            taken[reservation.Address] = reservation.Host;
            kept[reservation.Host] = reservation.Address;
        }
    }

    public NetworkSpec Spec { get; }

    /// <summary>As it is or will be on a hypervisor; null with user networking.</summary>
    public NetworkDefinition? Definition { get; }

    /// <summary>Promises a fixed address to a host. Returns who has it when it is another.</summary>
    public string? Fix(IPAddress address, string host)
    {
        if (taken.TryGetValue(address, out var other) && other != host)
            return other;
        taken[address] = host;
        kept[host] = address;
        return null;
    }

    /// <summary>The address a host has, or the next free one; null when the network is full.</summary>
    public IPAddress? Take(string host)
    {
        if (kept.TryGetValue(host, out var address))
            return address;
        var cidr = Definition!.Cidr;
        for (var count = Subnets.Count(cidr); next < count - 1; next++)
        {
            address = Subnets.Host(cidr, next);
            if (taken.TryAdd(address, host))
                return kept[host] = address;
        }

        return null;
    }
}
