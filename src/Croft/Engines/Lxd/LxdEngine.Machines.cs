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
        [
            .. (await ListInstancesAsync(cancel))
                .Where(i => i.Config.GetValueOrDefault(LxdNames.Record) is null || !IsAside(i))
                .Select(LxdRecord.StateOf)
                .OrderBy(m => m.Name, StringComparer.Ordinal),
        ];

    public async Task<MachineState?> FindAsync(MachineId machine, CancellationToken cancel) =>
        await FindInstanceAsync(LxdNames.InstanceOf(machine), cancel) is { } instance && LxdRecord.StateOf(instance) is var state
            ? state.Record?.Id == machine || state.Record is null
                ? state with
                {
                    Name = machine.ToString(),
                }
                : null
            : null;

    public async Task<MachineChange> CreateAsync(MachineDefinition machine, SeedFiles seed, RunJournal journal, CancellationToken cancel)
    {
        var (id, record) = (machine.Record.Id, machine.Record);
        var name = LxdNames.InstanceOf(id);
        var body = await BodyAsync(machine, seed, cancel);
        body["name"] = name;
        body["type"] = "container";
        body["source"] = new JsonObject { ["type"] = "image", ["fingerprint"] = machine.Image.Copy };
        var before = await FindInstanceAsync(name, cancel);
        if (before is not null)
            RequireOwn(before, id);
        journal.Intent("create", "instance", name, Name, id.Name);
        return await MachineChange.MakeAsync(
            record,
            () => CallAsync($"making {id}", async () =>
                {
                    if (before is not null)
                        await SetAsideAsync(before, cancel);
                    await client.RunAsync(HttpMethod.Post, "1.0/instances", body, cancel);
                }),
            async () =>
            {
                await DeleteAsync(name, CancellationToken.None);
                if (before is not null)
                    await PutBackAsync(before);
            }
        );
    }

    public async Task<MachineChange> ChangeAsync(MachineDefinition machine, SeedFiles? seed, RunJournal journal, CancellationToken cancel)
    {
        var id = machine.Record.Id;
        var before = await RequireAsync(id, cancel);
        var body = await BodyAsync(machine, seed, cancel, before);
        return await MachineChange.MakeAsync(
            machine.Record,
            () => PutAsync(id, body, cancel),
            () => PutAsync(id, BodyOf(before, before.Config, before.Devices), CancellationToken.None)
        );
    }

    public Task MarkAsync(MachineRecord record, CancellationToken cancel) =>
        CallAsync($"marking {record.Id}", () =>
            client.RunAsync(
                HttpMethod.Patch,
                $"1.0/instances/{LxdNames.InstanceOf(record.Id)}",
                new JsonObject { ["config"] = new JsonObject { [LxdNames.Record] = LxdRecord.Write(record) } },
                cancel
            )
        );

    public async Task RemoveAsync(MachineRecord machine, CancellationToken cancel)
    {
        var name = LxdNames.InstanceOf(machine.Id);
        foreach (var instance in (string[])[name, name + LxdNames.Before])
        {
            if (await FindInstanceAsync(instance, cancel) is { } there && LxdRecord.Read(there.Config)?.Id == machine.Id)
                await DeleteAsync(instance, cancel);
        }

        await ReleaseAsync(machine, cancel);
    }

    public async Task<ImmutableArray<MachineFile>> FilesAsync(string farm, string? machine, CancellationToken cancel) =>
        [
            .. from instance in await ListInstancesAsync(cancel)
            let record = LxdRecord.Read(instance.Config)
            where record is not null && record.Farm == farm && (machine is null || record.Name == machine)
            select new MachineFile(record.Name, instance.Name, 0, false),
        ];

    Task<Instance[]> ListInstancesAsync(CancellationToken cancel) =>
        CallAsync("listing machines", () => client.GetAsync("1.0/instances?recursion=1", LxdJson.Default.InstanceArray, cancel));

    static bool IsAside(Instance instance) =>
        LxdRecord.Read(instance.Config) is { } record && instance.Name == LxdNames.InstanceOf(record.Id) + LxdNames.Before;

    async Task<Instance?> FindInstanceAsync(string name, CancellationToken cancel)
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

    async Task<Instance> RequireAsync(MachineId machine, CancellationToken cancel) =>
        await FindInstanceAsync(LxdNames.InstanceOf(machine), cancel)
        ?? throw CroftException.World($"hypervisor \"{Name}\" has no machine {machine}", "croft ls shows what exists");

    /// <summary>Refuses to touch what is not a machine of this name.</summary>
    void RequireOwn(Instance there, MachineId machine)
    {
        if (LxdRecord.Read(there.Config)?.Id != machine)
            throw CroftException.World(
                $"hypervisor \"{Name}\" has an instance {there.Name} that Croft did not make",
                $"give the machine another name; or, if nobody needs that one: lxc delete {there.Name}"
            );
    }

    /// <summary>Gives a machine's name and addresses to another, which is to take its place.</summary>
    async Task SetAsideAsync(Instance instance, CancellationToken cancel)
    {
        await DeleteAsync(instance.Name + LxdNames.Before, cancel);
        var without = instance.Devices.Where(d => d.Value.GetValueOrDefault("type") != "nic").ToDictionary();
        var body = BodyOf(instance, instance.Config, without);
        await client.RunAsync(HttpMethod.Put, $"1.0/instances/{instance.Name}", body, CancellationToken.None);
        await RenameAsync(instance.Name, instance.Name + LxdNames.Before);
    }

    async Task PutBackAsync(Instance instance)
    {
        await RenameAsync(instance.Name + LxdNames.Before, instance.Name);
        var body = BodyOf(instance, instance.Config, instance.Devices);
        await client.RunAsync(HttpMethod.Put, $"1.0/instances/{instance.Name}", body, CancellationToken.None);
    }

    Task RenameAsync(string name, string to) =>
        client.RunAsync(HttpMethod.Post, $"1.0/instances/{name}", new JsonObject { ["name"] = to }, CancellationToken.None);

    Task DeleteAsync(string name, CancellationToken cancel) => CallAsync($"removing {name}", async () =>
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

    Task PutAsync(MachineId machine, JsonObject body, CancellationToken cancel) =>
        CallAsync($"changing {machine}", () =>
            client.RunAsync(HttpMethod.Put, $"1.0/instances/{LxdNames.InstanceOf(machine)}", body.DeepClone(), cancel)
        );

    /// <summary>An instance as it shall be.</summary>
    /// <param name="before">As it is; null when it is new.</param>
    async Task<JsonObject> BodyAsync(MachineDefinition machine, SeedFiles? seed, CancellationToken cancel, Instance? before = null)
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
        foreach (var (file, text) in seed?.Files ?? new Dictionary<string, string>())
            config["user." + file] = text;
        var devices = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal) { ["root"] = await RootAsync(spec) };
        var networks = (await CallAsync("listing networks", () => ListManagedAsync(cancel))).ToList();
        foreach (var (card, nic) in record.Nics.Index())
            devices[$"eth{card}"] = Card(nic, $"eth{card}", networks);
        return BodyOf(before, config, devices);
    }

    static JsonObject BodyOf(
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
            ["config"] = new JsonObject(config.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value))),
            ["devices"] = new JsonObject(
                devices.Select(d =>
                    KeyValuePair.Create(
                        d.Key,
                        (JsonNode?)new JsonObject(d.Value.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value)))
                    )
                )
            ),
        };

    async Task<Dictionary<string, string>> RootAsync(MachineSpec spec)
    {
        var root = new Dictionary<string, string>
        {
            ["type"] = "disk",
            ["path"] = "/",
            ["pool"] = await CallAsync("looking for its storage", PoolAsync),
        };
        if (spec.DiskSize is { } size)
            root["size"] = size.ToString(CultureInfo.InvariantCulture);
        return root;
    }

    Dictionary<string, string> Card(Nic nic, string name, List<Network> networks)
    {
        var card = new Dictionary<string, string>
        {
            ["type"] = "nic",
            ["name"] = name,
            ["hwaddr"] = nic.Mac,
        };
        if (nic.Source != NicSource.Network)
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
