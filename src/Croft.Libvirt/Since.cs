using System.Collections.Frozen;

namespace Croft.Libvirt;

/// <summary>
/// The version of libvirt that each flag came with which Croft passes, from libvirt's own headers. A libvirt that does not know a flag
/// refuses the whole call.
/// Flags of versions before <see cref="Oldest"/> are known wherever Croft runs.
/// </summary>
public static class Since
{
    /// <summary>The oldest libvirt that Croft works with.</summary>
    public static readonly Version Oldest = new(6, 0, 0);

    static readonly FrozenDictionary<Enum, Version> Versions = new Dictionary<Enum, Version>
    {
        [AffectFlags.Live] = new(0, 9, 2),
        [AffectFlags.Config] = new(0, 9, 2),
        [ConsoleFlags.Force] = new(0, 9, 10),
        [DomainListFlags.Active] = new(0, 9, 13),
        [DomainListFlags.Transient] = new(0, 9, 13),
        [DomainSaveFlags.Running] = new(0, 9, 5),
        [DomainSaveFlags.Paused] = new(0, 9, 5),
        [DomainStartFlags.AutoDestroy] = new(0, 9, 3),
        [DomainStartFlags.ResetNvram] = new(8, 1, 0),
        [DomainUndefineFlags.ManagedSave] = new(0, 9, 4),
        [DomainUndefineFlags.SnapshotsMetadata] = new(0, 9, 5),
        [DomainUndefineFlags.Nvram] = new(1, 2, 9),
        [DomainUndefineFlags.Tpm] = new(8, 9, 0),
        [DomainXmlFlags.Secure] = new(0, 3, 3),
        [DomainXmlFlags.Inactive] = new(0, 3, 3),
        [SnapshotCreateFlags.Redefine] = new(0, 9, 5),
        [SnapshotCreateFlags.NoMetadata] = new(0, 9, 5),
        [SnapshotCreateFlags.DiskOnly] = new(0, 9, 5),
        [SnapshotCreateFlags.ReuseExternal] = new(0, 9, 10),
        [SnapshotCreateFlags.Quiesce] = new(0, 9, 10),
        [SnapshotCreateFlags.Atomic] = new(0, 9, 11),
        [SnapshotDeleteFlags.MetadataOnly] = new(0, 9, 5),
        [SnapshotListFlags.Topological] = new(5, 2, 0),
    }.ToFrozenDictionary();

    /// <summary>The version that a flag came with.</summary>
    public static Version Of(Enum flag) => Versions[flag];

    /// <summary>Whether the version of a flag is written down.</summary>
    public static bool Knows(Enum flag) => Versions.ContainsKey(flag);

    /// <summary>The flags that a version knows of these. Only where an older one does by itself what the others ask for.</summary>
    public static DomainUndefineFlags In(Version libvirt, DomainUndefineFlags flags) =>
        Enum.GetValues<DomainUndefineFlags>()
            .Where(flag => flag != DomainUndefineFlags.None && flags.HasFlag(flag) && Of(flag) <= libvirt)
            .Aggregate(DomainUndefineFlags.None, (all, flag) => all | flag);
}
