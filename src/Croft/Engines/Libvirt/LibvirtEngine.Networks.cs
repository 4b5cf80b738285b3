using Croft.Journal;

namespace Croft.Engines.Libvirt;

sealed partial class LibvirtEngine
{
    const int MostTries = 3;

    /// <summary>
    /// The running network learns of an address later: libvirt holds a network for 0.4 s each time, and who starts a machine on it waits.
    /// So one after another, also
    /// what a command reserved that was killed then.
    /// </summary>
    public async Task<Func<CancellationToken, Task>> EnsureNetworkAsync(
        PlannedNetwork network,
        string owner,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        var definition = network.IsShared ? network.Definition : network.Definition with { Owner = owner, Made = journal.Time };
        if (network.IsOff)
            journal.Note(null, null, $"network {definition.Name} did not run; its machines join it again");
        if (network.IsMute)
        {
            journal.Note(null, null, $"dnsmasq of network {definition.Name} had died; it answers again");
            await host.WakeAsync(definition.Name, cancel);
        }

        if (network.Change is { } change)
            definition = await ReplaceAsync(definition, change, journal, cancel);
        var reserved = new List<Reservation>();
        if (await MakeAsync(definition, network, journal, cancel) is { } there)
            await ReserveAsync(definition, there, reserved, network.IsShared ? null : owner, journal, cancel);
        return async cancel =>
        {
            foreach (var reservation in reserved)
                await host.PublishAsync(definition.Name, reservation, definition.Dhcp && reservation.Mac.Length > 0, cancel);
        };
    }

    public async Task DefineNetworkAsync(string name, string definition, RunJournal journal, CancellationToken cancel)
    {
        journal.Note(null, null, $"network {name} on {Name} is made of its file");
        await host.DefineNetworkAsync(name, definition, cancel);
    }

    /// <param name="owner">Null when another farm makes the network.</param>
    async Task ReserveAsync(
        NetworkDefinition definition,
        NetworkState there,
        List<Reservation> reserved,
        string? owner,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        if (there.Farm != definition.Farm || there.Network != definition.Network || (owner is not null && there.Owner != owner))
            throw CroftException.World(
                $"network {definition.Name} on hypervisor \"{Name}\" is not this farm's{(there.Folder is { } folder ? $" but that of the farm \"{there.Farm}\" in {folder}" : "")}",
                "croft plan tells more"
            );
        foreach (var reservation in definition.Reservations.Where(r => !there.Published.Any(r.IsKeptBy)))
        {
            journal.Intent("reserve", "address", $"{reservation.Address} in {definition.Name}", Name, reservation.Host);
            await ReleaseOthersAsync(definition, there, reservation, cancel);
            if (!await host.ReserveAsync(definition.Name, reservation, definition.Dhcp, cancel))
                throw CroftException.World(
                    $"address {reservation.Address} in network {definition.Name} was taken by another controller meanwhile",
                    "run the command again"
                );
            reserved.Add(reservation);
        }

        foreach (var name in definition.Names.Where(n => !there.Names.Any(n.IsKeptBy)))
        {
            if (owner is not null)
                await ReleaseOthersAsync(definition, there, name, cancel);
            else if (there.Reservations.Concat(there.Names).Any(k => k.Host == name.Host))
                continue; // in another farm's network its own names stay
            if (await host.ReserveAsync(definition.Name, name, dhcp: false, cancel)) // else the name is somebody else's here
                reserved.Add(name);
        }
    }

    /// <summary>What a machine had before it has an entry.</summary>
    async Task ReleaseOthersAsync(NetworkDefinition definition, NetworkState there, Reservation entry, CancellationToken cancel)
    {
        foreach (var old in there.Reservations.Concat(there.Names).Where(k => k.Host == entry.Host && !entry.IsKeptBy(k)))
            await host.ReleaseAsync(definition.Name, old, cancel);
    }

    /// <summary>
    /// Makes the network. Returns it as it is when it was there already; null when it was made here, with all that the plan adds.
    /// </summary>
    async Task<NetworkState?> MakeAsync(NetworkDefinition definition, PlannedNetwork network, RunJournal journal, CancellationToken cancel)
    {
        if (!network.Exists)
            journal.Intent("create", "network", definition.Name, Name);
        for (var i = 0; i < MostTries; i++)
        {
            if (network.IsShared && !network.Exists)
                break;
            if (await host.EnsureNetworkAsync(definition, cancel))
                return null;
            if ((await host.ListNetworksAsync(cancel)).FirstOrDefault(n => n.Name == definition.Name) is { } there)
                return there; // otherwise another controller removed it just now
        }

        throw CroftException.World(
            $"hypervisor \"{Name}\" has no network {definition.Name}",
            network.IsShared ? "bring up the farm that owns it first" : "another command removes it again and again: wait for its end"
        );
    }

    /// <summary>Removes a network on which nothing is. Returns its new definition with what it had promised.</summary>
    async Task<NetworkDefinition> ReplaceAsync(NetworkDefinition definition, string change, RunJournal journal, CancellationToken cancel)
    {
        if ((await host.ListNetworksAsync(cancel)).FirstOrDefault(n => n.Name == definition.Name) is not { } there)
            return definition;
        if (there.Cards > 0)
            throw CroftException.World(
                $"network {definition.Name} on hypervisor \"{Name}\" {change}, but something just started to use it",
                "run the command again"
            );
        journal.Intent("replace", "network", definition.Name, Name);
        journal.Note(null, null, $"network {definition.Name} {change}");
        await host.RemoveNetworkAsync(definition.Name, cancel);
        return definition with
        {
            Reservations =
            [
                .. definition.Reservations,
                .. there.Reservations.Where(k => !definition.Reservations.Any(r => r.Host == k.Host || r.Address.Equals(k.Address))),
            ],
        };
    }
}
