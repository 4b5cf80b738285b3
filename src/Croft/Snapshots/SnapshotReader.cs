using System.Collections.Immutable;
using Croft.Engines;
using Croft.Engines.Libvirt;

namespace Croft.Snapshots;

/// <summary>Finds the snapshots of one hypervisor; changes nothing.</summary>
public sealed class SnapshotReader(LibvirtEngine engine)
{
    internal const string ManifestEnd = ".json";

    /// <summary>Reads a snapshot; null when it is not there, or damaged.</summary>
    public async Task<Snapshot?> FindAsync(string volume, CancellationToken cancel) =>
        await engine.DownloadAsync(volume, 0, cancel) is { } json ? Snapshot.FromJson(json) : null;

    /// <summary>All snapshots of a machine, layers too, oldest first, with their manifests' volumes.</summary>
    public async Task<IReadOnlyList<(string Volume, Snapshot Snapshot)>> ListAsync(MachineRecord record, CancellationToken cancel)
    {
        var found = new List<(string Volume, Snapshot Snapshot)>();
        foreach (var volume in (await VolumesOfAsync(record, cancel)).Where(v => v.EndsWith(ManifestEnd, StringComparison.Ordinal)))
        {
            if (await FindAsync(volume, cancel) is { } snapshot)
                found.Add((volume, snapshot));
        }

        return [.. found.OrderBy(s => s.Snapshot.Made)];
    }

    internal async Task<ImmutableArray<string>> VolumesOfAsync(MachineRecord record, CancellationToken cancel)
    {
        var prefix = Volumes.PrefixOf(record.Farm, record.Name);
        return [.. (await engine.ListVolumesAsync(cancel)).Where(v => v.StartsWith(prefix, StringComparison.Ordinal))];
    }
}
