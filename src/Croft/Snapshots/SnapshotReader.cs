using System.Collections.Immutable;
using Croft.Engines;

namespace Croft.Snapshots;

/// <summary>A snapshot, and the volume of its manifest, which identifies it.</summary>
public sealed record StoredSnapshot(string Volume, Snapshot Snapshot);

/// <summary>Finds the snapshots of one hypervisor; changes nothing.</summary>
public sealed class SnapshotReader(IEngine engine)
{
    internal const string ManifestEnd = ".json";

    /// <summary>Reads a snapshot; null when it is not there, or damaged.</summary>
    public async Task<Snapshot?> FindAsync(string volume, CancellationToken cancel) =>
        await engine.DownloadAsync(volume, 0, cancel) is { } json ? Snapshot.FromJson(json) : null;

    /// <summary>Whether the user has a snapshot of that name; quicker than listing all.</summary>
    public async Task<bool> HasAsync(MachineRecord record, string name, CancellationToken cancel)
    {
        var stem = Volumes.PrefixOf(record.Farm, record.Name) + $"snapshot-{name}.";
        foreach (var volume in (await VolumesOfAsync(record, cancel)).Where(v => v.StartsWith(stem, StringComparison.Ordinal) && v.EndsWith(ManifestEnd, StringComparison.Ordinal)))
        {
            if (await FindAsync(volume, cancel) is not null)
                return true;
        }

        return false;
    }

    /// <summary>The snapshots of all machines, whose manifests are among these volumes.</summary>
    internal async Task<ImmutableArray<StoredSnapshot>> AllAsync(IEnumerable<string> volumes, CancellationToken cancel)
    {
        var found = ImmutableArray.CreateBuilder<StoredSnapshot>();
        foreach (var volume in volumes.Where(v => v.EndsWith(ManifestEnd, StringComparison.Ordinal)))
        {
            if (await FindAsync(volume, cancel) is { } snapshot)
                found.Add(new(volume, snapshot));
        }

        return found.ToImmutable();
    }

    /// <summary>All snapshots of a machine, layers too, oldest first. Of two of one name the newer took the older's place and was not tidied up after yet.</summary>
    public async Task<ImmutableArray<StoredSnapshot>> ListAsync(MachineRecord record, CancellationToken cancel)
    {
        var found = await AllAsync(await VolumesOfAsync(record, cancel), cancel);
        return [.. found.OrderBy(s => s.Snapshot.Made).GroupBy(s => s.Snapshot.Key is null ? s.Snapshot.Name : s.Volume).Select(g => g.Last()).OrderBy(s => s.Snapshot.Made)];
    }

    /// <summary>What a machine's snapshots stand on each other, and what else its files are.</summary>
    public async Task<SnapshotTree> TreeAsync(MachineRecord record, CancellationToken cancel)
    {
        var files = engine.DiskFilesAsync(Volumes.PrefixOf(record.Farm, record.Name), cancel);
        var foreign = engine.ForeignSnapshotsAsync(MachineDefinition.DomainNameOf(record.Farm, record.Name), cancel);
        return new(record, await ListAsync(record, cancel), await files) { Foreign = await foreign };
    }

    internal static ShownSnapshot Shown(StoredSnapshot s) => new(
        s.Snapshot.Name, s.Volume, $"Croft's, {(s.Snapshot.Memory is null ? "disks" : "disks and memory")}: croft snapshot restore {s.Snapshot.Name} {s.Snapshot.Record.Name}", s.Snapshot.Made);

    internal async Task<ImmutableArray<string>> VolumesOfAsync(MachineRecord record, CancellationToken cancel)
    {
        var prefix = Volumes.PrefixOf(record.Farm, record.Name);
        return [.. (await engine.ListVolumesAsync(cancel)).Where(v => v.StartsWith(prefix, StringComparison.Ordinal))];
    }
}
