using System.Collections.Immutable;

namespace Croft.Engines.Libvirt.States;

/// <summary>A snapshot, and the volume of its manifest, which identifies it.</summary>
sealed record StoredSnapshot(string Volume, Snapshot Snapshot)
{
    public StateId Id => Volumes.StateOf(Volume)!.Value;

    /// <summary>As virsh shows it.</summary>
    public ShownSnapshot Shown =>
        new(
            Snapshot.Name,
            Volume,
            $"Croft's, {(Snapshot.Memory is null ? "disks" : "disks and memory")}: croft snapshot restore {Snapshot.Name} {Snapshot.Record.Name}",
            Snapshot.Made
        );
}

/// <summary>
/// How the snapshots of one machine stand on each other. Nothing of it is remembered: the files say what they stand on, the manifests which
/// files
/// belong to which snapshot, the machine which files it writes to.
/// </summary>
/// <param name="record">The machine, with the disks it stands on now.</param>
/// <param name="snapshots">Oldest first.</param>
sealed class SnapshotTree(MachineRecord record, ImmutableArray<StoredSnapshot> snapshots, DiskFiles files)
{
    readonly Dictionary<string, StoredSnapshot> frozen = snapshots
        .SelectMany(s => s.Snapshot.Record.Disks.Select(d => (d.Volume, Snapshot: s)))
        .GroupBy(f => f.Volume)
        .ToDictionary(g => g.Key, g => g.First().Snapshot, StringComparer.Ordinal);

    public ImmutableArray<StoredSnapshot> Snapshots => snapshots;

    /// <summary>
    /// Snapshots of the machine that others made; they are in the disks that it writes to now, or in files that are not Croft's.
    /// </summary>
    public ImmutableArray<ForeignSnapshot> Foreign { get; init; } = [];

    /// <summary>Manifests that only a newer Croft can read, which say of unknown files that they are needed.</summary>
    public ImmutableArray<string> Newer { get; init; } = [];

    /// <summary>Whether only Croft has had its hands on the machine's disks, so that what each file is for is known.</summary>
    public bool IsOwn =>
        Foreign.IsEmpty && Newer.IsEmpty && record.Detached.IsEmpty && record.Disks.All(d => Volumes.IsDiskOf(record.Id, d.Disk, d.Volume));

    /// <summary>The user's snapshots, as virsh shows them.</summary>
    public IReadOnlyList<ShownSnapshot> Shown => [.. snapshots.Where(s => s.Snapshot.Key is null).Select(s => s.Shown)];

    /// <summary>The snapshot that the machine came from last; null when there is none.</summary>
    public StoredSnapshot? Current => NearestBelow(record.Disks);

    /// <summary>The snapshot that another one stands on; null for a root.</summary>
    public StoredSnapshot? ParentOf(StoredSnapshot snapshot) => NearestBelow(snapshot.Snapshot.Record.Disks);

    /// <summary>Bytes that a snapshot's own files take: its disks, without what they stand on, its memory and its UEFI variables.</summary>
    public long SizeOf(StoredSnapshot snapshot) => FilesOf(snapshot).Sum(files.Size);

    /// <summary>The files that belong to a snapshot alone: its disks, its memory and its UEFI variables.</summary>
    public static IEnumerable<string> FilesOf(StoredSnapshot snapshot) =>
        [
            .. snapshot.Snapshot.Record.Disks.Select(d => d.Volume),
            .. new[] { snapshot.Snapshot.Memory, snapshot.Snapshot.Record.Nvram }.OfType<string>(),
        ];

    /// <summary>The files that a snapshot needs and that are not there; a snapshot without missing files is whole.</summary>
    public IEnumerable<string> MissingOf(StoredSnapshot snapshot) =>
        snapshot
            .Snapshot.Record.Disks.SelectMany(d => files.Chain(d.Volume))
            .Append(snapshot.Snapshot.Record.Seed)
            .Concat(FilesOf(snapshot))
            .Distinct()
            .Where(f => !files.Has(f));

    /// <summary>Who else stands on a snapshot's disks: snapshots, other machines, but not the machine's own present disks.</summary>
    public ImmutableArray<string> UsersOf(StoredSnapshot snapshot) =>
        HoldersOf(snapshot.Snapshot.Record.Disks.Select(d => d.Volume)).Remove(Now);

    /// <summary>Whether nothing stands on a snapshot: no other one, no machine.</summary>
    public bool IsFree(StoredSnapshot snapshot) => snapshot.Snapshot.Record.Disks.All(d => !files.On(d.Volume).Any());

    /// <summary>Frozen disks that no snapshot names any more, but that others stand on.</summary>
    public ImmutableArray<HiddenFile> Hidden =>
        [
            .. from name in files.Names
            where
                Volumes.IsDisk(name)
                && name.StartsWith(Volumes.PrefixOf(record.Id), StringComparison.Ordinal)
                && !frozen.ContainsKey(name)
                && record.Disks.All(d => d.Volume != name)
                && files.On(name).Any()
            orderby name
            select new HiddenFile(name, files.Size(name), HoldersOf([name])),
        ];

    /// <summary>
    /// Files of the machine that nobody needs: not its present disks, seed and UEFI variables, not those of a snapshot, and nothing stands
    /// on them.
    /// </summary>
    public ImmutableArray<string> Unused => UnusedBut([]);

    /// <summary>The same without files that definitions name, and what those stand on.</summary>
    public ImmutableArray<string> UnusedBut(IEnumerable<string> used)
    {
        var own = files.Names.Where(n => n.StartsWith(Volumes.PrefixOf(record.Id), StringComparison.Ordinal)).ToList();
        var named = snapshots
            .SelectMany(s => FilesOf(s).Append(s.Volume).Append(s.Snapshot.Record.Seed))
            .Concat(record.Disks.Select(d => d.Volume))
            .Append(record.Seed)
            .Append(record.Nvram ?? record.Seed)
            .Append(Volumes.Console(record.Id))
            .Concat(used)
            .ToHashSet(StringComparer.Ordinal);
        var needed = files
            .Names.Where(n => Volumes.IsDisk(n) && (named.Contains(n) || !own.Contains(n)))
            .SelectMany(files.Chain)
            .Concat(named)
            .ToHashSet(StringComparer.Ordinal);
        // What stands on nothing needed goes first, so that nothing ever stands on a file that is gone.
        return [.. own.Where(n => !needed.Contains(n)).OrderByDescending(n => files.Chain(n).Count())];
    }

    /// <summary>As people see it.</summary>
    public StateTree ToStates() =>
        new(
            [.. snapshots.Select(ToState)],
            [
                .. Foreign.Select(f => new KeptState(ForeignState.IdOf(record.Id, f.Name), f.Name, f.Memory, f.Made)
                {
                    Parent = f.Parent,
                    IsCurrent = f.Current,
                    IsInside = f.Inside,
                }),
            ],
            Hidden,
            snapshots.ToLookup(s => ParentOf(s)?.Id, ToState)
        );

    KeptState ToState(StoredSnapshot stored) =>
        new(stored.Id, stored.Snapshot.Name, stored.Snapshot.Memory is not null, stored.Snapshot.Made)
        {
            Key = stored.Snapshot.Key,
            Parent = ParentOf(stored)?.Snapshot.Name,
            IsCurrent = Current?.Volume == stored.Volume,
            Size = SizeOf(stored),
            Run = stored.Snapshot.Record.Run,
            Files = [.. FilesOf(stored)],
            Missing = [.. MissingOf(stored)],
            UsedBy = UsersOf(stored),
            Manifest = stored.Volume,
            Definition = stored.Snapshot.Definition,
            Record = stored.Snapshot.Record,
        };

    const string Now = "now";

    StoredSnapshot? NearestBelow(IEnumerable<DiskVolume> disks) =>
        disks
            .Take(1)
            .SelectMany(d => files.Chain(d.Volume).Skip(1))
            .Select(v => frozen.GetValueOrDefault(v))
            .FirstOrDefault(s => s is not null);

    ImmutableArray<string> HoldersOf(IEnumerable<string> volumes) => [.. volumes.SelectMany(files.On).SelectMany(NamesOf).Distinct()];

    IEnumerable<string> NamesOf(string volume) =>
        frozen.TryGetValue(volume, out var snapshot) ? [snapshot.Snapshot.Name]
        : record.Disks.Any(d => d.Volume == volume) ? [Now]
        : volume.StartsWith(Volumes.PrefixOf(record.Id), StringComparison.Ordinal) ? files.On(volume).SelectMany(NamesOf)
        : [string.Join('.', volume.Split('.').Take(2))];
}
