using System.Collections.Immutable;
using System.Xml.Linq;
using Croft.Libvirt;

namespace Croft.Engines.Libvirt;

/// <summary>
/// Snapshots that libvirt itself keeps of Croft's machines: those of others, and the entries by which virsh shows Croft's.
/// </summary>
sealed partial class LibvirtHost
{
    public Task<ImmutableArray<ForeignSnapshot>> ForeignSnapshotsAsync(string domain, CancellationToken cancel) =>
        CallAsync(
            $"listing libvirt's snapshots of {domain}",
            () =>
            {
                using var found = connection.FindDomain(domain);
                var foreign = ImmutableArray.CreateBuilder<ForeignSnapshot>();
                foreach (var snapshot in found?.Snapshots(SnapshotListFlags.Topological) ?? [])
                {
                    using (snapshot)
                    {
                        var xml = XElement.Parse(snapshot.Xml());
                        if (SnapshotXml.VolumeOf(xml) is null)
                            foreign.Add(SnapshotXml.Read(xml, snapshot.IsCurrent));
                    }
                }

                return foreign.ToImmutable();
            },
            cancel
        );

    public Task RevertAsync(string domain, string snapshot, CancellationToken cancel) =>
        OnSnapshotAsync($"reverting {domain} to {snapshot}", domain, snapshot, s => s.Revert(), cancel);

    public Task DeleteForeignAsync(string domain, string snapshot, CancellationToken cancel) =>
        OnSnapshotAsync($"deleting {snapshot} of {domain}", domain, snapshot, s => s.Delete(), cancel);

    public Task ForgetForeignAsync(string domain, CancellationToken cancel) =>
        CallAsync(
            $"forgetting libvirt's snapshots of {domain}",
            () =>
            {
                using var found = connection.FindDomain(domain);
                foreach (var snapshot in found?.Snapshots() ?? [])
                {
                    using (snapshot)
                    {
                        if (SnapshotXml.VolumeOf(XElement.Parse(snapshot.Xml())) is null)
                            snapshot.Delete(SnapshotDeleteFlags.MetadataOnly);
                    }
                }
            },
            cancel
        );

    public Task ShowAsync(string domain, ShownSnapshot snapshot, string definition, CancellationToken cancel) =>
        OnDomainAsync($"showing {snapshot.Name} of {domain}", domain, d => Show(d, snapshot, XElement.Parse(definition)), cancel);

    public Task ShowOnlyAsync(string domain, IReadOnlyCollection<ShownSnapshot> snapshots, CancellationToken cancel) =>
        OnDomainAsync(
            $"showing the snapshots of {domain}",
            domain,
            d =>
            {
                var missing = snapshots.ToDictionary(s => (s.Name, s.Volume));
                foreach (var entry in d.Snapshots())
                {
                    using (entry)
                    {
                        var xml = XElement.Parse(entry.Xml());
                        if (
                            SnapshotXml.VolumeOf(xml) is { } volume
                            && !(SnapshotXml.IsHarmless(xml) && missing.Remove((entry.Name, volume)))
                        )
                            AtBest(() => entry.Delete(SnapshotDeleteFlags.MetadataOnly));
                    }
                }

                foreach (var snapshot in missing.Values)
                    Show(d, snapshot, XElement.Parse(d.Xml(DomainXmlFlags.Inactive)));
            },
            cancel
        );

    static void Show(LibvirtDomain domain, ShownSnapshot snapshot, XElement definition) =>
        AtBest(() => domain.CreateSnapshot(SnapshotXml.Write(snapshot, definition), SnapshotCreateFlags.Redefine).Dispose());

    Task OnSnapshotAsync(string doing, string domain, string name, Action<LibvirtSnapshot> act, CancellationToken cancel) =>
        OnDomainAsync(
            doing,
            domain,
            d =>
            {
                using var snapshot = d.FindSnapshot(name)
                    ?? throw CroftException.World(
                        $"libvirt has no snapshot \"{name}\" of {domain} any more",
                        "croft snapshot list shows what there is"
                    );
                act(snapshot);
            },
            cancel
        );

    /// <summary>For what only makes things visible: a snapshot that virsh does not show is whole all the same.</summary>
    static bool AtBest(Action act)
    {
        try
        {
            act();
            return true;
        }
        catch (LibvirtException)
        {
            return false; // the next snapshot command tries again
        }
    }
}
