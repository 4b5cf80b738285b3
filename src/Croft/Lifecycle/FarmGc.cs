using System.Collections.Immutable;
using Croft.Engines;
using Croft.Journal;

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
        var found = await Task.WhenAll(
            hosts.Select(async hypervisor =>
                await openFarm.AskAsync(hypervisor, async engine =>
                    (IReadOnlyList<Leftover>)
                        await engine.LeftoversAsync(openFarm.Farm.Name, openFarm.Owner, before, superfluous[hypervisor], cancel)
                ) ?? []
            )
        );
        var joined = (await openFarm.ObserveAsync(cancel))
            .Inventory.Hypervisors.SelectMany(h => h.Machines)
            .SelectMany(m => m.Record?.Nics ?? [])
            .Where(n => n.Parent is not null)
            .Select(n => n.Bridge)
            .ToHashSet(StringComparer.Ordinal);
        return [.. found.SelectMany(f => f).Where(l => l.Kind != LeftoverKind.Network || !joined.Contains(l.Name))];
    }

    /// <summary>Removes what was found and is still left over: somebody may have taken it up while the user was asked.</summary>
    /// <returns>What was removed.</returns>
    public static async Task<ImmutableArray<Leftover>> RemoveAsync(OpenFarm openFarm, IEnumerable<Leftover> found, CancellationToken cancel)
    {
        var asked = found.Select(l => (l.Hypervisor, l.Kind, l.Name)).ToHashSet();
        var gone = (await FindAsync(openFarm, cancel)).Where(l => asked.Contains((l.Hypervisor, l.Kind, l.Name))).ToImmutableArray();
        using var journal = RunJournal.Create(openFarm.Farm.StateDirectory, openFarm.Settings.Clock);
        journal.RunStart(openFarm.Farm.Name, "gc", openFarm.Farm.Project.Id);
        await journal.EndingAsync(() =>
            Task.WhenAll(
                gone.GroupBy(l => l.Hypervisor)
                    .Select(async here =>
                    {
                        foreach (var leftover in here)
                            await RemoveAsync(openFarm, leftover, journal, cancel);
                    })
            )
        );
        return gone;
    }

    static async Task RemoveAsync(OpenFarm openFarm, Leftover leftover, RunJournal journal, CancellationToken cancel)
    {
        var kind =
            leftover.Kind == LeftoverKind.Machine ? "domain"
            : leftover.Kind == LeftoverKind.Volume ? "volume"
            : "network";
        journal.Intent("remove", kind, leftover.Name, leftover.Hypervisor);
        await (
            leftover.Machine is { } machine
                ? FarmDown.RemoveAsync(openFarm, leftover.Hypervisor, machine, cancel)
                : openFarm.Engine(leftover.Hypervisor).RemoveAsync(leftover, cancel)
        );
    }
}
