using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Journal;
using Croft.Lxd;

namespace Croft.Engines.Lxd;

sealed partial class LxdEngine
{
    public async Task<ImmutableArray<MachineState>> ListMachinesAsync(CancellationToken cancel) =>
        await SeeAsync(MachinesOf(await ListInstancesAsync(cancel)), cancel);

    ImmutableArray<MachineState> MachinesOf(IEnumerable<Instance> instances) =>
        LxdRecord.StatesOf([.. instances.Where(i => !IsAside(i))], ToolInProject);

    public async Task<MachineState?> FindAsync(MachineId machine, CancellationToken cancel) =>
        await FindInstanceAsync(LxdNames.InstanceOf(machine), cancel) is { } instance
        && LxdRecord.StateOf(instance, ToolInProject) is var state
            ? state.Record?.Id == machine || state.Record is null
                ? state with
                {
                    Name = machine.ToString(),
                }
                : null
            : null;

    public async Task<MachineChange> CreateAsync(MachineDefinition machine, SeedFiles seed, RunJournal journal, CancellationToken cancel)
    {
        machine = WithRoot(machine);
        var body = await BodyAsync(machine, seed, cancel);
        body["source"] = new JsonObject { ["type"] = "image", ["fingerprint"] = machine.Image.Copy };
        var member = await MemberForAsync(machine.Spec, cancel);
        try
        {
            return await PlaceAsync(machine.Record, body, journal, cancel, member);
        }
        catch (CroftException e) when (member is not null && IsOfLostMember(e))
        {
            throw await WithoutAsync(member, machine.Spec, machine.Record.Id, e);
        }
    }

    /// <summary>Makes a machine's instance. One that is there stands aside, with its snapshots, until the new one runs.</summary>
    /// <param name="member">Of a cluster, which is to have it; null leaves that to the cluster, but a copy stays beside its source.</param>
    internal async Task<MachineChange> PlaceAsync(
        MachineRecord record,
        JsonObject body,
        RunJournal journal,
        CancellationToken cancel,
        string? member = null
    )
    {
        var id = record.Id;
        var name = LxdNames.InstanceOf(id);
        body["name"] = name;
        body["type"] = "container";
        Forget(body["config"]!.AsObject());
        body["config"]![LxdNames.Self] = ""; // it may have that of what it is a copy of
        var before = await FindInstanceAsync(name, cancel);
        if (before is not null)
            RequireOwn(before, id);
        if (IsClustered && body["source"]?["source"]?.GetValue<string>().Split('/')[0] is { } source)
            member ??= (await FindInstanceAsync(source, cancel))?.Location;
        var path = member is null ? "1.0/instances" : $"1.0/instances?target={Uri.EscapeDataString(member)}";
        journal.Intent("create", "instance", name, Name, id.Name);
        return await MachineChange.MakeAsync(
            record,
            () => CallAsync($"making {id}", async () =>
                {
                    if (before is not null)
                        await SetAsideAsync(before, id, body, cancel);
                    await client.RunAsync(HttpMethod.Post, path, body, cancel);
                }),
            async () =>
            {
                if (await FindInstanceAsync(name, CancellationToken.None) is { } made && IsThis(made, record))
                    await DeleteAsync(name, CancellationToken.None);
                if (before is not null)
                    await PutBackAsync(before);
            }
        );
    }

    public async Task<MachineChange> ChangeAsync(MachineDefinition machine, SeedFiles? seed, RunJournal journal, CancellationToken cancel)
    {
        machine = WithRoot(machine);
        var id = machine.Record.Id;
        var before = await RequireAsync(id, cancel);
        var body = await BodyAsync(machine, seed, cancel, before);
        KeepOthers(body, before);
        return await MachineChange.MakeAsync(
            machine.Record,
            () => PutAsync(id, body, cancel),
            () => PutAsync(id, BodyOf(before, before.Config, before.Devices), CancellationToken.None)
        );
    }

    public async Task MarkAsync(MachineRecord record, CancellationToken cancel)
    {
        var name = LxdNames.InstanceOf(record.Id);
        var there = await FindInstanceAsync(name, cancel);
        await ConfigureAsync(
            name,
            new(record.Autostart is { } autostart ? [new("boot.autostart", autostart ? "true" : "false")] : [])
            {
                [LxdNames.Record] = LxdRecord.Write(record),
                [LxdNames.Self] = there?.Config.GetValueOrDefault(LxdNames.OfTheService) ?? "",
            },
            cancel
        );
    }

    /// <summary>Writes words into an instance's configuration, running or not; empty ones go.</summary>
    internal Task ConfigureAsync(string instance, Dictionary<string, string> words, CancellationToken cancel) =>
        CallAsync($"marking {instance}", () =>
            client.RunAsync(HttpMethod.Patch, $"1.0/instances/{instance}", new JsonObject { ["config"] = ConfigOf(words) }, cancel)
        );

    public async Task RemoveAsync(MachineRecord machine, CancellationToken cancel)
    {
        foreach (var instance in await HoldersAsync(machine.Id, cancel))
            await DeleteAsync(instance.Name, cancel);
        try
        {
            await ReleaseAsync(machine, cancel);
        }
        catch (CroftException e) when (IsOfLostMember(e))
        {
            // The network cannot change while one of its members is away: the address stays promised, and goes with the network.
        }
    }

    public async Task<ImmutableArray<MachineFile>> FilesAsync(string farm, string? machine, CancellationToken cancel)
    {
        var own = (await ListInstancesAsync(cancel)).Where(i => !i.IsLost).Select(i => (Instance: i, Record: LxdRecord.Of(i)));
        var files = await Task.WhenAll(
            own.Where(i => i.Record is { } record && record.Farm == farm && (machine is null || record.Name == machine))
                .Select(async i =>
                    (await SnapshotNamesAsync(i.Instance.Name, cancel))
                        .Select(s => new MachineFile(
                            i.Record!.Name,
                            $"{i.Instance.Name}/{s}",
                            0,
                            !LxdNames.StateOf(i.Record.Id, s).IsUsers
                        ))
                        .Prepend(new(i.Record!.Name, i.Instance.Name, 0, false))
                )
        );
        return [.. files.SelectMany(f => f)];
    }

    /// <summary>The instances that are a machine's: its own, and those that stand aside or keep its snapshots.</summary>
    internal async Task<IReadOnlyList<Instance>> HoldersAsync(MachineId machine, CancellationToken cancel)
    {
        var names = await CallAsync("listing machines", () => client.GetAsync("1.0/instances", LxdJson.Default.StringArray, cancel));
        var found = await Task.WhenAll(
            names.Select(LxdClient.NameIn).Where(n => LxdNames.IsOf(machine, n)).Select(n => FindInstanceAsync(n, cancel))
        );
        return [.. found.OfType<Instance>().Where(i => LxdRecord.Read(i.Config)?.Id == machine)];
    }

    internal async Task<IEnumerable<string>> SnapshotNamesAsync(string instance, CancellationToken cancel) =>
        (
            await CallAsync($"listing snapshots of {instance}", () =>
                client.GetAsync($"1.0/instances/{instance}/snapshots", LxdJson.Default.StringArray, cancel)
            )
        ).Select(LxdClient.NameIn);

    async Task<Instance[]> ListInstancesAsync(CancellationToken cancel)
    {
        var all = await CallAsync("listing machines", () =>
            client.GetAsync("1.0/instances?recursion=1", LxdJson.Default.InstanceArray, cancel)
        );
        return all.Any(i => i.IsLost) ? await RememberAsync(all, cancel) : all;
    }

    static bool IsAside(Instance instance) => LxdRecord.Of(instance) is { } record && instance.Name != LxdNames.InstanceOf(record.Id);

    internal async Task<Instance?> FindInstanceAsync(string name, CancellationToken cancel)
    {
        try
        {
            return await client.GetAsync($"1.0/instances/{name}", LxdJson.Default.Instance, cancel);
        }
        catch (LxdException e) when (e.IsNotFound)
        {
            return null;
        }
        catch (LxdException e)
        {
            throw Refusal($"looking for {name}", e);
        }
    }

    internal async Task<Instance> RequireAsync(MachineId machine, CancellationToken cancel)
    {
        var there = await FindInstanceAsync(LxdNames.InstanceOf(machine), cancel)
            ?? throw CroftException.World($"hypervisor \"{Name}\" has no machine {machine}", "croft ls shows what exists");
        RequireOwn(there, machine);
        return there;
    }

    /// <summary>Refuses to touch what is not a machine of this name.</summary>
    void RequireOwn(Instance there, MachineId machine)
    {
        if (LxdRecord.Read(there.Config)?.Id != machine)
            throw CroftException.World(
                $"hypervisor \"{Name}\" has an instance {there.Name} that Croft did not make",
                $"give the machine another name; or, if nobody needs that one: {ToolInProject} delete {there.Name}"
            );
    }

    /// <summary>Whether an instance is what this command made: somebody else may have been faster with the name.</summary>
    static bool IsThis(Instance instance, MachineRecord record) =>
        LxdRecord.Read(instance.Config) is { } there && there.Id == record.Id && there.Owner == record.Owner && there.Run == record.Run;

    internal Task DeleteAsync(string name, CancellationToken cancel) => CallAsync($"removing {name}", async () =>
        {
            if (await FindInstanceAsync(name, cancel) is not { } there)
                return;
            if (there.Status is not ("Stopped" or "Error"))
                await client.RunAsync(HttpMethod.Put, $"1.0/instances/{name}/state", StateChange("stop", force: true), cancel);
            try
            {
                await client.RunAsync(HttpMethod.Delete, $"1.0/instances/{name}", null, cancel);
            }
            catch (LxdException e) when (e.IsNotFound)
            {
                // Somebody was faster.
            }
        });

    internal Task PutAsync(MachineId machine, JsonObject body, CancellationToken cancel) =>
        CallAsync($"changing {machine}", () =>
            client.RunAsync(HttpMethod.Put, $"1.0/instances/{LxdNames.InstanceOf(machine)}", body.DeepClone(), cancel)
        );

    /// <summary>A machine whose record says how large its only disk is declared.</summary>
    internal static MachineDefinition WithRoot(MachineDefinition machine) =>
        machine with
        {
            Record = machine.Record with
            {
                Disks = [new(DiskVolume.Root, LxdNames.InstanceOf(machine.Record.Id)) { Size = machine.Spec.DiskSize }],
            },
        };

    /// <summary>An instance as it shall be.</summary>
    /// <param name="before">As it is; null when it is new.</param>
    internal async Task<JsonObject> BodyAsync(MachineDefinition machine, SeedFiles? seed, CancellationToken cancel, Instance? before = null)
    {
        var (record, spec) = (machine.Record, machine.Spec);
        var config = new Dictionary<string, string>(before?.Config ?? [], StringComparer.Ordinal)
        {
            ["limits.cpu"] = spec.Vcpus.ToString(CultureInfo.InvariantCulture),
            ["limits.memory"] = spec.Memory.ToString(CultureInfo.InvariantCulture),
            [LxdNames.Uuid] = machine.Uuid.ToString(),
            [LxdNames.Farm] = record.Farm,
            [LxdNames.Machine] = record.Name,
            [LxdNames.Owner] = record.Owner,
            [LxdNames.Record] = LxdRecord.Write(record),
        };
        var container = spec.Container ?? ContainerSpec.Plain;
        TakeOver(config, container);
        foreach (var (file, text) in seed?.Files ?? new Dictionary<string, string>())
            config["user." + file] = text;
        var devices = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal)
        {
            ["root"] = await RootAsync(spec, before),
        };
        foreach (var (name, device) in container.Devices)
            devices[name] = device.ToDictionary();
        foreach (var (card, device) in await CardsAsync(record, cancel))
            devices[card] = device;
        var body = BodyOf(before, config, devices);
        body["profiles"] = new JsonArray([.. container.Profiles.Select(p => (JsonNode)p)]);
        return body;
    }

    /// <summary>Writes the farm file's own words, in place of those that it had before.</summary>
    static void TakeOver(Dictionary<string, string> config, ContainerSpec container)
    {
        foreach (var word in LxdNames.OwnOf(config))
            config.Remove(word);
        config[LxdNames.Own] = string.Join(
            '\n',
            [
                .. container.Config.Keys,
                .. container.Devices.Keys.Select(d => LxdNames.Device + d),
                .. container.Profiles.Select(p => LxdNames.Profile + p),
            ]
        );
        foreach (var (word, value) in container.Config)
            config[word] = value;
    }

    /// <summary>Lets a machine that changes have the devices and profiles that somebody gave it beside the farm file's.</summary>
    static void KeepOthers(JsonObject body, Instance before)
    {
        var own = LxdNames.OwnOf(before.Config);
        var devices = body["devices"]!.AsObject();
        var cards = LxdRecord.Read(before.Config)?.Nics.Length ?? 0;
        foreach (var (name, device) in before.Devices.Where(d => !own.Contains(LxdNames.Device + d.Key) && CardOf(d.Key) >= cards))
            devices.TryAdd(name, ConfigOf(device));
        var profiles = body["profiles"]!.AsArray();
        var declared = profiles.Select(p => p!.GetValue<string>()).ToList();
        foreach (var profile in before.Profiles.Where(p => !own.Contains(LxdNames.Profile + p) && !declared.Contains(p)))
            profiles.Add((JsonNode)profile);

        static int CardOf(string device) =>
            device.StartsWith(LxdNames.Card, StringComparison.Ordinal) && int.TryParse(device[LxdNames.Card.Length..], out var number)
                ? number
                : int.MaxValue;
    }

    internal async Task<IReadOnlyDictionary<string, Dictionary<string, string>>> CardsAsync(MachineRecord record, CancellationToken cancel)
    {
        var seen = record.Nics.Where(IsOnNetwork).Select(n => Recent(n.Bridge!)).ToList();
        var networks = seen.Contains(null)
            ? (await CallAsync("listing networks", () => ListManagedAsync(cancel))).ToList()
            : [.. seen.OfType<Network>()];
        return record.Nics.Index().ToDictionary(n => $"{LxdNames.Card}{n.Index}", n => Card(n.Item, $"{LxdNames.Card}{n.Index}", networks));
    }

    internal static JsonObject BodyOf(
        Instance? before,
        IReadOnlyDictionary<string, string> config,
        IReadOnlyDictionary<string, Dictionary<string, string>> devices
    ) =>
        new()
        {
            ["architecture"] = before?.Architecture,
            ["description"] = before?.Description ?? "",
            ["ephemeral"] = before?.Ephemeral ?? false,
            ["profiles"] = new JsonArray([.. (before?.Profiles ?? []).Select(p => (JsonNode)p)]),
            ["config"] = ConfigOf(config),
            ["devices"] = new JsonObject(devices.Select(d => KeyValuePair.Create(d.Key, (JsonNode?)ConfigOf(d.Value)))),
        };

    static JsonObject ConfigOf(IReadOnlyDictionary<string, string> words) =>
        new(words.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value)));

    /// <summary>Where the farm file names no pool, a machine stays in its own, whatever the service's default is by now.</summary>
    async Task<Dictionary<string, string>> RootAsync(MachineSpec spec, Instance? before)
    {
        var root = new Dictionary<string, string>
        {
            ["type"] = "disk",
            ["path"] = "/",
            ["pool"] = spec.Container?.Pool
                ?? before?.Devices.GetValueOrDefault("root")?.GetValueOrDefault("pool")
                ?? await CallAsync("looking for its storage", PoolAsync),
        };
        if (spec.DiskSize is { } size)
            root["size"] = size.ToString(CultureInfo.InvariantCulture);
        return root;
    }

    /// <summary>Whether it is on a network of the service's own.</summary>
    static bool IsOnNetwork(Nic nic) => nic is { Source: NicSource.Network, Bridge: not null, Parent: null };

    Dictionary<string, string> Card(Nic nic, string name, List<Network> networks)
    {
        var card = new Dictionary<string, string>
        {
            ["type"] = "nic",
            ["name"] = name,
            ["hwaddr"] = nic.Mac,
        };
        if (nic.Parent is { } bridge)
        {
            card["nictype"] = "bridged";
            card["parent"] = bridge;
        }
        else if (nic.Source != NicSource.Network)
        {
            card["nictype"] = nic.Source == NicSource.Bridge ? "bridged" : "macvlan";
            card["parent"] = nic.Bridge!;
        }
        else if (nic.Bridge is { } network)
        {
            var there = networks.Find(n => NameOf(n) == network)
                ?? throw CroftException.World($"hypervisor \"{Name}\" has no network {network}", "run the command again");
            card["network"] = there.Name;
            if (nic.Address is { } address && there.Config.GetValueOrDefault("ipv4.dhcp") != "false")
                card["ipv4.address"] = address.ToString();
        }

        return card;
    }
}
