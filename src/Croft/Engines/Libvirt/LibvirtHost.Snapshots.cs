using System.Xml.Linq;
using Croft.Libvirt;
using Croft.Tools;

namespace Croft.Engines.Libvirt;

/// <summary>What snapshots are made of: states of a machine, and the files that they stand on.</summary>
sealed partial class LibvirtHost
{
    static readonly TimeSpan JobPause = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan JobTime = TimeSpan.FromHours(1);

    public Task<string> DefinitionAsync(string domain, CancellationToken cancel) =>
        CallAsync($"reading {domain}", () => Find(domain, d => d.Xml(DomainXmlFlags.Inactive | DomainXmlFlags.Secure)), cancel);

    public Task RefitAsync(MachineRecord record, string? definition, CancellationToken cancel) =>
        OnDomainAsync(
            $"changing the disks of {record.Name}",
            record.Id.ToString(),
            d =>
            {
                var xml = XElement.Parse(definition ?? d.Xml(DomainXmlFlags.Inactive | DomainXmlFlags.Secure));
                DomainXml.Refit(xml, record, PathOf);
                using var changed = connection.DefineDomain(xml.ToString());
                Begin(changed);
            },
            cancel
        );

    public async Task FreezeAsync(string domain, IReadOnlyList<string> overlays, string? memory, bool holdWrites, CancellationToken cancel)
    {
        var kind =
            memory is not null ? SnapshotCreateFlags.None
            : holdWrites ? SnapshotCreateFlags.DiskOnly | SnapshotCreateFlags.Quiesce
            : SnapshotCreateFlags.DiskOnly;
        // Memory takes its time to save; libvirt can be told to stop that, and the guest goes on.
        await using var stop = cancel
            .Register(() =>
                _ = memory is null ? Task.CompletedTask : OnThreadAsync(() => Find(domain, d => AtBest(d.AbortJob)), CancellationToken.None)
            )
            .ConfigureAwait(false);
        try
        {
            await OnDomainAsync(
                $"freezing the disks of {domain}",
                domain,
                d =>
                    d.CreateSnapshot(
                            FreezeXml(XElement.Parse(d.Xml()), overlays, memory),
                            kind | SnapshotCreateFlags.NoMetadata | SnapshotCreateFlags.ReuseExternal | SnapshotCreateFlags.Atomic
                        )
                        .Dispose(),
                cancel,
                holdWrites ? HeldText(domain) : null
            );
        }
        catch (CroftException) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancel);
        }
    }

    string FreezeXml(XElement domain, IReadOnlyList<string> overlays, string? memory)
    {
        var disks = overlays.Select(
            (overlay, i) =>
                new XElement(
                    "disk",
                    new XAttribute("name", DomainXml.Target(i)),
                    new XAttribute("snapshot", "external"),
                    new XElement("driver", new XAttribute("type", "qcow2")),
                    new XElement("source", new XAttribute("file", PathOf(overlay)))
                )
        );
        var left = domain
            .Descendants("disk")
            .Where(d => !DomainXml.IsOwn(d))
            .Select(d => DomainXml.Names(d).Target)
            .Append(DomainXml.SeedTarget);
        return new XElement(
            "domainsnapshot",
            memory is null ? null : new XElement("memory", new XAttribute("snapshot", "external"), new XAttribute("file", PathOf(memory))),
            new XElement(
                "disks",
                disks,
                left.Select(target => new XElement("disk", new XAttribute("name", target), new XAttribute("snapshot", "no")))
            )
        ).ToString();
    }

    static string HeldText(string domain) =>
        $"the guest may be kept from writing: croft resume {domain[(domain.IndexOf('.', StringComparison.Ordinal) + 1)..]} lets it";

    public Task HoldWritesAsync(string domain, CancellationToken cancel) =>
        OnDomainAsync(
            $"freezing the file systems of {domain}",
            domain,
            d =>
            {
                d.FsThaw();
                d.FsFreeze();
            },
            cancel,
            HeldText(domain)
        );

    public Task ReleaseWritesAsync(string domain, CancellationToken cancel) =>
        OnDomainAsync($"thawing the file systems of {domain}", domain, d => d.FsThaw(), cancel);

    public async Task RestoreAsync(MachineRecord record, string memory, CancellationToken cancel)
    {
        await RunSwitchesAsync(record.Id.ToString(), cancel);
        await OnDomainAsync(
            $"restoring machine \"{record.Name}\"",
            record.Id.ToString(),
            domain =>
            {
                var saved = XElement.Parse(connection.SaveImageXml(PathOf(memory), DomainXmlFlags.Secure));
                DomainXml.Refit(saved, record, PathOf);
                var wanted = XElement.Parse(domain.Xml(DomainXmlFlags.Inactive));
                var log = wanted.Descendants("log").First().Attribute("file")!.Value;
                foreach (var element in saved.Descendants("log").Where(l => l.Parent!.Name.LocalName is "serial" or "console"))
                    element.SetAttributeValue("file", log);
                var commandline = wanted.Elements().FirstOrDefault(e => e.Name.LocalName == "commandline");
                saved.Elements().Where(e => e.Name.LocalName == "commandline").Remove();
                if (commandline is not null)
                    saved.Add(commandline);
                connection.Restore(PathOf(memory), saved.ToString(), DomainSaveFlags.Running);
            },
            cancel
        );
    }

    public Task<IReadOnlyDictionary<string, string>> WritersAsync(CancellationToken cancel) =>
        CallAsync<IReadOnlyDictionary<string, string>>(
            "looking who writes to what",
            () =>
                OfDomains(
                        domain =>
                            (
                                domain.Name,
                                Disks: XElement.Parse(domain.Xml()).Descendants("disk").Where(d => d.Element("readonly") is null)
                            ),
                        DomainListFlags.Active
                    )
                    .SelectMany(domain => domain.Disks, (domain, disk) => (DomainXml.Names(disk).Volume, domain.Name))
                    .DistinctBy(writer => writer.Volume)
                    .ToDictionary(StringComparer.Ordinal),
            cancel
        );

    public async Task PullAsync(string domain, string volume, string? onto, CancellationToken cancel)
    {
        var target = await CallAsync($"merging into {volume}", () => Find(domain, d =>
                {
                    var target = XElement.Parse(d.Xml()).Descendants("disk").Select(DomainXml.Names).First(n => n.Volume == volume).Target;
                    d.BlockPull(target, onto is null ? null : PathOf(onto));
                    return target;
                }), cancel);
        using var told = Waits.For($"hypervisor \"{Name}\" to merge into {volume}");
        await Poll.UntilAsync(
            () => CallAsync($"merging into {volume}", () => Find(domain, d => d.BlockJobInfo(target) is null ? "done" : null), cancel),
            JobPause,
            JobTime,
            cancel
        );
        // QEMU has named the new backing file in the disk, and holds part of what it copied in its own memory; standing still for a moment
        // makes it write that.
        await OnDomainAsync(
            $"merging into {volume}",
            domain,
            d =>
            {
                d.Suspend();
                d.Resume();
            },
            CancellationToken.None
        );
    }
}
