using System.Collections.Immutable;
using Croft.Engines;

namespace Croft.Testing;

/// <summary>A network of a simulated hypervisor.</summary>
sealed class SimulatedNetwork(NetworkDefinition definition)
{
    public NetworkDefinition Definition => definition;

    public ImmutableArray<Reservation> Reservations { get; set; } = [.. definition.Reservations.Select(r => Kept(r, definition.Dhcp))];

    /// <summary>What the running network knows, too.</summary>
    public ImmutableArray<Reservation> Published { get; set; } = [.. definition.Reservations.Select(r => Kept(r, definition.Dhcp))];

    /// <param name="cards">How many cards are on it.</param>
    public NetworkState StateWith(int cards) =>
        new()
        {
            Name = definition.Name,
            Farm = definition.Farm,
            Owner = definition.Owner,
            Folder = definition.Folder,
            Network = definition.Network,
            Cidr = definition.Cidr,
            Active = true,
            SpanningTree = false,
            Reservations = Reservations,
            Mode = definition.Mode,
            Options = definition.Options.ToString(),
            Dhcp = Reservations.IsEmpty ? null : definition.Dhcp,
            Zone = definition.Zone,
            Cards = cards,
            Published = [.. Reservations.Where(Published.Contains)],
        };

    /// <summary>Without DHCP only name and address are kept.</summary>
    public static Reservation Kept(Reservation reservation, bool dhcp) => dhcp ? reservation : reservation with { Mac = "" };
}
