using Croft.Engines;
using Croft.Farms;
using Croft.Journal;
using Croft.Planning;

namespace Croft.Networks;

/// <summary>Brings planned networks into being and gives their addresses out and back.</summary>
public sealed class FarmNetworks(IEngine engine, RunJournal journal, TimeProvider clock)
{
    const int MostTries = 3;

    readonly List<(NetworkDefinition Network, Reservation Reservation)> reserved = [];

    /// <summary>
    /// Makes the network where it is missing or to be another, otherwise reserves what the plan adds. The running network learns it by <see cref="PublishAsync"/>, also
    /// what a command reserved that was killed then.
    /// </summary>
    /// <exception cref="CroftException">Another controller took an address, or the network's name, since the plan was made.</exception>
    public async Task EnsureAsync(PlannedNetwork network, string owner, CancellationToken cancel)
    {
        var definition = network.IsShared ? network.Definition : network.Definition with { Owner = owner, Made = clock.GetUtcNow() };
        if (network.Change is { } change)
            definition = await ReplaceAsync(definition, change, cancel);
        if (await MakeAsync(definition, network, cancel) is not { } there)
            return;
        if (there.Farm != definition.Farm || there.Network != definition.Network || (there.Owner != owner && !network.IsShared))
            throw CroftException.World($"network {definition.Name} on hypervisor \"{engine.Name}\" is not this farm's{(there.Folder is { } folder ? $" but that of the farm \"{there.Farm}\" in {folder}" : "")}", "croft plan tells more");
        foreach (var reservation in definition.Reservations.Where(r => !there.Published.Any(r.IsKeptBy)))
        {
            journal.Intent("reserve", "address", $"{reservation.Address} in {definition.Name}", engine.Name, reservation.Host);
            foreach (var old in there.Reservations.Where(k => k.Host == reservation.Host && !reservation.IsKeptBy(k)))
                await engine.ReleaseAsync(definition.Name, old, cancel);
            if (!await engine.ReserveAsync(definition.Name, reservation, definition.Dhcp, cancel))
                throw CroftException.World($"address {reservation.Address} in network {definition.Name} was taken by another controller meanwhile", "run the command again");
            reserved.Add((definition, reservation));
        }
    }

    /// <summary>Makes the network. Returns it as it is when it was there already; null when it was made here, with all that the plan adds.</summary>
    async Task<NetworkState?> MakeAsync(NetworkDefinition definition, PlannedNetwork network, CancellationToken cancel)
    {
        if (!network.Exists)
            journal.Intent("create", "network", definition.Name, engine.Name);
        for (var i = 0; i < MostTries; i++)
        {
            if (network.IsShared && !network.Exists)
                break;
            if (await engine.EnsureNetworkAsync(definition, cancel))
                return null;
            if ((await engine.ListNetworksAsync(cancel)).FirstOrDefault(n => n.Name == definition.Name) is { } there)
                return there; // otherwise another controller removed it just now
        }

        throw CroftException.World($"hypervisor \"{engine.Name}\" has no network {definition.Name}", network.IsShared ? "bring up the farm that owns it first" : "another command removes it again and again: wait for its end");
    }

    /// <summary>Removes a network on which nothing is. Returns its new definition with what it had promised.</summary>
    async Task<NetworkDefinition> ReplaceAsync(NetworkDefinition definition, string change, CancellationToken cancel)
    {
        if ((await engine.ListNetworksAsync(cancel)).FirstOrDefault(n => n.Name == definition.Name) is not { } there)
            return definition;
        if (there.Cards > 0)
            throw CroftException.World($"network {definition.Name} on hypervisor \"{engine.Name}\" {change}, but something just started to use it", "run the command again");
        journal.Intent("replace", "network", definition.Name, engine.Name);
        journal.Note(null, null, $"network {definition.Name} {change}");
        await engine.RemoveNetworkAsync(definition.Name, cancel);
        return definition with { Reservations = [.. definition.Reservations, .. there.Reservations.Where(k => !definition.Reservations.Any(r => r.Host == k.Host || r.Address.Equals(k.Address)))] };
    }

    /// <summary>
    /// Tells the running networks what was reserved. libvirt holds a network for 0.4 s each time, and who starts a machine on it waits: one after another, and best
    /// while guests boot.
    /// </summary>
    public async Task PublishAsync(CancellationToken cancel)
    {
        foreach (var (network, reservation) in reserved)
            await engine.PublishAsync(network.Name, reservation, network.Dhcp, cancel);
    }
}
