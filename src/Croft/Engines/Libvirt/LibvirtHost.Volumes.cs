using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Croft.Libvirt;
using Croft.Tools;

namespace Croft.Engines.Libvirt;

sealed partial class LibvirtHost
{
    public Task<bool> CreateOverlayAsync(string name, string backing, long? size, CancellationToken cancel) =>
        CallAsync(
            $"creating disk {name}",
            () =>
            {
                using var below = Pool().FindVolume(backing)
                    ?? throw CroftException.World($"disk {name} cannot stand on {backing}: hypervisor \"{Name}\" has no such volume");
                var capacity = Math.Max(size ?? 0, (long)below.Info().Capacity);
                return Create(
                    name,
                    "qcow2",
                    capacity,
                    "0600",
                    new XElement(
                        "backingStore",
                        new XElement("path", below.Path),
                        new XElement("format", new XAttribute("type", Volumes.FormatOf(backing)))
                    )
                );
            },
            cancel
        );

    public Task<bool> CreateDiskAsync(string name, long size, CancellationToken cancel) =>
        CallAsync($"creating disk {name}", () => Create(name, Volumes.FormatOf(name), size, "0600", null), cancel);

    public Task GrowDiskAsync(string name, long size, CancellationToken cancel) =>
        CallAsync(
            $"growing disk {name}",
            () =>
            {
                using var volume = Pool().FindVolume(name)
                    ?? throw CroftException.World(
                        $"disk {name} cannot grow: it is not in the pool of hypervisor \"{Name}\"",
                        "virsh blockcommit --shallow merges what virsh made into Croft's own disk"
                    );
                if (volume.Info().Capacity < (ulong)size)
                    volume.Resize((ulong)size);
            },
            cancel
        );

    public Task<bool> CreateFileAsync(string name, long size, CancellationToken cancel) =>
        CallAsync($"creating {name}", () => Create(name, "raw", size, Volumes.IsImage(name) ? ModeOfImages : "0600", null), cancel);

    public Task<bool> UploadAsync(string name, Stream content, IProgress<long>? progress, CancellationToken cancel) =>
        CallAsync(
            $"uploading {name}",
            () =>
            {
                if (!Create(name, "raw", content.Length, "0600", null))
                    return false;
                using var volume = Pool().FindVolume(name)!;
                try
                {
                    Send(content, volume, progress, cancel);
                    return true;
                }
                catch
                {
                    volume.Delete();
                    throw;
                }
            },
            cancel
        );

    public Task<bool> OverwriteAsync(string name, Stream content, IProgress<long>? progress, CancellationToken cancel) =>
        CallAsync(
            $"uploading {name}",
            () =>
            {
                try
                {
                    using var volume = Pool().FindVolume(name);
                    if (volume is not null)
                        Send(content, volume, progress, cancel);
                    return volume is not null;
                }
                catch (LibvirtException e) when (e.Code == LibvirtError.NoStorageVol)
                {
                    return false;
                }
            },
            cancel
        );

    public Task<byte[]?> DownloadAsync(string name, long offset, CancellationToken cancel) =>
        CallAsync<byte[]?>(
            $"reading {name}",
            () =>
            {
                using var volume = FindPool()?.FindVolume(name);
                if (volume is null)
                    return null;
                using var content = new MemoryStream();
                volume.Download(content, offset < 0 ? (ulong)Math.Max(0, (long)volume.Info().Capacity + offset) : (ulong)offset, 0);
                return content.ToArray();
            },
            cancel
        );

    public Task<IReadOnlyList<string>> ListVolumesAsync(CancellationToken cancel) =>
        CallAsync<IReadOnlyList<string>>(
            "listing volumes",
            () =>
            {
                var names = new List<string>();
                foreach (var volume in FindPool()?.Volumes() ?? [])
                {
                    using (volume)
                        names.Add(volume.Name);
                }

                return names;
            },
            cancel
        );

    public Task<DiskFiles> DiskFilesAsync(string? sized, CancellationToken cancel) =>
        CallAsync(
            "reading backing files",
            () =>
            {
                var files = new Dictionary<string, DiskFile>(StringComparer.Ordinal);
                foreach (var volume in FindPool()?.Volumes() ?? [])
                {
                    using (volume)
                    {
                        var stands = Volumes.FormatOf(volume.Name) == "qcow2" && !Volumes.IsImage(volume.Name);
                        if (!stands && (sized is null || !volume.Name.StartsWith(sized, StringComparison.Ordinal)))
                        {
                            files[volume.Name] = new(volume.Name, null, 0);
                            continue;
                        }

                        try
                        {
                            var xml = XElement.Parse(volume.Xml());
                            var backing = stands ? (string?)xml.Element("backingStore")?.Element("path") : null;
                            files[volume.Name] = new(
                                volume.Name,
                                backing is null ? null : InPool(backing),
                                (long?)xml.Element("allocation") ?? 0,
                                Changed(xml)
                            );
                        }
                        catch (LibvirtException e) when (e.Code == LibvirtError.NoStorageVol)
                        {
                            // Deleted while the list was read.
                        }
                    }
                }

                return new DiskFiles(files);
            },
            cancel
        );

    public Task<ILookup<string, string>> UsersAsync(CancellationToken cancel) =>
        CallAsync(
            "looking what machines use",
            () =>
            {
                var pool = FindPool() is null ? null : PoolPath() + "/";
                return OfDomains(domain => (By: domain.Name, Xml: new[] { domain.Xml(), domain.Xml(DomainXmlFlags.Inactive) }))
                    .SelectMany(d =>
                        d.Xml.SelectMany(xml => DomainXml.Uses(XElement.Parse(xml), pool)).Distinct().Select(what => (What: what, d.By))
                    )
                    .ToLookup(u => u.What, u => u.By, StringComparer.Ordinal);
            },
            cancel
        );

    /// <summary>A file's name in the pool; one elsewhere keeps its path, so that it is never taken for one of the pool.</summary>
    string InPool(string path) =>
        Path.GetDirectoryName(path) is null or "" || Path.GetDirectoryName(path) == PoolPath() ? Path.GetFileName(path) : path;

    /// <summary>Seconds since 1970, with a fraction.</summary>
    static DateTimeOffset Changed(XElement volume) =>
        DateTimeOffset.UnixEpoch.AddSeconds((double?)volume.Element("target")?.Element("timestamps")?.Element("mtime") ?? 0);

    public string? LocalPathOf(string volume) =>
        connection.Uri.Contains(":///", StringComparison.Ordinal)
        && !connection.Uri.Contains('+', StringComparison.Ordinal)
        && MayOpen(PathOf(volume))
            ? PathOf(volume)
            : null;

    /// <summary>Who may use the host's libvirt, such as members of its group, may not open its files by that.</summary>
    static bool MayOpen(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }

    public Task<bool> DeleteVolumeAsync(string name, CancellationToken cancel) =>
        CallAsync(
            $"removing {name}",
            () =>
            {
                using var volume = FindPool()?.FindVolume(name);
                if (volume is null)
                    return false;
                try
                {
                    volume.Delete();
                    return true;
                }
                catch (LibvirtException e) when (e.Code == LibvirtError.NoStorageVol)
                {
                    return false;
                }
            },
            cancel
        );

    /// <summary>
    /// QEMU's user may not write an image, which many machines stand on: virsh blockcommit goes down to it, past a machine's own disks.
    /// The daemon of root fills it all the same; a user's own could not.
    /// </summary>
    string ModeOfImages => IsSession ? "0600" : "0400";

    /// <summary>The hypervisor's path of a volume, whether it exists or not.</summary>
    internal string PathOf(string volume) => PoolPath() + "/" + volume;

    string PoolPath() => poolPath ??= (string)XElement.Parse(Pool().Xml()).Element("target")!.Element("path")!;

    bool Create(string name, string format, long capacity, string mode, XElement? backing)
    {
        try
        {
            using var volume = Pool().CreateVolume(VolumeXml(name, format, capacity, mode, backing));
            return true;
        }
        catch (LibvirtException e) when (e.Code == LibvirtError.StorageVolExist)
        {
            return false;
        }
    }

    static string VolumeXml(string name, string format, long capacity, string mode, XElement? backing) =>
        new XElement(
            "volume",
            new XElement("name", name),
            new XElement("capacity", capacity.ToString(CultureInfo.InvariantCulture)),
            new XElement("allocation", 0),
            new XElement(
                "target",
                new XElement("format", new XAttribute("type", format)),
                new XElement("permissions", new XElement("mode", mode))
            ),
            backing
        ).ToString();

    static void Send(Stream content, LibvirtVolume volume, IProgress<long>? progress, CancellationToken cancel) =>
        volume.Upload(content, 0, (ulong)content.Length, progress: sent =>
        {
            cancel.ThrowIfCancellationRequested();
            progress?.Report(sent);
        });
}
