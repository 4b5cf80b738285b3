using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Journal;
using Croft.Lxd;
using Croft.Tools;

namespace Croft.Engines.Lxd;

/// <summary>
/// Networks are bridges that the service manages. It gives an address to the card that asks for it in its instance's definition; names are
/// lines of its name server's, and stand beside in the network's configuration, where any controller reads them.
/// </summary>
sealed partial class LxdEngine
{
    const int MostTries = 5;

    /// <summary>So long it is believed that a network is as it was seen: the service takes its time to list them.</summary>
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    /// <summary>So long a network may be in the making.</summary>
    static readonly TimeSpan MakingTime = TimeSpan.FromSeconds(8);

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>A network is set up anew for each change of it, and two at once meet each other's addresses; so are other things.</summary>
    readonly SemaphoreSlim changing = new(1);

    /// <summary>The managed networks as they were seen last; null where nobody looked, or since one was changed.</summary>
    volatile Listing? listed;

    /// <summary>A network as it was seen a moment ago; null where nobody looked.</summary>
    Network? Recent(string name) =>
        listed is { } seen && Stopwatch.GetElapsedTime(seen.When) < Fresh ? seen.Networks.FirstOrDefault(n => NameOf(n) == name) : null;

    public async Task<Func<CancellationToken, Task>> EnsureNetworkAsync(
        PlannedNetwork network,
        string owner,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        var definition = network.IsShared ? network.Definition : network.Definition with { Owner = owner, Made = journal.Time };
        var carriesMachines = await CarriesMachinesAsync(network, definition, cancel);
        var prepared = AloneAsync(
            () => CallAsync($"preparing network {definition.Name}", () => EnsureAsync(network, definition, journal, cancel)),
            cancel
        );
        if (!carriesMachines)
            await prepared;
        return stop => prepared.WaitAsync(stop);
    }

    /// <summary>
    /// Whether machines may be made on a network while it is promised their addresses. That takes as long as making and starting one, since
    /// the service sets the network up anew. Machines have their addresses in their seeds, and the service gives none to two cards.
    /// </summary>
    async Task<bool> CarriesMachinesAsync(PlannedNetwork network, NetworkDefinition definition, CancellationToken cancel)
    {
        if (network.Change is not null)
            return false;
        var there = Recent(definition.Name)
            ?? (await CallAsync("listing networks", () => ListManagedAsync(cancel))).FirstOrDefault(n => NameOf(n) == definition.Name);
        return there is not null && !IsUnfinished(there) && IsOf(network, definition, StateOf(there));
    }

    async Task EnsureAsync(PlannedNetwork network, NetworkDefinition definition, RunJournal journal, CancellationToken cancel)
    {
        if (Recent(definition.Name) is { } recent && !IsUnfinished(recent) && IsAsPlanned(network, definition, StateOf(recent)))
            return;
        for (var i = 0; i < MostTries; i++)
        {
            if ((await ListManagedAsync(cancel)).FirstOrDefault(n => NameOf(n) == definition.Name) is not { } known)
            {
                if (network.IsShared)
                    throw CroftException.World(
                        $"hypervisor \"{Name}\" has no network {definition.Name}",
                        "bring up the farm that owns it first"
                    );
                journal.Intent("create", "network", definition.Name, Name);
                if (await MakeAsync(definition, cancel))
                    return;
                continue;
            }

            var path = $"1.0/networks/{known.Name}";
            if (IsUnfinished(known) && IsOf(network, definition, StateOf(known)))
            {
                if (await StaysUnfinishedAsync(known.Name, cancel))
                {
                    journal.Intent("remove", "network", definition.Name, Name);
                    await RemoveAsync(known, CancellationToken.None);
                }

                continue;
            }

            var (there, tag) = await client.GetTaggedAsync(path, LxdJson.Default.Network, cancel);
            if (await ReserveAsync(network, definition, there, path, tag, journal, cancel))
                return;
        }

        throw CroftException.World(
            $"network {definition.Name} on hypervisor \"{Name}\" changes all the time",
            "another command uses it: wait for its end"
        );
    }

    /// <summary>Whether somebody makes a network at the moment; or did, and was killed over it, which Incus leaves as it is.</summary>
    bool IsUnfinished(Network network) => !IsClustered && !StateOf(network).Active && network.UsedBy is not [_, ..];

    /// <summary>Whether that is so for longer than a network takes.</summary>
    async Task<bool> StaysUnfinishedAsync(string name, CancellationToken cancel)
    {
        using var told = Waits.For($"network {name} on hypervisor \"{Name}\", which somebody makes");
        var since = Stopwatch.GetTimestamp();
        while ((await ListManagedAsync(cancel)).FirstOrDefault(n => n.Name == name) is { } network && IsUnfinished(network))
        {
            if (Stopwatch.GetElapsedTime(since) > MakingTime)
                return true;
            await Poll.DelayAsync(Pause, cancel);
        }

        return false;
    }

    /// <summary>False when somebody else was faster.</summary>
    async Task<bool> MakeAsync(NetworkDefinition definition, CancellationToken cancel)
    {
        try
        {
            await PrepareMembersAsync(definition, cancel);
            await client.RunAsync(
                HttpMethod.Post,
                "1.0/networks",
                new JsonObject
                {
                    ["name"] = definition.Bridge,
                    ["type"] = "bridge",
                    ["config"] = ConfigOf(definition, definition.Reservations, definition.Names),
                },
                CancellationToken.None // Incus stops in the middle for whoever does not wait
            );
            return true;
        }
        catch (LxdException e) when (e.Message.Contains("already exists", StringComparison.OrdinalIgnoreCase))
        {
            return (await ListManagedAsync(cancel)).FirstOrDefault(n => n.Name == definition.Bridge) is { } there
                ? NameOf(there) == definition.Name
                    ? false
                    : throw CroftException.World(
                        $"hypervisor \"{Name}\" has a network {there.Name}, the name of network {definition.Name}'s bridge, and it is not Croft's",
                        $"if nobody needs it: {Tool} network delete {there.Name}"
                    )
                : throw CroftException.World(
                    $"hypervisor \"{Name}\" has a device {definition.Bridge} already, which is no network of {Title}'s",
                    $"on it, if nobody uses it, such as after {Title} was killed: ip link delete {definition.Bridge}",
                    e
                );
        }
    }

    /// <summary>In a cluster, each member is to have the bridge before the cluster has the network.</summary>
    async Task PrepareMembersAsync(NetworkDefinition definition, CancellationToken cancel)
    {
        foreach (var member in await MembersAsync(cancel))
        {
            try
            {
                var body = new JsonObject { ["name"] = definition.Bridge, ["type"] = "bridge" };
                await client.RunAsync(HttpMethod.Post, $"1.0/networks?target={Uri.EscapeDataString(member.ServerName)}", body, cancel);
            }
            catch (LxdException e) when (e.Message.Contains("already", StringComparison.OrdinalIgnoreCase))
            {
                // By another controller, or by one that was killed.
            }
        }
    }

    /// <summary>Promises addresses and changes what is to be another. False when somebody changed the network meanwhile.</summary>
    async Task<bool> ReserveAsync(
        PlannedNetwork network,
        NetworkDefinition definition,
        Network there,
        string path,
        string? tag,
        RunJournal journal,
        CancellationToken cancel
    )
    {
        var seen = StateOf(there);
        if (!IsOf(network, definition, seen))
            throw CroftException.World(
                $"network {definition.Name} on hypervisor \"{Name}\" is not this farm's{(seen.Folder is { } folder ? $" but that of the farm \"{seen.Farm}\" in {folder}" : "")}",
                "croft plan tells more"
            );
        if (IsAsPlanned(network, definition, seen))
            return true;
        var (missing, added) = Missing(network, definition, seen);
        foreach (var reservation in missing)
        {
            journal.Intent("reserve", "address", $"{reservation.Address} in {definition.Name}", Name, reservation.Host);
            if (seen.Reservations.Any(r => r.Address.Equals(reservation.Address) && r.Host != reservation.Host))
                throw CroftException.World(
                    $"address {reservation.Address} in network {definition.Name} was taken by another controller meanwhile",
                    "run the command again"
                );
        }

        var hosts = seen.Reservations.Where(r => !missing.Concat(added).Any(m => m.Host == r.Host)).Concat(missing);
        var names = seen.Names.Where(n => !missing.Concat(added).Any(m => m.Host == n.Host)).Concat(added);
        var config = ConfigOf(network.Change is null ? AsItIs(definition, seen) : definition, hosts, names);
        return await PutAsync(path, there, config, tag, cancel);
    }

    static bool IsOf(PlannedNetwork network, NetworkDefinition definition, NetworkState seen) =>
        seen.Farm == definition.Farm && seen.Network == definition.Network && (network.IsShared || seen.Owner == definition.Owner);

    static bool IsAsPlanned(PlannedNetwork network, NetworkDefinition definition, NetworkState seen) =>
        network.Change is null && IsOf(network, definition, seen) && Missing(network, definition, seen) is ([], []);

    /// <summary>Addresses that are not promised yet, and names that are not told. In another farm's network its own names stay.</summary>
    static (List<Reservation> Addresses, List<Reservation> Names) Missing(
        PlannedNetwork network,
        NetworkDefinition definition,
        NetworkState seen
    ) =>
        (
            [.. definition.Reservations.Where(r => !seen.Reservations.Contains(r) || !seen.Published.Contains(r))],
            [.. definition.Names.Where(n => !seen.Names.Contains(n) && !seen.Reservations.Any(r => network.IsShared && r.Host == n.Host))]
        );

    static NetworkDefinition AsItIs(NetworkDefinition definition, NetworkState seen) =>
        definition with
        {
            Owner = seen.Owner ?? definition.Owner,
            Folder = seen.Folder ?? definition.Folder,
            Made = seen.Made,
            Mode = seen.Mode,
            Dhcp = seen.Dhcp ?? definition.Dhcp,
            Cidr = seen.Cidr ?? definition.Cidr,
        };

    internal async Task AloneAsync(Func<Task> change, CancellationToken cancel)
    {
        await changing.WaitAsync(cancel);
        try
        {
            await change();
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>Changes a network. Incus stumbles over cards that go away at that moment.</summary>
    async Task ChangeNetworkAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancel, string? tag = null)
    {
        for (var i = 1; ; i++)
        {
            try
            {
                await client.RunAsync(method, path, body?.DeepClone(), cancel, tag);
                return;
            }
            catch (LxdException e) when (i < MostTries && e.Message.Contains("bridge children", StringComparison.Ordinal))
            {
                await Poll.DelayAsync(Pause, cancel);
            }
        }
    }

    /// <summary>What others configured stays. False when another command changed it meanwhile, or was at it.</summary>
    async Task<bool> PutAsync(string path, Network there, JsonObject config, string? tag, CancellationToken cancel)
    {
        foreach (var (key, value) in there.Config.Where(c => !config.ContainsKey(c.Key)))
            config[key] = value;
        config[Lines] = config[Lines] + string.Concat(OthersLines(there).Select(line => line + "\n"));
        try
        {
            var body = new JsonObject { ["description"] = there.Description ?? "", ["config"] = config };
            await ChangeNetworkAsync(HttpMethod.Put, path, body, cancel, tag);
            return true;
        }
        catch (LxdException e) when (e.IsStale || e.Message.Contains("already assigned", StringComparison.Ordinal))
        {
            return false;
        }
        finally
        {
            listed = null;
        }
    }

    static JsonObject ConfigOf(NetworkDefinition network, IEnumerable<Reservation> reservations, IEnumerable<Reservation> names)
    {
        var beside = names.OrderBy(r => r.Host, StringComparer.Ordinal).ToList();
        var hosts = reservations.OrderBy(r => r.Host, StringComparer.Ordinal).ToList();
        var last = Subnets.Host(network.Cidr, Subnets.Count(network.Cidr) - 2);
        return new()
        {
            ["ipv4.address"] = $"{network.Gateway}/{network.Cidr.PrefixLength}",
            ["ipv4.nat"] = Word(network.Mode == NetworkMode.Nat),
            ["ipv4.routing"] = Word(network.LeadsOut),
            ["ipv4.dhcp"] = Word(network.Dhcp),
            ["ipv4.dhcp.ranges"] = $"{last}-{last}", // what nobody promised is not given away
            ["ipv6.address"] = "none",
            ["dns.domain"] = network.Zone,
            [Lines] = string.Concat(hosts.Concat(beside).Select(h => LineOf(h, network.Farm, network.Zone) + "\n")),
            [LxdNames.Hosts] = string.Join(
                '\n',
                [.. hosts.Select(h => $"{h.Address} {h.Mac} {h.Host}"), .. beside.Select(h => $"{h.Address} - {h.Host} {h.Zone}".TrimEnd())]
            ),
            [LxdNames.Farm] = network.Farm,
            [LxdNames.Network] = network.Network,
            [LxdNames.Owner] = network.Owner,
            [LxdNames.Folder] = network.Folder,
            [LxdNames.Made] = network.Made?.ToString("O", System.Globalization.CultureInfo.InvariantCulture) ?? "",
        };
    }

    static string Word(bool value) => value ? "true" : "false";

    async Task<ImmutableArray<NetworkState>> ListNetworksAsync(CancellationToken cancel) =>
        [
            .. (await CallAsync("listing networks", () => ListManagedAsync(cancel)))
                .Select(StateOf)
                .OrderBy(n => n.Name, StringComparer.Ordinal),
        ];

    async Task<IReadOnlyList<Network>> ListManagedAsync(CancellationToken cancel)
    {
        var when = Stopwatch.GetTimestamp();
        IReadOnlyList<Network> networks =
        [
            .. (await client.GetAsync("1.0/networks?recursion=1", LxdJson.Default.NetworkArray, cancel)).Where(n => n.Managed),
        ];
        listed = new(when, networks);
        return networks;
    }

    sealed record Listing(long When, IReadOnlyList<Network> Networks);
}
