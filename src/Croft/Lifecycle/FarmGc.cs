using System.Collections.Immutable;
using Croft.Engines;
using Croft.Journal;
using Croft.Snapshots;

namespace Croft.Lifecycle;

/// <summary>Finds and removes what no farm owns any more, on all hypervisors of a farm that answer.</summary>
public static class FarmGc
{
    /// <summary>What somebody makes just now is not left over; nothing that is being made stays untouched for so long.</summary>
    static readonly TimeSpan Young = TimeSpan.FromHours(1);

    /// <summary>Finds it; changes nothing.</summary>
    public static async Task<ImmutableArray<Leftover>> FindAsync(OpenFarm openFarm, CancellationToken cancel)
    {
        var superfluous = (await openFarm.ListAsync(cancel)).Where(m => m.IsSuperfluous).ToLookup(m => m.Hypervisor, m => m.Record);
        var before = openFarm.Settings.Clock.GetUtcNow() - Young;
        var hosts = openFarm.Farm.Hypervisors.Where(h => h.Machine is null).Select(h => h.Name); // what is in a machine goes with it
        var found = await Task.WhenAll(hosts.Select(async hypervisor => await openFarm.AskAsync(hypervisor, async engine => await ReadAsync(engine, cancel)) is { } content
            ? new Leftovers(content, openFarm.Farm.Name, openFarm.Owner, before).Find(superfluous[hypervisor])
            : []));
        return [.. found.SelectMany(f => f)];
    }

    /// <summary>Removes what was found and is still left over: somebody may have taken it up while the user was asked.</summary>
    /// <returns>What was removed.</returns>
    public static async Task<ImmutableArray<Leftover>> RemoveAsync(OpenFarm openFarm, IEnumerable<Leftover> found, CancellationToken cancel)
    {
        var asked = found.Select(l => (l.Hypervisor, l.Kind, l.Name)).ToHashSet();
        var gone = (await FindAsync(openFarm, cancel)).Where(l => asked.Contains((l.Hypervisor, l.Kind, l.Name))).ToImmutableArray();
        using var journal = RunJournal.Create(openFarm.Farm.StateDirectory, openFarm.Settings.Clock);
        journal.RunStart(openFarm.Farm.Name, "gc", openFarm.Farm.Project.Id);
        await journal.EndingAsync(() => Task.WhenAll(gone.GroupBy(l => l.Hypervisor).Select(async here =>
        {
            foreach (var leftover in here)
                await RemoveAsync(openFarm, leftover, journal, cancel);
        })));
        return gone;
    }

    static async Task RemoveAsync(OpenFarm openFarm, Leftover leftover, RunJournal journal, CancellationToken cancel)
    {
        var engine = openFarm.Engine(leftover.Hypervisor);
        journal.Intent("remove", leftover.Kind == LeftoverKind.Machine ? "domain" : leftover.Kind == LeftoverKind.Volume ? "volume" : "network", leftover.Name, leftover.Hypervisor);
        switch (leftover.Kind)
        {
            case LeftoverKind.Machine:
                await FarmDown.RemoveAsync(openFarm, leftover.Hypervisor, leftover.Machine!, cancel);
                break;
            case LeftoverKind.Volume:
                await engine.DeleteVolumeAsync(leftover.Name, cancel);
                break;
            case LeftoverKind.Network:
                await engine.RemoveNetworkAsync(leftover.Name, cancel);
                break;
        }
    }

    static async Task<HostContent> ReadAsync(IEngine engine, CancellationToken cancel)
    {
        var reader = new SnapshotReader(engine);
        // Before the files and after them: a machine that is frozen meanwhile goes on, on a file that was not seen, over one that it no longer names.
        var used = await engine.UsedAsync(cancel);
        var files = await engine.DiskFilesAsync("", cancel);
        var snapshots = await reader.AllAsync(files.Names, cancel);
        var machines = await engine.ListMachinesAsync(cancel);
        var touched = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (var machine in machines.Where(m => m.Record is not null))
        {
            if (!new SnapshotTree(machine.Record!, [], files) { Foreign = await engine.ForeignSnapshotsAsync(machine.Name, cancel) }.IsOwn)
                touched.Add(machine.Name);
        }

        return new(engine.Name, machines, await engine.ListNetworksAsync(cancel), files, snapshots, used.Union(await engine.UsedAsync(cancel)), touched.ToImmutable());
    }
}
