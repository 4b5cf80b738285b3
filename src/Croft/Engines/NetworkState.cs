using System.Collections.Immutable;
using System.Net;
using Croft.Farms;

namespace Croft.Engines;

/// <summary>A network as it was seen.</summary>
public sealed record NetworkState
{
    /// <summary>libvirt's.</summary>
    public required string Name { get; init; }

    /// <summary>The farm it belongs to; null when it is not Croft's.</summary>
    public string? Farm { get; init; }

    /// <summary>The id of the farm's folder.</summary>
    public string? Owner { get; init; }

    /// <summary>Where the farm file is, for messages.</summary>
    public string? Folder { get; init; }

    /// <summary>In the farm file.</summary>
    public string? Network { get; init; }

    /// <summary>Its bridge on the host; null when nobody said.</summary>
    public string? Device { get; init; }

    /// <summary>Null when it has no addresses of its own.</summary>
    public IPNetwork? Cidr { get; init; }

    /// <summary>Its IPv6 subnet beside the other; null when it has none.</summary>
    public IPNetwork? Cidr6 { get; init; }

    /// <summary>The largest frame, in bytes; null is Ethernet's.</summary>
    public int? Mtu { get; init; }

    /// <summary>Whether machines can be on it now.</summary>
    public required bool Active { get; init; }

    /// <summary>Whether nobody answers DHCP and names on it any more, although it is on: its dnsmasq died.</summary>
    public bool IsMute { get; init; }

    /// <summary>Whether its bridge has STP on, which holds every new card for seconds.</summary>
    public required bool SpanningTree { get; init; }

    /// <summary>Addresses that it promises.</summary>
    public required ImmutableArray<Reservation> Reservations { get; init; }

    /// <summary>When it was made; null when nobody wrote that down.</summary>
    public DateTimeOffset? Made { get; init; }

    /// <summary>How it leads to the world; of what Croft did not make, the nearest.</summary>
    public NetworkMode Mode { get; init; }

    /// <summary>What it has besides, as <see cref="NetworkOptions"/> writes it; empty for nothing.</summary>
    public string Options { get; init; } = "";

    /// <summary>Whether it answers DHCP; null while it has no host entry, which would tell.</summary>
    public bool? Dhcp { get; init; }

    /// <summary>The domain of its names; null when nobody said.</summary>
    public string? Zone { get; init; }

    /// <summary>How many cards are on it now.</summary>
    public int Cards { get; init; }

    /// <summary>Names that it tells of machines on other networks, stored and running alike.</summary>
    public ImmutableArray<Reservation> Names { get; init; } = [];

    /// <summary>Addresses that machines which are not Croft's have been given there.</summary>
    public ImmutableArray<Reservation> Others { get; init; } = [];

    /// <summary>
    /// The host entries that the running network has, too, as a whole; where it does not run, those that are stored as a whole.
    /// </summary>
    public ImmutableArray<Reservation> Published { get; init; } = [];
}

/// <summary>An address promised to a MAC.</summary>
/// <param name="Mac">Empty in a network without DHCP, which keeps names and addresses only.</param>
public sealed record Reservation(IPAddress Address, string Mac, string Host)
{
    /// <summary>The domain of its name, where that is not the network's own; else null.</summary>
    public string? Zone { get; init; }

    /// <summary>Whether an entry keeps this promise.</summary>
    internal bool IsKeptBy(Reservation entry) =>
        entry.Address.Equals(Address) && entry.Host == Host && (entry.Mac == Mac || entry.Mac.Length == 0);
}
