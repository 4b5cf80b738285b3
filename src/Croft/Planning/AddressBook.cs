using System.Net;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>The addresses of one network: which are taken and by whom, and the next free one.</summary>
sealed class AddressBook
{
    /// <summary>The first address that is given away unasked; below it is room for fixed ones.</summary>
    const uint FirstHost = 10;

    readonly Dictionary<IPAddress, string> taken;
    readonly Dictionary<string, IPAddress> kept;
    readonly HashSet<string> strangers = new(StringComparer.Ordinal);
    readonly IEnumerator<uint> order;

    /// <param name="machines">How many will be in it, about: tables that grow are copied each time.</param>
    /// <param name="isOurs">Whether a reservation is of this farm: farms that share a network may have machines of one name.</param>
    public AddressBook(
        NetworkSpec spec,
        NetworkDefinition? definition,
        IEnumerable<NetworkState> existing,
        Func<Reservation, bool> isOurs,
        int machines
    )
    {
        (taken, kept) = (new(machines), new(machines));
        Spec = spec;
        Definition = definition;
        order = Hosts(definition is null ? 0 : Subnets.Count(definition.Cidr)).GetEnumerator();
        var known = existing.ToList();
        foreach (var reservation in known.SelectMany(n => n.Reservations))
        {
            if (isOurs(reservation))
            {
                taken[reservation.Address] = reservation.Host;
                if (definition?.Cidr.Contains(reservation.Address) != false) // somebody may have given the network other addresses
                    kept[reservation.Host] = reservation.Address;
            }
            else
            {
                taken[reservation.Address] = $"{reservation.Host} of another farm";
                strangers.Add(reservation.Host);
            }
        }

        foreach (var other in known.SelectMany(n => n.Others))
        {
            if (taken.TryGetValue(other.Address, out var host))
                kept.Remove(host); // a machine that exists keeps it yet
            taken[other.Address] = $"{other.Host}, which is not Croft's";
        }
    }

    public NetworkSpec Spec { get; }

    /// <summary>As it is or will be on a hypervisor; null where others decide the addresses.</summary>
    public NetworkDefinition? Definition { get; }

    /// <summary>Whether another farm has a host of this name in the network, where a name has one address.</summary>
    public bool IsStranger(string host) => strangers.Contains(host);

    /// <summary>Promises a fixed address to a host. Returns who has it when it is another.</summary>
    public string? Fix(IPAddress address, string host)
    {
        if (taken.TryGetValue(address, out var other) && other != host)
            return other;
        taken[address] = host;
        kept[host] = address;
        return null;
    }

    /// <summary>
    /// Leaves a machine that exists the address it has, whatever was reserved for it on a hypervisor where it was before.
    /// </summary>
    public void Keep(IPAddress address, string host) => (taken[address], kept[host]) = (host, address);

    /// <summary>The address a host has, or the next free one; null when the network is full.</summary>
    public IPAddress? Take(string host)
    {
        if (kept.TryGetValue(host, out var address))
            return address;
        while (order.MoveNext())
        {
            address = Subnets.Host(Definition!.Cidr, order.Current);
            if (Spec.Options.Range?.Contains(address) != true && taken.TryAdd(address, host))
                return kept[host] = address;
        }

        return null;
    }

    /// <summary>
    /// The usable places of a subnet: those below <see cref="FirstHost"/> last. 0 is the network's own, 1 the hypervisor's, the last is
    /// broadcast.
    /// </summary>
    static IEnumerable<uint> Hosts(uint count)
    {
        for (var n = FirstHost; n < count - 1 && count > 1; n++)
            yield return n;
        for (var n = 2u; n < FirstHost && n + 1 < count; n++)
            yield return n;
    }
}
