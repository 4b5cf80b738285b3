using System.Text.Json.Nodes;
using Croft.Lxd;

namespace Croft.Engines.Lxd;

/// <summary>What becomes of a machine's instance when the machine goes on from a state, or is made anew.</summary>
sealed partial class LxdEngine
{
    /// <summary>
    /// Restores an instance that is off from a snapshot of its own. False where the pool could do that by losing others only.
    /// </summary>
    internal async Task<bool> TryRestoreAsync(string instance, string snapshot, CancellationToken cancel)
    {
        try
        {
            await client.RunAsync(HttpMethod.Put, $"1.0/instances/{instance}", new JsonObject { ["restore"] = snapshot }, cancel);
            return true;
        }
        catch (LxdException e) when (e.Message.Contains("subsequent snapshot", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        catch (LxdException e)
        {
            throw Refusal($"restoring {instance}", e);
        }
    }

    /// <summary>
    /// Takes a machine's instance, which is off, back to a snapshot of its own, defined anew. What it has become since is gone, whatever
    /// comes of the change. Null where it cannot be done so.
    /// </summary>
    internal async Task<MachineChange?> RevertAsync(MachineRecord record, string snapshot, JsonObject body, CancellationToken cancel)
    {
        var before = await RequireAsync(record.Id, cancel);
        if (
            body["devices"]?["root"]?["pool"]?.GetValue<string>() != before.Devices.GetValueOrDefault("root")?.GetValueOrDefault("pool")
            || !await TryRestoreAsync(before.Name, snapshot, cancel)
        )
            return null;
        var reverted = await RequireAsync(record.Id, cancel);
        KeepIdentity(body, reverted);
        return await MachineChange.MakeAsync(
            record,
            () => PutAsync(record.Id, body, cancel),
            () => PutAsync(record.Id, BodyOf(reverted, reverted.Config, reverted.Devices), CancellationToken.None)
        );
    }

    /// <summary>Has a definition leave an instance what the service itself wrote down: restricted projects let nobody choose it.</summary>
    internal static void KeepIdentity(JsonObject body, Instance there)
    {
        var config = body["config"]!.AsObject();
        Forget(config);
        foreach (var (word, value) in there.Config.Where(c => LxdNames.IsServices(c.Key)))
            config[word] = value;
    }

    /// <summary>The service writes that down for each instance it makes.</summary>
    static void Forget(JsonObject config)
    {
        foreach (var word in config.Select(c => c.Key).Where(LxdNames.IsServices).ToList())
            config.Remove(word);
    }

    /// <summary>Gives a machine's name and addresses to another, which is to take its place.</summary>
    /// <param name="next">What takes its place, and may be a copy of what is moved here.</param>
    async Task SetAsideAsync(Instance instance, MachineId machine, JsonObject next, CancellationToken cancel)
    {
        if (await SettleAsideAsync(machine, cancel) is { } settled)
            Move(next, instance.Name + LxdNames.Before, settled);
        var without = instance.Devices.Where(d => d.Value.GetValueOrDefault("type") != "nic").ToDictionary();
        var body = BodyOf(instance, instance.Config, without);
        await client.RunAsync(HttpMethod.Put, $"1.0/instances/{instance.Name}", body, CancellationToken.None);
        await RenameAsync(instance.Name, instance.Name + LxdNames.Before);
        Move(next, instance.Name, instance.Name + LxdNames.Before);
    }

    static void Move(JsonObject body, string from, string to)
    {
        if (body["source"]?["source"]?.GetValue<string>() is { } source && source.StartsWith(from + "/", StringComparison.Ordinal))
            body["source"]!["source"] = to + source[from.Length..];
    }

    /// <summary>What stands aside of a machine goes; or stays as a keeper, when it has snapshots. Returns its name as that.</summary>
    internal async Task<string?> SettleAsideAsync(MachineId machine, CancellationToken cancel)
    {
        var own = LxdNames.InstanceOf(machine);
        if (await FindInstanceAsync(own + LxdNames.Before, cancel) is not { } aside || LxdRecord.Read(aside.Config)?.Id != machine)
            return null;
        if (!(await SnapshotNamesAsync(aside.Name, cancel)).Any())
        {
            await DeleteAsync(aside.Name, cancel);
            return null;
        }

        var taken = (await HoldersAsync(machine, cancel)).Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        var free = Enumerable.Range(1, int.MaxValue).Select(n => $"{own}{LxdNames.Kept}{n}").First(n => !taken.Contains(n));
        await CallAsync($"keeping the snapshots of {machine}", () => RenameAsync(aside.Name, free));
        return free;
    }

    async Task PutBackAsync(Instance instance)
    {
        await RenameAsync(instance.Name + LxdNames.Before, instance.Name);
        var body = BodyOf(instance, instance.Config, instance.Devices);
        await client.RunAsync(HttpMethod.Put, $"1.0/instances/{instance.Name}", body, CancellationToken.None);
    }

    Task RenameAsync(string name, string to) =>
        client.RunAsync(HttpMethod.Post, $"1.0/instances/{name}", new JsonObject { ["name"] = to }, CancellationToken.None);
}
