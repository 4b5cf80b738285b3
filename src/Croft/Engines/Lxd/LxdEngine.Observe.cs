using System.Collections.Immutable;
using System.Net;
using Croft.Lxd;

namespace Croft.Engines.Lxd;

sealed partial class LxdEngine
{
    /// <summary>What of a project's limits Croft knows the cost of.</summary>
    static readonly string[] Limited = ["containers", "cpu", "disk", "instances", "memory"];

    async Task<ContainerHost> ObserveContainersAsync(CancellationToken cancel)
    {
        var pools = CallAsync("listing storage pools", () => PoolsAsync(cancel));
        var profiles = CallAsync("listing profiles", () =>
            client.GetAsync("1.0/profiles?recursion=1", LxdJson.Default.ProfileArray, cancel)
        );
        var networks = CallAsync("listing networks", () =>
            client.GetAsync("1.0/networks?recursion=1", LxdJson.Default.NetworkArray, cancel)
        );
        var project = CallAsync("looking at its project", () => ObserveProjectAsync(cancel));
        var volumes = (await pools).Where(p => p.Status is null or "Created").Select(p => VolumesOfAsync(p.Name, cancel)).ToList();
        return new()
        {
            Tool = Tool,
            Pools = [.. (await pools).Select(p => p.Name)],
            Profiles = (await profiles).ToImmutableSortedDictionary(
                p => p.Name,
                IReadOnlyDictionary<string, Dictionary<string, string>> (p) => p.Devices,
                StringComparer.Ordinal
            ),
            Volumes = [.. (await Task.WhenAll(volumes)).SelectMany(v => v)],
            Networks = [.. (await networks).Where(n => n.Managed).Select(n => n.Name)],
            Project = await project,
        };
    }

    /// <summary>Incus shows a restricted client no list of them; those of its profiles can be asked for by name.</summary>
    async Task<StoragePool[]> PoolsAsync(CancellationToken cancel)
    {
        try
        {
            return await client.GetAsync("1.0/storage-pools?recursion=1", LxdJson.Default.StoragePoolArray, cancel);
        }
        catch (LxdException e) when (e.Message.Contains(Restricted, StringComparison.OrdinalIgnoreCase))
        {
            var profiles = await client.GetAsync("1.0/profiles?recursion=1", LxdJson.Default.ProfileArray, cancel);
            var names = profiles.SelectMany(p => p.Devices.Values).Select(d => d.GetValueOrDefault("pool")).OfType<string>().Distinct();
            return await Task.WhenAll(
                names.Select(n => client.GetAsync($"1.0/storage-pools/{Uri.EscapeDataString(n)}", LxdJson.Default.StoragePool, cancel))
            );
        }
    }

    async Task<IEnumerable<string>> VolumesOfAsync(string pool, CancellationToken cancel) =>
        (
            await CallAsync("listing volumes", () =>
                client.GetAsync($"1.0/storage-pools/{Uri.EscapeDataString(pool)}/volumes/custom", LxdJson.Default.StringArray, cancel)
            )
        ).Select(path => $"{pool}/{LxdClient.NameIn(path)}");

    /// <summary>Null where the service does not say.</summary>
    async Task<ContainerProject?> ObserveProjectAsync(CancellationToken cancel)
    {
        var path = $"1.0/projects/{Uri.EscapeDataString(client.Project ?? "default")}";
        try
        {
            var project = await client.GetAsync(path, LxdJson.Default.Project, cancel);
            var isLimited = project.Config.Keys.Any(k => k.StartsWith("limits.", StringComparison.Ordinal));
            var state = isLimited ? await client.GetAsync(path + "/state", LxdJson.Default.ProjectState, cancel) : new();
            return new(
                project.Name,
                project.Config,
                state
                    .Resources.Where(r => Limited.Contains(r.Key) && r.Value.Limit >= 0)
                    .ToImmutableSortedDictionary(r => r.Key, r => r.Value.Limit - r.Value.Usage, StringComparer.Ordinal)
            );
        }
        catch (LxdException e) when (!e.IsLost)
        {
            return null; // an older one has no such question, and does not let everybody ask
        }
    }

    /// <summary>Machines with the addresses that others gave them, where that is so.</summary>
    async Task<ImmutableArray<MachineState>> SeeAsync(IEnumerable<MachineState> machines, CancellationToken cancel) =>
        [
            .. await Task.WhenAll(
                machines.Select(async m =>
                    m is { Power: PowerState.Running, Record: { } record } ? m with { Record = await SeeAsync(record, cancel) } : m
                )
            ),
        ];

    /// <summary>The service looks into the guest.</summary>
    public async Task<MachineRecord> SeeAsync(MachineRecord machine, CancellationToken cancel)
    {
        if (!machine.Nics.Any(n => n.IsOutside))
            return machine;
        var cards = await CallAsync($"asking for the addresses of {machine.Id}", () => CardsOfAsync(machine.Id, cancel));
        var seen = cards.Values.ToLookup(c => c.Hwaddr, c => c.Addresses ?? [], StringComparer.OrdinalIgnoreCase);
        return machine with { Nics = [.. machine.Nics.Select(n => n.IsOutside ? n with { Seen = On(n.Mac) } : n)] };

        IPAddress? On(string mac) => Nic.Reached(seen[mac].SelectMany(addresses => addresses).Select(a => a.Address));
    }

    /// <summary>None of an instance that is gone meanwhile, or whose member is.</summary>
    async Task<Dictionary<string, InstanceNetwork>> CardsOfAsync(MachineId machine, CancellationToken cancel)
    {
        try
        {
            var path = $"1.0/instances/{LxdNames.InstanceOf(machine)}/state";
            return (await client.GetAsync(path, LxdJson.Default.InstanceState, cancel)).Network ?? [];
        }
        catch (LxdException e) when (!e.IsLost)
        {
            return [];
        }
    }

    /// <summary>The networks with what others have on them.</summary>
    async Task<ImmutableArray<NetworkState>> ObserveNetworksAsync(IReadOnlyCollection<Instance> instances, CancellationToken cancel)
    {
        var others = instances.Where(i => LxdRecord.Of(i) is null).ToDictionary(i => i.Name, StringComparer.Ordinal);
        var cards = others
            .Values.SelectMany(i => i.ExpandedDevices.Values.Select(device => (Instance: i.Name, Device: device)))
            .ToLookup(c => c.Device.GetValueOrDefault("network"));
        var managed = await CallAsync("listing networks", () => ListManagedAsync(cancel));
        return
        [
            .. managed
                .Select(n => StateOf(n) with { Others = [.. cards[n.Name].SelectMany(c => Given(c.Instance, c.Device))] })
                .OrderBy(n => n.Name, StringComparer.Ordinal),
        ];

        static IEnumerable<Reservation> Given(string instance, Dictionary<string, string> card) =>
            IPAddress.TryParse(card.GetValueOrDefault("ipv4.address"), out var address)
                ? [new(address, card.GetValueOrDefault("hwaddr") ?? "", instance)]
                : [];
    }
}
