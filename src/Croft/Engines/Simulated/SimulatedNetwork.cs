using System.Collections.Immutable;

namespace Croft.Engines.Simulated;

/// <summary>A network of a simulated hypervisor.</summary>
sealed class SimulatedNetwork(NetworkDefinition definition)
{
    public NetworkDefinition Definition => definition;

    public ImmutableArray<Reservation> Reservations { get; set; } =
        [.. definition.Reservations.Select(r => Kept(r, definition.Dhcp))];

    public NetworkState State => new(definition.Name, definition.Farm, definition.Owner, definition.Folder, definition.Network, definition.Cidr, true, false, Reservations);

    /// <summary>Without DHCP only name and address are kept.</summary>
    public static Reservation Kept(Reservation reservation, bool dhcp) => dhcp ? reservation : reservation with { Mac = "" };
}
