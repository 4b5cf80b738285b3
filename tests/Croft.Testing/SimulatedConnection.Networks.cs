using Croft.Engines;

namespace Croft.Testing;

sealed partial class SimulatedConnection
{
    public Task<bool> EnsureNetworkAsync(NetworkDefinition network, CancellationToken cancel) =>
        CallAsync($"making network {network.Name}", () => networks.TryAdd(network.Name, new(network)), cancel);

    public Task<bool> ReserveAsync(string network, Reservation reservation, bool dhcp, CancellationToken cancel) =>
        CallAsync(
            $"reserving {reservation.Address} in {network}",
            () =>
            {
                var found = networks.GetValueOrDefault(network)
                    ?? throw CroftException.World($"hypervisor \"{Name}\" has no network {network}", "croft up makes it");
                var kept = SimulatedNetwork.Kept(reservation, dhcp);
                if (found.Reservations.Contains(kept))
                    return true;
                if (
                    found.Reservations.Any(r =>
                        r.Address.Equals(kept.Address) || r.Host == kept.Host || (r.Mac.Length > 0 && r.Mac == kept.Mac)
                    )
                )
                    return false;
                found.Reservations = found.Reservations.Add(kept);
                return true;
            },
            cancel
        );

    public Task PublishAsync(string network, Reservation reservation, bool dhcp, CancellationToken cancel) =>
        CallAsync(
            $"publishing {reservation.Host} in {network}",
            () =>
            {
                var found = networks.GetValueOrDefault(network)
                    ?? throw CroftException.World($"hypervisor \"{Name}\" has no network {network}", "croft up makes it");
                found.Published = [.. found.Published.Where(r => r.Host != reservation.Host), SimulatedNetwork.Kept(reservation, dhcp)];
            },
            cancel
        );

    public Task ReleaseAsync(string network, Reservation reservation, CancellationToken cancel) =>
        CallAsync(
            $"giving back {reservation.Address} in {network}",
            () =>
            {
                if (networks.TryGetValue(network, out var found))
                    found.Reservations = found.Reservations.RemoveAll(r =>
                        r.Address.Equals(reservation.Address) && r.Host == reservation.Host
                    );
            },
            cancel
        );

    public Task RemoveNetworkAsync(string network, CancellationToken cancel) =>
        CallAsync($"removing network {network}", () => networks.Remove(network), cancel);
}
