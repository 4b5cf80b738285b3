using System.Text.Json.Nodes;
using Croft.Journal;
using Croft.Lxd;

namespace Croft.Engines.Lxd;

/// <summary>What machines go on from: a snapshot of an instance, or an instance as it is now. It has no memory.</summary>
/// <param name="source">As the service names it.</param>
/// <param name="standing">What stands on it names so; null for nothing.</param>
sealed class LxdKeptState(
    LxdEngine engine,
    string source,
    Dictionary<string, string> config,
    Dictionary<string, Dictionary<string, string>> devices,
    MachineRecord record,
    LxdStanding? standing,
    RunJournal journal
) : IKeptState
{
    public bool HasMemory => false;

    public MachineRecord Record => record;

    /// <summary>As an instance would have it.</summary>
    Instance Then => new(Description: "") { Config = Kept(), Devices = devices };

    /// <summary>On a snapshot that its own instance has, it is taken back in place, which is quicker than a copy.</summary>
    public async Task<MachineChange> PutAsync(MachineDefinition machine, CancellationToken cancel)
    {
        machine = LxdEngine.WithRoot(machine);
        var body = await engine.BodyAsync(machine, null, cancel, Then);
        var own = LxdNames.InstanceOf(machine.Record.Id) + "/";
        return
            source.StartsWith(own, StringComparison.Ordinal)
            && await engine.RevertAsync(machine.Record, source[own.Length..], body, cancel) is { } reverted
            ? reverted
            : await engine.PlaceAsync(machine.Record, Copying(body), journal, cancel);
    }

    public async Task<MachineRecord> PutBackAsync(MachineRecord record, bool withDefinition, CancellationToken cancel)
    {
        var there = await engine.RequireAsync(record.Id, cancel);
        await engine.StopAsync(record.Id, StopBy.Cutting, cancel);
        var like = withDefinition ? Then : there;
        var body = LxdEngine.BodyOf(there, Marked(like.Config, record), await DevicesAsync(like.Devices, record, cancel));
        if (
            source.StartsWith(there.Name + "/", StringComparison.Ordinal)
            && await engine.TryRestoreAsync(there.Name, source[(there.Name.Length + 1)..], cancel)
        )
        {
            LxdEngine.KeepIdentity(body, await engine.RequireAsync(record.Id, cancel));
            await engine.PutAsync(record.Id, body, cancel);
        }
        else
            await engine.PlaceAsync(record, Copying(body), journal, cancel);
        return record;
    }

    public async Task<MachineChange> ForkAsync(MachineRecord record, Guid uuid, SeedFiles seed, CancellationToken cancel)
    {
        record = record with { Disks = [.. Record.Disks.Select(disk => disk with { Volume = LxdNames.InstanceOf(record.Id) })] };
        var own = Marked(Kept(), record);
        foreach (var (file, text) in seed.Files)
            own["user." + file] = text;
        own[LxdNames.Uuid] = uuid.ToString();
        var shared = devices.Where(d => !HoldsThePlace(d.Value)).ToDictionary(StringComparer.Ordinal);
        foreach (var device in devices.Keys.Except(shared.Keys))
            journal.Note(record.Name, null, $"device {device} stays {Record.Name}'s alone: it listens on the host");
        var body = LxdEngine.BodyOf(Then, own, await DevicesAsync(shared, record, cancel));
        var like = await engine.FindInstanceAsync(LxdNames.InstanceOf(Record.Id), cancel);
        body["profiles"] = new JsonArray([.. (like?.Profiles ?? []).Select(p => (JsonNode)p)]);
        return await engine.PlaceAsync(record, Copying(body), journal, cancel);
    }

    /// <summary>Whether it has of its host what no second instance can have.</summary>
    static bool HoldsThePlace(Dictionary<string, string> device) =>
        device.GetValueOrDefault("type") == "proxy" && device.GetValueOrDefault("bind", "host") is "host";

    public Task StartAsync(MachineRecord record, CancellationToken cancel) => throw new NotSupportedException();

    public Task StartForkAsync(MachineRecord record, Guid uuid, Func<Task> identify, CancellationToken cancel) =>
        throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    Dictionary<string, string> Marked(IReadOnlyDictionary<string, string> config, MachineRecord record) =>
        new(config, StringComparer.Ordinal)
        {
            [LxdNames.Farm] = record.Farm,
            [LxdNames.Machine] = record.Name,
            [LxdNames.Owner] = record.Owner,
            [LxdNames.Record] = LxdRecord.Write(record),
            [LxdNames.State] = standing?.ToJson() ?? "",
        };

    /// <summary>Without what is one instance's alone.</summary>
    Dictionary<string, string> Kept() =>
        config
            .Where(c => !LxdNames.IsServices(c.Key) && !c.Key.StartsWith(LxdNames.Used, StringComparison.Ordinal))
            .Prepend(KeyValuePair.Create(LxdNames.State, standing?.ToJson() ?? ""))
            .DistinctBy(c => c.Key)
            .ToDictionary(StringComparer.Ordinal);

    async Task<Dictionary<string, Dictionary<string, string>>> DevicesAsync(
        IReadOnlyDictionary<string, Dictionary<string, string>> like,
        MachineRecord record,
        CancellationToken cancel
    ) =>
        like.Where(d => d.Value.GetValueOrDefault("type") != "nic")
            .Concat(await engine.CardsAsync(record, cancel))
            .ToDictionary(StringComparer.Ordinal);

    /// <summary>A copy takes on what of its source's devices it is not told otherwise.</summary>
    JsonObject Copying(JsonObject body)
    {
        body["source"] = new JsonObject
        {
            ["type"] = "copy",
            ["source"] = source,
            ["instance_only"] = true,
        };
        var own = body["devices"]!.AsObject();
        foreach (var gone in devices.Keys.Where(d => !own.ContainsKey(d)))
            own[gone] = new JsonObject { ["type"] = "none" };
        return body;
    }
}
