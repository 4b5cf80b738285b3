using System.Collections.Immutable;
using System.Net;
using Croft.Farms;

namespace Croft.Engines;

/// <summary>A network of a farm as an engine makes it.</summary>
public sealed record NetworkDefinition
{
    /// <summary>The farm it belongs to.</summary>
    public required string Farm { get; init; }

    /// <summary>The id of the farm's folder.</summary>
    public required string Owner { get; init; }

    /// <summary>Where the farm file is, for messages.</summary>
    public required string Folder { get; init; }

    /// <summary>The farm's own name of it.</summary>
    public required string Network { get; init; }

    /// <summary>Name of the bridge device, at most 15 characters.</summary>
    public required string Bridge { get; init; }

    /// <summary>How machines reach out: of those that Croft makes.</summary>
    public required NetworkMode Mode { get; init; }

    /// <summary>What it has besides.</summary>
    public NetworkOptions Options { get; init; } = NetworkOptions.None;

    /// <summary>Whether machines have IPv6 in it.</summary>
    public bool HasSix => Options.Ipv6 is not null || Subnets.IsSix(Cidr.BaseAddress);

    /// <summary>Whether it leads anywhere by the host.</summary>
    public bool LeadsOut => Mode is NetworkMode.Nat or NetworkMode.Routed;

    /// <summary>Whether it gives addresses to whoever asks.</summary>
    public required bool Dhcp { get; init; }

    /// <summary>The host has its first address.</summary>
    public required IPNetwork Cidr { get; init; }

    /// <summary>Host entries that it has from its first moment.</summary>
    public required ImmutableArray<Reservation> Reservations { get; init; }

    /// <summary>
    /// Machines that are not on it, and share another network of the farm's with guests whose name server it has. They have no MAC here.
    /// </summary>
    public ImmutableArray<Reservation> Names { get; init; } = [];

    /// <summary>When it is made; null is not written down.</summary>
    public DateTimeOffset? Made { get; init; }

    /// <summary>Its name on the hypervisor; one that is there keeps the name that it was made with.</summary>
    public string Name
    {
        get => field ?? NameOf(Farm, Network);
        init;
    }

    /// <summary>The domain of its names, below one that nobody owns: a farm may be called as what is in the world.</summary>
    public string Zone
    {
        get => field ?? $"{Farm}.croft.internal";
        init;
    }

    /// <summary>A machine's address in the IPv6 subnet: the same number in it.</summary>
    public IPAddress? Second(IPAddress address) => Options.Ipv6 is { } subnet ? Subnets.Host(subnet, Subnets.Number(Cidr, address)) : null;

    /// <summary>The hypervisor's own address in it: the first.</summary>
    public IPAddress Gateway => Subnets.Host(Cidr, 1);

    /// <summary>The name on a hypervisor of a farm's network.</summary>
    public static string NameOf(string farm, string network) => $"{farm}.{network}";
}

/// <summary>A network on one hypervisor.</summary>
/// <param name="Exists">Whether it is there already.</param>
public sealed record PlannedNetwork(string Hypervisor, NetworkDefinition Definition, bool Exists)
{
    /// <summary>Whether another farm makes it.</summary>
    public bool IsShared { get; init; }

    /// <summary>Whether it is there and does not run, although machines may be on it: its switch died, or the host was restarted.</summary>
    public bool IsOff { get; init; }

    /// <summary>Whether it runs and nobody answers DHCP and names on it any more.</summary>
    public bool IsMute { get; init; }

    /// <summary>What becomes otherwise than it is, which makes it anew while nothing is on it; null when nothing does.</summary>
    public string? Change { get; init; }
}
