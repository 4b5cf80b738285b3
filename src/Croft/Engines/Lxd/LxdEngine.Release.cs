using Croft.Farms;
using Croft.Lxd;

namespace Croft.Engines.Lxd;

/// <summary>What a machine or a farm had goes back: addresses, names, networks.</summary>
sealed partial class LxdEngine
{
    /// <summary>Takes back the addresses that were promised to a machine.</summary>
    Task ReleaseAsync(MachineRecord machine, CancellationToken cancel) => AloneAsync(() => TakeBackAsync(machine, cancel), cancel);

    async Task TakeBackAsync(MachineRecord machine, CancellationToken cancel)
    {
        foreach (var nic in machine.Nics.Where(n => n is { Bridge: not null, Address: not null, Parent: null }))
        {
            for (var i = 0; i < MostTries; i++)
            {
                if (
                    (await CallAsync("listing networks", () => ListManagedAsync(cancel))).FirstOrDefault(n => NameOf(n) == nic.Bridge)
                    is not { } known
                )
                    break;
                var path = $"1.0/networks/{known.Name}";
                if (await CallAsync($"taking back {nic.Address}", () => ReleaseAsync(path, nic, machine.Name, cancel)))
                    break;
            }
        }

        var places = machine.Nics.Select(n => n.Address).ToHashSet();
        foreach (var known in await CallAsync("listing networks", () => ListManagedAsync(cancel)))
        foreach (var name in StateOf(known).Names.Where(n => n.Host == machine.Name && places.Contains(n.Address)))
            await CallAsync($"taking back {name.Host}", () => ReleaseAsync($"1.0/networks/{known.Name}", name, cancel));
    }

    Task<bool> ReleaseAsync(string path, Nic nic, string host, CancellationToken cancel) =>
        ReleaseAsync(path, new Reservation(nic.Address!, nic.Mac, host), cancel);

    /// <summary>True also when there is nothing to give back.</summary>
    async Task<bool> ReleaseAsync(string path, Reservation entry, CancellationToken cancel)
    {
        var (there, tag) = await client.GetTaggedAsync(path, LxdJson.Default.Network, cancel);
        var seen = StateOf(there);
        if (seen.Farm is null || !seen.Reservations.Concat(seen.Names).Any(IsIt))
            return true;
        var definition = new NetworkDefinition
        {
            Farm = seen.Farm,
            Owner = seen.Owner ?? "",
            Folder = seen.Folder ?? "",
            Network = seen.Network ?? "",
            Bridge = there.Name,
            Mode = seen.Mode,
            Dhcp = seen.Dhcp ?? true,
            Cidr = seen.Cidr ?? default,
            Reservations = [],
            Made = seen.Made,
            Zone = seen.Zone!,
        };
        var config = ConfigOf(definition, seen.Reservations.Where(r => !IsIt(r)), seen.Names.Where(r => !IsIt(r)));
        return await PutAsync(path, there, config, tag, cancel);

        bool IsIt(Reservation other) => other.Host == entry.Host && other.Mac == entry.Mac;
    }

    public Task<ILookup<string, string>> ClearAsync(string farm, string owner, CancellationToken cancel) =>
        CallAsync($"clearing farm {farm}", async () =>
        {
            // Not what others copied from one.
            var own = (await ListInstancesAsync(cancel))
                .Where(i => LxdRecord.Of(i) is { } record && record.Farm == farm && record.Owner == owner)
                .ToList();
            foreach (var instance in own.Where(i => !i.IsLost))
                await DeleteAsync(instance.Name, cancel);
            await RequireMembersAsync(own.Where(i => i.IsLost), farm, cancel);
            var networks = (await ListManagedAsync(cancel))
                .Where(n => n.Config.GetValueOrDefault(LxdNames.Farm) == farm && n.Config.GetValueOrDefault(LxdNames.Owner) == owner)
                .ToLookup(n => n.UsedBy is [_, ..]);
            foreach (var network in networks[false])
                await RemoveAsync(network, cancel);
            return networks[true]
                .SelectMany(n => n.UsedBy!, (n, user) => (n, user))
                .ToLookup(u => NameOf(u.n), u => LxdClient.NameIn(u.user));
        });

    /// <summary>Incus forgets the bridge of a network that it was killed over, and has no word that removes it.</summary>
    async Task RemoveAsync(Network network, CancellationToken cancel)
    {
        await ChangeNetworkAsync(HttpMethod.Delete, $"1.0/networks/{network.Name}", null, cancel);
        if (isHere && IsUnfinished(network))
            await LocalHost.RemoveBridgeAsync(network.Name);
    }
}
