namespace Croft.Engines;

/// <summary>Networks and the addresses in them.</summary>
public partial interface IEngine
{
    /// <summary>Makes a network when there is none of its name, and starts it. True when it was made here.</summary>
    Task<bool> EnsureNetworkAsync(NetworkDefinition network, CancellationToken cancel);

    /// <summary>
    /// Promises an address to a MAC: the host entry in the network's stored definition, which is refused when MAC, name or address is taken.
    /// The running network learns it by <see cref="PublishAsync"/>.
    /// </summary>
    /// <returns>False when it is taken.</returns>
    Task<bool> ReserveAsync(string network, Reservation reservation, bool dhcp, CancellationToken cancel);

    /// <summary>Tells the running network of a reserved address. It takes a moment (libvirt reloads its packet filter: 0.4 s measured), so this is done while guests boot.</summary>
    Task PublishAsync(string network, Reservation reservation, bool dhcp, CancellationToken cancel);

    /// <summary>Gives an address back, stored and running. Nothing happens when it or the network is gone.</summary>
    Task ReleaseAsync(string network, Reservation reservation, CancellationToken cancel);

    /// <summary>Removes a network; nothing happens when it is gone.</summary>
    Task RemoveNetworkAsync(string network, CancellationToken cancel);
}
