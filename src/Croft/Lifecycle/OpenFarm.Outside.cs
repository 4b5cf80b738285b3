using System.Collections.Concurrent;
using System.Net;
using Croft.Engines;
using Croft.Guests;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>Machines whose addresses others decide: where their guests were seen last. Nothing of it is kept.</summary>
public sealed partial class OpenFarm
{
    static readonly TimeSpan LookPause = TimeSpan.FromSeconds(0.5);

    readonly ConcurrentDictionary<string, IPAddress> seen = new(StringComparer.Ordinal);

    /// <summary>A record with the addresses that its guest was seen with.</summary>
    internal MachineRecord Seen(MachineRecord record) =>
        seen.IsEmpty || !record.Nics.Any(n => n.IsOutside)
            ? record
            : record with
            {
                Nics =
                [
                    .. record.Nics.Select(n => n.IsOutside && seen.TryGetValue(n.Mac, out var address) ? n with { Seen = address } : n),
                ],
            };

    /// <summary>A machine that starts may get other addresses than before.</summary>
    internal void Forget(MachineRecord record)
    {
        foreach (var nic in record.Nics)
            seen.TryRemove(nic.Mac, out _);
    }

    /// <summary>Looks for the addresses of a running machine. Returns whether one is known now that was not.</summary>
    internal async Task<bool> LookAsync(IEngine engine, MachineRecord record, CancellationToken cancel)
    {
        if (!record.Nics.Any(n => n.IsOutside) || AccessOf(engine.Name, record) is not null)
            return false;
        foreach (var nic in (await engine.SeeAsync(record, cancel)).Nics.Where(n => n.Seen is not null))
            seen[nic.Mac] = nic.Seen!;
        return AccessOf(engine.Name, record) is not null;
    }

    /// <summary>Looks until a machine's guest is seen; null where there is nothing to look for.</summary>
    /// <param name="found">Called before anybody uses the guest.</param>
    internal Func<CancellationToken, Task<IGuest>>? FinderOf(IEngine engine, MachineRecord record, Action found) =>
        !record.Nics.Any(n => n.IsOutside)
            ? null
            : async cancel =>
            {
                while (!await LookAsync(engine, record, cancel))
                    await Poll.DelayAsync(LookPause, Settings.Clock, cancel);
                found();
                return GuestOf(engine.Name, record)!;
            };
}
